// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Pattern text as cells that can be clicked, and back, so that what was typed stays as typed except
// for the cell that was changed. Only plain steps are changed by a click; a cell that says more
// ([xx], (3,8), x?30) is shown whole and changed as text.

/** A piece of the text: from..to are its characters, steps how many steps it lasts. */
export interface Cell { text: string; from: number; to: number; steps: number; plain: boolean }

const closing: Record<string, string> = { '[': ']', '<': '>', '(': ')', '{': '}' };
const plain_hits = /^[xX1-9.~-]$/;

/** The end of what opens at `at`, one past its closing sign. */
function past(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    if (text[i]! in closing) depth++;
    else if (Object.values(closing).includes(text[i]!) && --depth === 0) return i + 1;
  }
  return text.length;
}

// What may stand behind a step: *3 ?30 !4 (3,8) {k=v} @-10ms
function suffix(text: string, at: number): number {
  const c = text[at];
  if (c === '(' || c === '{') return past(text, at);
  const more = /^(\*\d+|\?\d*|!\d+|@[-+]?[\d.]+(ms|s)?|\^|_)/.exec(text.slice(at));
  return more ? at + more[0].length : at;
}

/** Cells of a `sequence` text; never fails: what it does not know is one step, not plain. */
export function hits(text: string): Cell[] {
  const cells: Cell[] = [];
  for (let i = 0; i < text.length;) {
    if (text[i] === ' ' || text[i] === '|') { i++; continue; }
    const from = i;
    i = text[i]! in closing ? past(text, i) : i + 1;
    for (let next = suffix(text, i); next > i; next = suffix(text, i)) i = next;
    cells.push(cell(text, from, i));
  }
  return cells;
}

/** Cells of a `melody` or `chords` text: the words between the spaces. */
export function notes(text: string): Cell[] {
  const cells: Cell[] = [];
  for (let i = 0; i < text.length;) {
    if (text[i] === ' ' || text[i] === '|') { i++; continue; }
    const from = i;
    while (i < text.length && text[i] !== ' ' && text[i] !== '|')
      i = text[i]! in closing ? past(text, i) : i + 1;
    cells.push(cell(text, from, i));
  }
  return cells;
}

function cell(text: string, from: number, to: number): Cell {
  const piece = text.slice(from, to);
  const again = /!(\d+)/.exec(piece), euclid = /\((\d+),(\d+)/.exec(piece);
  return {
    text: piece, from, to, plain: plain_hits.test(piece) || /^[A-G][#b]?-?\d$/.test(piece),
    steps: euclid ? Number(euclid[2]) : again ? Number(again[1]) : 1,
  };
}

/** The text with one cell replaced. */
export function replace(text: string, cell: Cell, by: string): string {
  return text.slice(0, cell.from) + by + text.slice(cell.to);
}

/** What a click makes of a hit: rest, hit, accent, rest. */
export function next_hit(hit: string): string {
  return hit === '.' || hit === '~' || hit === '-' ? 'x' : hit === 'X' ? '.' : hit === 'x' ? 'X' : 'x';
}

/** How loud a plain hit is, 0..1; 0 = a rest. */
export function velocity(hit: string): number {
  return hit === 'x' ? 0.6 : hit === 'X' ? 1 : /^[1-9]$/.test(hit) ? Number(hit) / 9 : 0;
}

const names = ['C', 'C#', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B'];
const letters: Record<string, number> = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };

/** A note some semitones higher; null when the text is no plain note or leaves C-1..G9. */
export function transpose(note: string, by: number): string | null {
  const m = /^([A-G])([#b]?)(-?\d)$/.exec(note);
  if (!m) return null;
  const at = letters[m[1]!]! + (m[2] === '#' ? 1 : m[2] === 'b' ? -1 : 0) + 12 * (Number(m[3]) + 1) + by;
  return at < 0 || at > 127 ? null : `${names[at % 12]}${Math.floor(at / 12) - 1}`;
}
