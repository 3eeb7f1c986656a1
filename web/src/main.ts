// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Puts the page together: header with transport, pages, command line, shortcuts.
import './style/tokens.css';
import './style/base.css';
import './style/parts.css';
import './style/pages.css';
import { use_key } from './lib/api';
import { h, icon } from './lib/dom';
import { listen_keys, shortcut } from './lib/keys';
import { go, routes, type Page } from './lib/route';
import { follow, on } from './lib/state';
import { theme_switch } from './lib/theme';
import { generate_page } from './pages/generate';
import { health_page } from './pages/health';
import { jobs_page } from './pages/jobs';
import { library_page } from './pages/library';
import { mic_page } from './pages/mic';
import { session_page } from './pages/session';
import { take_page } from './pages/take';
import { takes_page } from './pages/takes';
import { show_help } from './parts/help';
import { notices, tell_studio } from './parts/notice';
import { Prompt } from './parts/prompt';
import { toggle_play, transport } from './parts/transport';

const pages: readonly Page[] = [
  { path: 'session', title: 'Session', key: 's', show: session_page },
  { path: 'library', title: 'Library', key: 'l', show: library_page },
  { path: 'takes', title: 'Takes', key: 't', show: takes_page },
  { path: 'jobs', title: 'Jobs', key: 'j', show: jobs_page },
  { path: 'generate', title: 'Generate', key: 'g', show: generate_page },
  { path: 'mic', title: 'Microphone', key: 'm', show: mic_page },
  { path: 'health', title: 'Health', key: 'h', show: health_page },
  { path: 'take', title: 'Take', key: '', show: take_page },
];

function connection(): HTMLElement {
  const node = h('span', { class: 'connection', role: 'status' });
  const show = (yes: boolean) => {
    node.className = `connection ${yes ? 'on' : 'off'}`;
    node.textContent = yes ? 'live' : 'reconnecting…';
  };
  show(false);
  on('connection', show);
  return node;
}

function ask_for_key(): void {
  if (document.querySelector('dialog.key')) return;
  const key = h('input', { type: 'password', autocomplete: 'off', 'aria-label': 'Key' });
  const box = h('dialog', { class: 'key', 'aria-labelledby': 'key-title' }, h('h2', { id: 'key-title', text: 'This studio wants a key' }),
    h('p', { class: 'quiet' }, 'Make one where the studio runs: ', h('code', { text: 'veery key new --scope play' })),
    h('form', { method: 'dialog', class: 'row', onsubmit: () => { use_key(key.value.trim()); location.reload(); } }, key, h('button', { text: 'Enter' })));
  document.body.append(box);
  box.addEventListener('close', () => box.remove());
  box.showModal();
}

function keys(prompt: Prompt): void {
  shortcut('?', 'this list', show_help);
  shortcut('/', 'command line', () => prompt.focus());
  shortcut('Space', 'play or stop', toggle_play);
  shortcut('Ctrl+Z', 'undo your last edit', () => void tell_studio('undo'));
  shortcut('Ctrl+Shift+Z', 'redo', () => void tell_studio('redo'));
  for (const page of pages) if (page.key) shortcut(`g ${page.key}`, page.title, () => go(page.path));
  listen_keys();
}

function start(): void {
  const app = document.getElementById('app')!;
  const main = h('main', { id: 'main', tabindex: '-1' });
  const prompt = new Prompt();
  const links = pages.filter((p) => p.key).map((p) => h('a', { href: `#/${p.path}`, 'data-page': p.path, text: p.title }));
  const help = h('button', { class: 'round', 'aria-label': 'Keys', title: 'Keys (?)', onclick: show_help }, icon('help'));
  app.replaceChildren(
    h('header', { class: 'top' }, h('a', { class: 'brand', href: '#/session', text: 'Veery' }), transport(),
      h('div', { class: 'row tight end' }, connection(), theme_switch(), help)),
    h('nav', { class: 'pages', 'aria-label': 'Pages' }, links), main, prompt.node, notices());
  document.querySelector('.skip')?.addEventListener('click', (e) => { e.preventDefault(); main.focus(); });
  keys(prompt);
  addEventListener('veery:key', ask_for_key);
  follow();
  routes(pages, main, (page) => {
    const path = page.path === 'take' ? 'takes' : page.path;
    for (const link of links) {
      if (link.dataset.page === path) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
  });
}

start();
