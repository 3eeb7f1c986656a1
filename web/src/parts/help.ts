// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The list of shortcuts, from their own table.
import { h } from '../lib/dom';
import { shortcuts, single_keys, use_single_keys } from '../lib/keys';

const in_grids: [string, string][] = [
  ['Arrows', 'move between steps'],
  ['Space', 'rest, hit, accent; in melodies: rest or note'],
  ['1 – 9', 'velocity of the step'],
  ['.', 'rest'],
  ['Shift + ↑ ↓', 'melody: a semitone up or down'],
];

export function show_help(): void {
  const rows = (list: [string, string][]) => list.map(([keys, text]) =>
    h('tr', null, h('th', { scope: 'row' }, keys.split(' ').map((k) => h('kbd', { text: k }))), h('td', { text })));
  const box = h('dialog', { class: 'help', 'aria-labelledby': 'help-title' },
    h('h2', { id: 'help-title', text: 'Keys' }),
    h('table', null, h('tbody', null, rows(shortcuts().map((s) => [s.keys, s.text])))),
    h('h3', { text: 'In a pattern' }),
    h('table', null, h('tbody', null, rows(in_grids))),
    h('label', { class: 'check' },
      h('input', { type: 'checkbox', checked: single_keys(), onchange: (e: globalThis.Event) =>
        use_single_keys((e.target as HTMLInputElement).checked) }), ' keys without Ctrl are on'),
    h('form', { method: 'dialog' }, h('button', { text: 'Close', autofocus: true })));
  document.body.append(box);
  box.addEventListener('close', () => box.remove());
  box.addEventListener('click', (e) => { if (e.target === box) box.close(); });
  box.showModal();
}
