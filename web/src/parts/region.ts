// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A region of time over a picture of sound: dragged with a pointer, or set with the arrow keys
// (Shift changes its end). Also shows where the player is.
import { h } from '../lib/dom';
import { seconds } from '../lib/format';

export class Region {
  readonly node: HTMLElement;
  start = 0;
  end: number;
  private readonly mark = h('div', { class: 'mark', hidden: true });
  private readonly head = h('div', { class: 'playhead', hidden: true });
  private anchor = 0;

  constructor(pictures: HTMLElement, private readonly length: number, private readonly changed: () => void) {
    this.end = length;
    this.node = h('div', { class: 'region', tabindex: '0', role: 'group', 'aria-roledescription': 'time selection',
      'aria-label': 'Region: drag, or use the arrow keys; Shift changes the end, Escape takes all' }, pictures, this.mark, this.head);
    this.node.addEventListener('pointerdown', (e) => this.press(e));
    this.node.addEventListener('pointermove', (e) => { if (this.node.hasPointerCapture(e.pointerId)) this.drag(e); });
    this.node.addEventListener('keydown', (e) => this.key(e));
  }

  get whole(): boolean { return this.start <= 0 && this.end >= this.length; }

  set(start: number, end: number): void {
    this.start = Math.max(0, Math.min(start, this.length));
    this.end = Math.max(this.start, Math.min(end, this.length));
    this.mark.hidden = this.whole;
    this.mark.style.left = `${this.start / this.length * 100}%`;
    this.mark.style.width = `${(this.end - this.start) / this.length * 100}%`;
    this.changed();
  }

  /** Where the player is, null = it plays something else. */
  playhead(at: number | null): void {
    this.head.hidden = at === null;
    if (at !== null) this.head.style.left = `${Math.min(1, at / this.length) * 100}%`;
  }

  text(): string {
    return this.whole ? `all, ${seconds(this.length)}` : `${this.start.toFixed(2)}–${this.end.toFixed(2)} s (${seconds(this.end - this.start)})`;
  }

  private time(e: PointerEvent): number {
    const box = this.node.getBoundingClientRect();
    return Math.max(0, Math.min(1, (e.clientX - box.left) / box.width)) * this.length;
  }

  private press(e: PointerEvent): void {
    if (e.button !== 0) return;
    this.anchor = this.time(e);
    this.node.setPointerCapture(e.pointerId);
    this.set(0, this.length);
  }

  private drag(e: PointerEvent): void {
    const at = this.time(e);
    if (Math.abs(at - this.anchor) / this.length > 0.005) this.set(Math.min(at, this.anchor), Math.max(at, this.anchor));
  }

  private key(e: KeyboardEvent): void {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const step = (e.key === 'ArrowRight' ? 1 : e.key === 'ArrowLeft' ? -1 : 0) * this.length / 50;
    if (e.key === 'Escape') this.set(0, this.length);
    else if (!step) return;
    else if (this.whole) this.set(step > 0 ? step : 0, step > 0 ? this.length : this.length + step);
    else if (e.shiftKey) this.set(this.start, this.end + step);
    else this.set(this.start + step, this.end);
    e.preventDefault();
  }
}
