// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Level meters: -60 to 0 dBFS, falling 20 dB a second between the studio's readings.
import { h } from '../lib/dom';

const floor_db = -60, fall_db_s = 20;

export class Meter {
  readonly node: HTMLElement;
  private readonly bar = h('span', { class: 'bar' });
  private shown = floor_db;
  private said = 0;

  constructor(name: string) {
    this.node = h('span', { class: 'meter', role: 'meter', 'aria-label': name, 'aria-valuemin': floor_db,
      'aria-valuemax': '0', 'aria-valuenow': floor_db }, this.bar);
  }

  /** A new peak, linear. */
  peak(x: number): void {
    const db = Math.max(floor_db, 20 * Math.log10(Math.max(x, 1e-6)));
    this.shown = Math.max(this.shown, db);
    this.node.classList.toggle('hot', db > -1);
    const now = performance.now();
    if (now - this.said < 500) return; // a screen reader needs no 20 values a second
    this.said = now;
    this.node.setAttribute('aria-valuenow', db.toFixed(0));
    this.node.setAttribute('aria-valuetext', db <= floor_db ? 'silent' : `${db.toFixed(0)} dB`);
  }

  /** Draw; `s` seconds since the last time. */
  turn(s: number): void {
    this.bar.style.transform = `scaleX(${((this.shown - floor_db) / -floor_db).toFixed(3)})`;
    this.shown = Math.max(floor_db, this.shown - fall_db_s * s);
  }
}
