// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A rating of 0 to 5 as radio buttons that look like stars.
import { patch } from '../lib/api';
import { h, icon } from '../lib/dom';
import type { Take } from '../lib/types';
import { complain } from './notice';

export function stars(take: Take): HTMLElement {
  const name = `rating-${take.id}`;
  const set = h('fieldset', { class: 'stars' }, h('legend', { class: 'hidden', text: `Rating of ${take.name}` }));
  const show = (n: number) => set.querySelectorAll('label').forEach((label, i) => label.classList.toggle('on', i < n));
  for (let n = 1; n <= 5; n++) {
    const input = h('input', { type: 'radio', name, value: String(n), checked: take.rating === n, 'aria-label': `${n} of 5` });
    // the star that is on already takes the rating away
    input.addEventListener('click', () => void rate(take.rating === n && !keyed ? 0 : n, input));
    let keyed = false;
    input.addEventListener('keydown', () => { keyed = true; });
    input.addEventListener('pointerdown', () => { keyed = false; });
    set.append(h('label', null, input, icon('star', true)));
  }
  const rate = async (n: number, input: HTMLInputElement) => {
    try {
      await patch(`/v1/takes/${take.id}`, { rating: n });
      take.rating = n;
      if (n === 0) input.checked = false;
      show(n);
    } catch (error) { complain(error); }
  };
  show(take.rating);
  return set;
}
