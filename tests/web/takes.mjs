// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Takes, jobs and the library: a take is rendered, seen, heard, downloaded, rated and found again.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finish, is, note, ok, test, until } from './tap.mjs';
import { browser, clean, look, place, start } from './studio.mjs';

const studio = await start();
const chrome = await browser();
for (const line of ['create kick', 'sequence kick: x...x...x...x...', 'create bass osc=saw cutoff=700', 'melody bass: C2 C2 G2 Eb2'])
  await studio.say(line);
const page = await look(chrome, studio, 'takes');
const takes = async () => (await studio.get('/v1/takes')).takes;
const job = async (id) => { const said = await studio.get(`/v1/jobs/${id}`); return said.job ?? said; };
let take;
const file = join(place.music, 'groove beside the point.wav');

/** How many different colours a canvas shows. */
function colours(name) {
  return page.locator(name).evaluate((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height), seen = new Set();
    for (let i = 0; i < data.length; i += 4) seen.add(data[i] << 24 | data[i + 1] << 16 | data[i + 2] << 8 | data[i + 3]);
    return seen.size;
  });
}

await test('take_is_rendered_and_appears', async () => {
  const form = page.getByRole('form', { name: 'Render a take' });
  await form.getByLabel('Bars').fill('4');
  await form.getByLabel('Name of the take').fill('groove');
  await form.getByRole('button').click();
  await page.locator('.take', { hasText: 'groove' }).waitFor({ timeout: 20000 });
  [take] = await takes();
  is(take.name, 'groove');
  ok(Math.abs(take.duration_s - 8) < 6 && take.duration_s >= 8, `4 bars at 120 bpm last ${take.duration_s} s`);
});

await test('take_is_seen', async () => {
  await page.getByRole('link', { name: 'groove' }).click();
  await page.locator('canvas.wave').waitFor();
  await until('a waveform', async () => await colours('canvas.wave') > 1);
  await until('a spectrogram', async () => await colours('canvas.spectrogram') > 20);
  const before = await page.locator('canvas.spectrogram').evaluate((c) => c.toDataURL().length);
  const names = await page.getByLabel('Colours').locator('option').allInnerTexts();
  is(names.length, 5, 'colour maps');
  await page.getByLabel('Colours').selectOption('grey');
  await until('other colours', async () => await page.locator('canvas.spectrogram').evaluate((c) => c.toDataURL().length) !== before);
  await page.getByLabel('Colours').selectOption(names[0]);
});

await test('region_is_dragged_and_played', async () => {
  const box = await page.locator('.region').boundingBox();
  await page.mouse.move(box.x + box.width * 0.25, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 80, { steps: 5 });
  await page.mouse.up();
  const text = await page.getByLabel('Region', { exact: true }).innerText(), from = take.duration_s * 0.25;
  ok(Math.abs(parseFloat(text) - from) < 0.1, `the region begins at ${text}, not ${from}`);
  await page.getByRole('button', { name: 'Play region' }).click();
  await until('the playhead moves', async () => {
    const left = await page.locator('.playhead').evaluate((n) => parseFloat(n.style.left));
    return left > 26 && left < 51;
  });
  await page.getByRole('button', { name: 'Stop', exact: true }).last().click();
  await page.getByRole('button', { name: 'Play region' }).waitFor();
});

await test('region_is_exported', async () => {
  await page.getByRole('button', { name: 'Export region' }).click();
  await page.locator('.notice.fine', { hasText: 'Written' }).waitFor();
});

await test('download_equals_the_file', async () => {
  const waits = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  const got = readFileSync(await (await waits).path());
  ok(got.equals(readFileSync(take.path)), 'the bytes differ');
  note(`${got.length} bytes`);
});

await test('rating_tags_and_name_are_kept', async () => {
  await page.getByLabel('4 of 5').check({ force: true });
  await until('rated', async () => (await takes())[0].rating === 4);
  const tags = page.locator('.words input').nth(1);
  await tags.fill('dark, loop');
  await tags.press('Enter');
  await until('tagged', async () => (await takes())[0].tags.join() === 'dark,loop');
  await page.reload();
  await until('shown again', async () => await page.locator('.stars label.on').count() === 4);
});

await test('receipt_is_shown', async () => {
  await page.locator('.receipt summary').click();
  const receipt = JSON.parse(await page.locator('.receipt pre').innerText());
  ok(receipt && Object.keys(receipt).length > 2, 'the receipt is empty');
});

await test('job_renders_a_file', async () => {
  await page.getByRole('link', { name: 'Jobs' }).click();
  const line = page.getByLabel('Line to run as a job');
  await line.fill(`render 4 bars "${file}"`);
  await line.press('Enter');
  await studio.say(`job render 2 bars "${join(place.music, 'second.wav')}"`);
  const row = page.locator('.job.succeeded', { hasText: 'groove beside' });
  await row.waitFor({ timeout: 20000 });
  ok(readFileSync(file).length > 500000, 'the file is short');
  await page.locator('.job.succeeded', { hasText: 'second' }).waitFor({ timeout: 20000 });
});

await test('folder_is_scanned_and_the_file_is_found', async () => {
  await page.getByRole('link', { name: 'Library' }).click();
  await page.getByText('Add a folder', { exact: true }).click();
  await page.getByLabel('Folder to scan').fill(place.music);
  await page.getByLabel('Folder to scan').press('Enter');
  const sound = page.locator('.sound', { hasText: 'groove beside' });
  await sound.waitFor({ timeout: 20000 }); // the page hears of the scan's end
  await page.getByLabel('Search the library').fill('groove');
  await page.getByLabel('Search the library').press('Enter');
  await page.waitForURL(/text=groove/);
  await sound.waitFor();
  note(await sound.innerText().then((text) => text.replaceAll('\n', ' | ')));
});

await test('sound_is_heard_downloaded_and_compared', async () => {
  const sound = page.locator('.sound', { hasText: 'groove beside' });
  await sound.getByRole('button', { name: /^Play/ }).click();
  await sound.getByRole('button', { name: /^Stop/ }).click();
  const waits = page.waitForEvent('download');
  await sound.getByRole('button', { name: /^Download/ }).click();
  ok(readFileSync(await (await waits).path()).equals(readFileSync(file)), 'the bytes differ');
  await sound.getByRole('button', { name: /similar/ }).click();
  await until('scores', () => page.locator('.sound .score').count());
});

await test('job_is_cancelled_and_retried', async () => {
  await page.getByRole('link', { name: 'Jobs' }).click();
  await page.getByLabel('Line to run as a job').fill(`render 4000 bars "${join(place.music, 'endless.wav')}"`);
  await page.getByRole('button', { name: 'Add job' }).click();
  const row = page.locator('.job', { hasText: 'endless' }).first();
  await row.waitFor();
  const id = Number(await row.getAttribute('data-job'));
  await until('running', async () => (await job(id)).state === 'running');
  await until('progress is shown', () => row.locator('progress').count());
  const began = performance.now();
  await row.getByRole('button', { name: /cancel/ }).click();
  await until('cancelled', async () => (await job(id)).state === 'cancelled');
  note(`cancelled after ${(performance.now() - began).toFixed(0)} ms`);
  await row.getByRole('button', { name: /retry/ }).click();
  await until('again', async () => ['queued', 'running'].includes((await job(id)).state));
  await row.getByRole('button', { name: /cancel/ }).click();
  await until('cancelled again', async () => (await job(id)).state === 'cancelled');
});

await test('take_is_removed', async () => {
  await page.goto(`${studio.url}/#/take/${take.id}`);
  page.on('dialog', (d) => void d.accept());
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('heading', { name: 'Takes', exact: true }).waitFor();
  await until('gone', async () => !(await takes()).some((t) => t.id === take.id));
});

await test('nothing_went_wrong_in_the_page', async () => is(page.wrong, []));

await chrome.close();
await studio.stop();
clean();
finish();
