// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The session page, the command line and the transport: what is done in the page happens in the
// studio, and what happens in the studio shows in the page.
import { finish, is, note, ok, test, until } from './tap.mjs';
import { browser, clean, look, start } from './studio.mjs';

let studio = await start();
const chrome = await browser();
const page = await look(chrome, studio);
const prompt = page.getByLabel('Command line');
const pattern = async (name) => (await studio.unit(name))?.patterns.at(-1)?.text;

/** Say a line in the page's command line. */
async function type(line) {
  await prompt.fill(line);
  await prompt.press('Enter');
}

await test('page_is_light_and_soon_there', async () => {
  const paints = [];
  for (let i = 0; i < 5; i++) {
    const other = await look(chrome, studio);
    await until('first paint', () => other.evaluate(() => performance.getEntriesByName('first-contentful-paint').length));
    paints.push(await other.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0].startTime));
    if (i === 0) {
      const bytes = await other.evaluate(() => [performance.getEntriesByType('navigation')[0],
        ...performance.getEntriesByType('resource').filter((r) => /\/a\/|\.svg/.test(r.name))]
        .reduce((sum, r) => sum + r.encodedBodySize, 0));
      note(`page weight ${(bytes / 1000).toFixed(1)} kB (limit 400)`);
      ok(bytes > 10000 && bytes < 400000, `page weight is ${bytes}`);
    }
    await other.context().close();
  }
  paints.sort((a, b) => a - b);
  note(`first contentful paint ${paints.map((p) => p.toFixed(0)).join(' ')} ms (limit 500)`);
  ok(paints[0] < 500, `the least is ${paints[0]} ms`); // what a busy machine adds is not the page's
});

await test('command_line_makes_things', async () => {
  for (const line of ['create kick freq=60 decay=0.5', 'sequence kick: x...x...x...x...', 'create bass osc=saw filter=lowpass cutoff=500',
    'melody bass: C2 C2 G2 Eb2', 'add reverb to bass amount=0.3']) await type(line);
  await until('bass in the page', () => page.locator('.track[data-unit=bass] .step').count());
  is(await pattern('kick'), 'x...x...x...x...');
  is((await studio.unit('bass')).racks.map((r) => r.name), ['bass', 'reverb']);
});

await test('command_line_explains_a_refusal', async () => {
  page.allowed.push(/status of 4\d\d/); // the browser logs every answer of 400 and above
  await type('set bass.cutof 500');
  await page.locator('.transcript .bad', { hasText: "did you mean" }).waitFor();
});

await test('command_line_completes_and_remembers', async () => {
  await prompt.fill('sequ');
  await prompt.press('Tab');
  await until('completed', async () => await prompt.inputValue() === 'sequence ');
  await prompt.fill('c');
  await prompt.press('Tab');
  await page.getByRole('option', { name: 'create', exact: true }).waitFor();
  await prompt.press('Escape');
  await prompt.fill('');
  await prompt.press('ArrowUp');
  is(await prompt.inputValue(), 'set bass.cutof 500');
  await prompt.press('ArrowUp');
  is(await prompt.inputValue(), 'add reverb to bass amount=0.3');
  await prompt.fill('');
});

await test('clicked_step_changes_the_pattern', async () => {
  await page.locator('.track[data-unit=kick] [data-step="2"]').click();
  await until('a hit', async () => await pattern('kick') === 'x.x.x...x...x...');
  await page.locator('.track[data-unit=kick] [data-step="2"].hit').click();
  await until('an accent', async () => await pattern('kick') === 'x.X.x...x...x...');
});

await test('clicked_note_rests_and_returns', async () => {
  const step = page.locator('.track[data-unit=bass] [data-step="1"]');
  await step.click();
  await until('a rest', async () => await pattern('bass') === 'C2 . G2 Eb2');
  await until('shown', async () => await step.innerText() === '.');
  await step.press('Space');
  await until('the note', async () => /^C2 [A-G]\S* G2 Eb2$/.test(await pattern('bass')));
});

await test('pattern_can_be_written_as_text', async () => {
  const text = page.getByLabel('kick: sequence as text');
  await text.fill('x(3,8)x...[xx]...');
  await text.press('Enter');
  await until('written', async () => await pattern('kick') === 'x(3,8)x...[xx]...');
  await page.locator('.track[data-unit=kick] .step.more', { hasText: '(3,8)' }).waitFor();
});

await test('mixer_and_parameters_turn', async () => {
  await page.getByRole('button', { name: 'Mute kick' }).click();
  await until('muted', async () => (await studio.unit('kick')).muted);
  await page.getByRole('button', { name: 'Mute kick', pressed: true }).click();
  await until('not muted', async () => !(await studio.unit('kick')).muted);
  await page.getByLabel('Gain of bass').fill('-9');
  await until('gain', async () => (await studio.unit('bass')).gain === -9);
  await page.getByLabel('Pan of bass').fill('0.5');
  await until('pan', async () => (await studio.unit('bass')).pan === 0.5);
  await page.locator('.track[data-unit=bass] .name').click();
  const cutoff = page.locator('[data-path="bass.cutoff"]');
  await cutoff.locator('input[type=number]').fill('800');
  await cutoff.locator('input[type=number]').press('Enter');
  const value = async (name) => (await studio.unit('bass')).racks[0].params.find((p) => p.name === name);
  await until('cutoff', async () => (await value('cutoff')).value === 800);
  await cutoff.locator('input[type=range]').press('ArrowRight');
  await until('one step more', async () => { const v = (await value('cutoff')).value; return v > 800 && v < 820; });
  await page.locator('[data-path="bass.osc"] select').selectOption('square');
  await until('osc', async () => (await value('osc')).text === 'square');
  await page.locator('.track[data-unit=bass] .name').click();
});

await test('undo_and_redo', async () => {
  await page.locator('h1').click();
  await page.keyboard.press('Control+z');
  await until('undone', async () => (await studio.unit('bass')).racks[0].params.find((p) => p.name === 'osc').text === 'saw');
  await page.getByRole('button', { name: 'Redo' }).click();
  await until('redone', async () => (await studio.unit('bass')).racks[0].params.find((p) => p.name === 'osc').text === 'square');
});

await test('play_moves_the_position_and_the_meters', async () => {
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await until('playing', async () => (await studio.get('/v1/session')).playing);
  const where = page.getByLabel('Position: bar and beat');
  const before = await where.innerText();
  await until('it moves', async () => await where.innerText() !== before);
  await until('a level', async () => Number(await page.getByRole('meter', { name: 'Left' }).getAttribute('aria-valuenow')) > -40);
  await until('a step lights', () => page.locator('.track[data-unit=kick] .step.now').count());
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await until('stopped', async () => !(await studio.get('/v1/session')).playing);
});

await test('tempo_is_set', async () => {
  await page.getByLabel('Tempo in beats per minute').fill('128');
  await page.getByLabel('Tempo in beats per minute').press('Enter');
  await until('tempo', async () => (await studio.get('/v1/session')).tempo === 128);
});

await test('others_edits_show_at_once', async () => {
  const began = performance.now();
  await studio.say('create clap', 'ann');
  await page.locator('.track[data-unit=clap]').waitFor();
  note(`another author's edit was seen after ${(performance.now() - began).toFixed(0)} ms`);
  await page.locator('.transcript .event', { hasText: 'ann> create clap' }).waitFor();
});

await test('instruments_and_effects_are_added_by_form', async () => {
  const make = page.getByRole('form', { name: 'Make an instrument' });
  await make.getByLabel('Recipe').selectOption('pluck');
  await make.getByLabel('Its name').fill('lead');
  await make.getByRole('button').click();
  await until('lead', () => studio.unit('lead'));
  const add = page.getByRole('form', { name: 'Add an effect' });
  await add.getByLabel('Effect', { exact: true }).selectOption('delay');
  await until('lead can be chosen', () => add.locator('option[value=lead]').count());
  await add.getByLabel('Add it to').selectOption('lead');
  await add.getByRole('button').click();
  await until('delay', async () => (await studio.unit('lead')).racks.some((r) => r.name === 'delay'));
});

await test('keyboard_alone_is_enough', async () => {
  const keys = await look(chrome, studio);
  await keys.keyboard.press('Tab');
  is(await keys.evaluate(() => document.activeElement.className), 'skip', 'the first stop');
  await keys.keyboard.press('Enter');
  is(await keys.evaluate(() => document.activeElement.id), 'main');
  await keys.keyboard.press('?');
  await keys.getByRole('dialog').waitFor();
  await keys.keyboard.press('Escape');
  await keys.getByRole('dialog').waitFor({ state: 'detached' });
  await keys.keyboard.press('/');
  is(await keys.evaluate(() => document.activeElement.id), 'prompt');
  await keys.keyboard.type('sequence clap: x...');
  await keys.keyboard.press('Enter');
  await until('said', async () => await pattern('clap') === 'x...');
  await keys.keyboard.press('Escape'); // closes the transcript
  await keys.keyboard.press('Escape'); // leaves the command line
  await keys.locator('.track[data-unit=clap] [data-step="3"]').waitFor();
  for (let i = 0; i < 80; i++) { // from the top to the clap's grid
    await keys.keyboard.press('Tab');
    if (await keys.evaluate(() => Boolean(document.activeElement.closest('[data-unit=clap] .grid')))) break;
  }
  await keys.keyboard.press('ArrowRight');
  await keys.keyboard.press('9');
  await until('velocity', async () => await pattern('clap') === 'x9..');
  is(await keys.evaluate(() => document.activeElement.dataset.step), '1', 'the focus stays on the step');
  await keys.keyboard.press('g');
  await keys.keyboard.press('j');
  await keys.getByRole('heading', { name: 'Jobs' }).waitFor();
  is(keys.wrong, []);
  await keys.context().close();
});

await test('page_finds_the_studio_again', async () => {
  page.allowed.push(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|ERR_CONNECTION_RESET|ERR_NETWORK|ERR_EMPTY/);
  await page.locator('.connection.on').waitFor();
  is(await studio.stop(), 0, 'exit code');
  await page.locator('.connection.off').waitFor();
  studio = await start(studio.port);
  await page.locator('.connection.on').waitFor({ timeout: 12000 });
  await until('the empty session is shown', async () => await page.locator('.track.instrument').count() === 0);
});

await test('nothing_went_wrong_in_the_page', async () => is(page.wrong, []));

await chrome.close();
await studio.stop();
clean();
finish();
