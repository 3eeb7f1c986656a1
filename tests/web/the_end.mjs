// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: node the_end.mjs VEERY ROOT [ADDRESS]
// What a person does first, in the studio that `make demo` opens: type the plan's session, see it
// move, render a take, find it in the library, download it. Without ADDRESS it opens a studio itself.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finish, is, note, ok, test, until } from './tap.mjs';
import { browser, clean, look, place, root, veery } from './studio.mjs';

/** The studio of the demo, and how to end it. */
async function open() {
  if (process.argv[4]) return { url: process.argv[4].replace(/\/$/, ''), end: async () => 0 };
  const child = spawn(join(root, 'tools/demo-studio'), [veery, 'null', '-', 'sh', '-c', 'cat >/dev/null'],
    { stdio: ['pipe', 'pipe', 'inherit'], env: place.env });
  const ended = new Promise((go) => child.once('exit', go));
  let told = '';
  const url = await new Promise((go, fail) => {
    child.stdout.on('data', (text) => {
      told += text;
      const m = /studio: (\S+)/.exec(told);
      if (m) go(m[1].replace(/\/$/, ''));
    });
    void ended.then(() => fail(new Error(`the demo's studio did not start: ${told}`)));
  });
  return { url, end: async () => { child.stdin.end(); return await ended; } };
}

const studio = await open();
const get = async (path) => await (await fetch(studio.url + path)).json();
const chrome = await browser();
const page = await look(chrome, studio);
// the plan's own lines stand at the beginning of the example
const text = readFileSync(join(root, 'sessions/deep_groove.veery'), 'utf8');
const lines = text.slice(0, text.indexOf('\n#')).split('\n').filter(Boolean);
const name = `groove${Date.now() % 100000}`;
let take;

await test('the_plans_session_is_typed', async () => {
  is(lines.length, 13, 'lines of the plan');
  const prompt = page.getByLabel('Command line'), before = (await get('/v1/session')).version;
  for (const line of lines) {
    const answers = page.waitForResponse((r) => r.url().endsWith('/v1/commands'), { timeout: 30000 });
    await prompt.fill(line);
    await prompt.press('Enter');
    const answer = await answers;
    ok(answer.ok(), `${line}: ${answer.ok() ? '' : await answer.text()}`);
  }
  const session = await get('/v1/session');
  note(`versions ${before} to ${session.version}`);
  for (const unit of ['kick', 'hihat', 'bass']) ok(session.units.some((u) => u.name === unit), `there is no ${unit}`);
});

await test('it_moves', async () => {
  await page.locator('.track[data-unit=kick] .step.now').waitFor();
  const where = page.getByLabel('Position: bar and beat'), before = await where.innerText();
  await until('the position', async () => await where.innerText() !== before);
  await until('the master meter', async () => Number(await page.getByRole('meter', { name: 'Left' }).getAttribute('aria-valuenow')) > -40);
});

await test('a_take_is_rendered', async () => {
  await page.getByRole('link', { name: 'Takes' }).click();
  const form = page.getByRole('form', { name: 'Render a take' });
  await form.getByLabel('Bars').fill('4');
  await form.getByLabel('Name of the take').fill(name);
  await form.getByRole('button').click();
  await page.locator('.take', { hasText: name }).waitFor({ timeout: 30000 });
  take = (await get('/v1/takes')).takes.find((t) => t.name === name);
  ok(take.job > 0 && take.duration_s > 4, JSON.stringify(take));
});

await test('it_is_downloaded', async () => {
  await page.getByRole('link', { name }).click();
  const waits = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download' }).click();
  const got = readFileSync(await (await waits).path());
  ok(got.equals(readFileSync(take.path)), 'the bytes differ');
  is(got.subarray(0, 4).toString('latin1'), 'RIFF', 'a sound file');
});

await test('it_is_found_in_the_library', async () => {
  await until('the library has heard it', async () => (await get('/v1/jobs')).jobs
    .some((j) => j.line.startsWith('library scan') && j.state === 'succeeded'));
  await page.getByRole('link', { name: 'Library' }).click();
  await page.getByLabel('Search the library').fill(name);
  await page.getByLabel('Search the library').press('Enter');
  await page.waitForURL(/text=/);
  await page.locator('.sound', { hasText: name }).waitFor();
});

await test('nothing_went_wrong_in_the_page', async () => is(page.wrong, []));

await chrome.close();
is(await studio.end(), 0, 'exit code of the studio');
clean();
finish();
