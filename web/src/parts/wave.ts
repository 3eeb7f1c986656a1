// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A waveform from peaks: one lane a channel.
import { colour, fit } from '../lib/dom';

/** [channel][column] least and greatest sample, -1..1. */
export interface Peaks { min: number[][]; max: number[][] }

export function draw_wave(canvas: HTMLCanvasElement, peaks: Peaks): void {
  const ctx = canvas.getContext('2d');
  if (!ctx || !fit(canvas)) return;
  const { width, height } = canvas, lanes = peaks.min.length || 1, lane = height / lanes;
  ctx.clearRect(0, 0, width, height);
  peaks.min.forEach((low, c) => {
    const high = peaks.max[c]!, middle = lane * (c + 0.5), half = lane / 2 - 1;
    ctx.fillStyle = colour('line');
    ctx.fillRect(0, Math.round(middle), width, 1);
    ctx.fillStyle = colour('accent');
    for (let x = 0; x < width; x++) {
      const from = Math.floor(x * low.length / width), to = Math.max(from + 1, Math.floor((x + 1) * low.length / width));
      let a = Infinity, b = -Infinity;
      for (let i = from; i < to && i < low.length; i++) { a = Math.min(a, low[i]!); b = Math.max(b, high[i]!); }
      if (a <= b) ctx.fillRect(x, middle - b * half, 1, Math.max(1, (b - a) * half));
    }
  });
}
