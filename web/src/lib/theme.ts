// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Dark or light: what the system prefers, until this page's switch says otherwise.
import { h, icon } from './dom';

const place = 'veery.theme';

function now(): 'dark' | 'light' {
  const kept = localStorage.getItem(place);
  if (kept === 'dark' || kept === 'light') return kept;
  return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

function apply(): void {
  document.documentElement.dataset.theme = now();
  dispatchEvent(new Event('veery:theme')); // canvases draw again
}

export function theme_switch(): HTMLElement {
  apply();
  matchMedia('(prefers-color-scheme: light)').addEventListener('change', apply);
  const button = h('button', { class: 'round', 'aria-label': 'Dark or light', title: 'Dark or light' }, icon('moon'));
  button.addEventListener('click', () => {
    localStorage.setItem(place, now() === 'dark' ? 'light' : 'dark');
    apply();
  });
  return button;
}
