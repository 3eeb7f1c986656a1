// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Short words at the edge of the page, read out by screen readers, gone after a while.
import { done } from '../lib/api';
import { h } from '../lib/dom';

const place = h('div', { class: 'notices', role: 'status', 'aria-live': 'polite' });

export function notices(): HTMLElement { return place; }

export function notice(text: string, kind: 'fine' | 'bad' = 'fine'): void {
  const node = h('p', { class: `notice ${kind}` }, kind === 'bad' ? h('strong', { text: 'Refused: ' }) : null, text);
  place.append(node);
  while (place.childElementCount > 4) place.firstElementChild?.remove();
  setTimeout(() => node.remove(), kind === 'bad' ? 9000 : 4000);
}

export function complain(error: unknown): void {
  notice((error as Error).message ?? String(error), 'bad');
}

/** Say a line; a refusal is shown. @return whether it was done */
export async function tell_studio(line: string, fine?: string): Promise<boolean> {
  try {
    await done(line);
    if (fine) notice(fine);
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}
