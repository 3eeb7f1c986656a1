// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A real studio on the null device in a home of its own, and a browser that looks at it.
import { spawn } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

export const [veery, root] = process.argv.slice(2);

const home = mkdtempSync(join(tmpdir(), 'veery-web-'));
for (const name of ['run', 'data', 'config', 'music']) mkdirSync(join(home, name), { mode: 0o700 });

/** Folders and environment of this test. */
export const place = {
  home, music: join(home, 'music'), data: join(home, 'data'),
  env: { ...process.env, HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), XDG_DATA_HOME: join(home, 'data'),
    XDG_CONFIG_HOME: join(home, 'config'), XDG_CACHE_HOME: join(home, 'cache'), XDG_STATE_HOME: join(home, 'state') },
};

/** Start a studio; port 0 = a free one. */
export async function start(port = 0) {
  const child = spawn(veery, ['serve', '--device', 'null', '--http', `127.0.0.1:${port}`, '--json'],
    { env: place.env, cwd: place.music, stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '', heard = '';
  child.stderr.on('data', (text) => { told += text; });
  const ended = new Promise((go) => child.once('exit', (code) => go(code)));
  const ready = await new Promise((go, fail) => {
    child.stdout.on('data', (text) => {
      heard += text;
      const line = heard.split('\n').find((l) => l.startsWith('{'));
      if (line && heard.includes('\n')) go(JSON.parse(line));
    });
    void ended.then((code) => fail(new Error(`veery serve ended with ${code}: ${told}`)));
    setTimeout(() => fail(new Error(`veery serve is not ready after 15 s: ${told}`)), 15000).unref();
  });
  const url = /^http:/.test(ready.http) ? ready.http.replace(/\/$/, '') : `http://${ready.http}`;
  return {
    url, port: Number(new URL(url).port), stderr: () => told,
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 5000);
      const code = await ended;
      clearTimeout(late);
      return code;
    },
    async get(path) {
      const answer = await fetch(url + path);
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${(await answer.text()).slice(0, 200)}`);
      return await answer.json();
    },
    async say(line, author = 'test') {
      const answer = await fetch(`${url}/v1/commands`, { method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ line, author }) });
      return await answer.json();
    },
    async unit(name) { return (await this.get('/v1/session')).units.find((u) => u.name === name); },
  };
}

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--autoplay-policy=no-user-gesture-required'];

export async function browser() { return await chromium.launch({ executablePath: '/usr/bin/chromium', args: flags }); }

/** A page that keeps what must not happen: errors, and requests to elsewhere. */
export async function look(chrome, studio, path = 'session', options = {}) {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 800 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  const wrong = [];
  page.allowed = []; // console errors that a test provokes
  Object.defineProperty(page, 'wrong', { get: () => wrong.filter((text) => !page.allowed.some((a) => a.test(text))) });
  page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
  page.on('console', (m) => {
    if (m.type() === 'error') wrong.push(`console: ${m.text()}`);
  });
  page.on('request', (r) => {
    if (!r.url().startsWith(studio.url) && !/^(data|blob):/.test(r.url())) wrong.push(`request to ${r.url()}`);
  });
  await page.goto(`${studio.url}/#/${path}`);
  await page.locator('main h1').first().waitFor();
  return page;
}

export function clean() { rmSync(home, { recursive: true, force: true }); }
