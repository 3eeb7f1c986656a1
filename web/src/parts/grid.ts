// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A pattern as a row of steps. A click says the whole line of the language again with one step
// changed, so undo, the log and every other face see an ordinary edit. One tab stop per grid.
import { h } from '../lib/dom';
import { hits, next_hit, notes, replace, transpose, velocity, type Cell } from '../lib/pattern';
import { beats_now, studio } from '../lib/state';
import type { Part } from '../lib/types';
import { tell_studio } from './notice';

export interface Grid { node: HTMLElement; head: () => void }

const meanings: Record<string, string> = { '.': 'rest', '~': 'rest', '-': 'held', x: 'hit', X: 'accent' };

/** Beats of a step: `div=` says how many make a whole note. */
function step_beats(part: Part): number {
  const div = /(?:^|\s)div=([\d.]+)/.exec(part.options ?? '');
  return div ? 4 / Number(div[1]) : part.verb === 'chords' ? 4 : 0.25;
}

export function grid(unit: string, part: Part): Grid {
  const melodic = part.verb !== 'sequence';
  const cells = melodic ? notes(part.text) : hits(part.text);
  const line = (text: string) => `${part.verb} ${unit}: ${text}${part.options ? ` ${part.options}` : ''}`;
  let last_note = cells.find((c) => c.plain && melodic && /^[A-G]/.test(c.text))?.text ?? 'C3';

  const change = (cell: Cell, by: string) => void tell_studio(line(replace(part.text, cell, by)));
  const click = (cell: Cell) => {
    if (!cell.plain) { text.focus(); text.setSelectionRange(cell.from, cell.to); return; }
    if (!melodic) { change(cell, next_hit(cell.text)); return; }
    const rest = /^[.~-]$/.test(cell.text);
    if (!rest) last_note = cell.text;
    change(cell, rest ? last_note : '.');
  };
  let step_at = 0;
  const buttons = cells.map((cell, i) => {
    const beat = Math.floor(step_at / 4) % 2 === 0;
    step_at += cell.steps;
    const loud = melodic ? (/^[.~-]$/.test(cell.text) ? 0 : 0.6) : velocity(cell.text);
    const node = h('button', {
      class: `step${cell.plain ? '' : ' more'}${loud ? ' hit' : ''}${melodic ? ' note' : ''}${beat ? ' beat' : ''}`, role: 'gridcell', tabindex: i ? '-1' : '0',
      'aria-label': `${unit} step ${i + 1}: ${meanings[cell.text] ?? cell.text}`, 'data-step': i,
      text: cell.plain && !melodic ? (/^[1-9]$/.test(cell.text) ? cell.text : cell.text === '-' ? '–' : '') : cell.text,
      onclick: () => click(cell),
    });
    node.style.setProperty('--loud', String(loud));
    node.style.setProperty('--span', String(Math.min(cell.steps, 16)));
    return node;
  });
  const row = h('div', { class: `steps${melodic ? ' melodic' : ''}${part.verb === 'chords' ? ' chords' : ''}`, role: 'row' }, buttons);
  const node_grid = h('div', { class: 'grid', role: 'grid', 'aria-label': `${unit}: ${part.verb}` }, row);
  node_grid.addEventListener('keydown', (e) => keyed(e, cells, buttons, melodic, change));
  const text = h('input', { type: 'text', class: 'pattern-text mono', value: part.text, spellcheck: 'false', autocomplete: 'off',
    'aria-label': `${unit}: ${part.verb} as text`, onchange: () => void tell_studio(line(text.value)) });
  const from = part.from ?? 0, each = step_beats(part), total = cells.reduce((n, c) => n + c.steps, 0) || 1;

  const head = () => {
    const at = studio.session?.playing ? Math.floor(((beats_now() - from) / each) % total) : -1;
    let step = 0;
    cells.forEach((cell, i) => {
      buttons[i]!.classList.toggle('now', at >= step && at < step + cell.steps);
      step += cell.steps;
    });
  };
  return { node: h('div', { class: 'pattern' }, node_grid, text), head };
}

function keyed(e: KeyboardEvent, cells: Cell[], buttons: HTMLButtonElement[], melodic: boolean,
               change: (cell: Cell, by: string) => void): void {
  const i = buttons.indexOf(e.target as HTMLButtonElement), cell = cells[i];
  if (!cell || e.ctrlKey || e.metaKey || e.altKey) return;
  const up = e.key === 'ArrowUp' ? 1 : e.key === 'ArrowDown' ? -1 : 0;
  if (up && e.shiftKey && melodic) {
    const by = transpose(cell.text, up);
    if (by) { e.preventDefault(); change(cell, by); }
    return;
  }
  const step = { ArrowRight: 1, ArrowLeft: -1, Home: -i, End: buttons.length - 1 - i }[e.key];
  if (step !== undefined) {
    e.preventDefault();
    const to = buttons[Math.max(0, Math.min(buttons.length - 1, i + step))]!;
    buttons[i]!.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  } else if (cell.plain && (e.key === '.' || e.key === 'Delete' || (!melodic && /^[1-9xX]$/.test(e.key)))) {
    e.preventDefault();
    change(cell, e.key === 'Delete' ? '.' : e.key);
  }
}
