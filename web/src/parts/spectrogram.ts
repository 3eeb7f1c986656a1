// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A spectrogram as a picture: time to the right, frequency upward on a logarithmic scale.
import { fit } from '../lib/dom';
import { hertz } from '../lib/format';
import { palette } from './colours';

/** level[frame * bins + bin], 0..255 from `floor_db` to `top_db`; bin 0 is the lowest. */
export interface Spectrogram {
  level: Uint8Array;
  frames: number;
  bins: number;
  low_hz: number;
  high_hz: number;
  floor_db: number;
  top_db: number;
}

export function draw_spectrogram(canvas: HTMLCanvasElement, s: Spectrogram, map: string): void {
  const ctx = canvas.getContext('2d');
  if (!ctx || !fit(canvas) || !s.frames || !s.bins) return;
  const { width, height } = canvas, colours = palette(map);
  const picture = ctx.createImageData(width, height), pixels = new Uint32Array(picture.data.buffer);
  for (let y = 0; y < height; y++) {
    const bin = Math.min(s.bins - 1, Math.floor((1 - (y + 0.5) / height) * s.bins));
    for (let x = 0; x < width; x++) {
      const from = Math.floor(x * s.frames / width), to = Math.max(from + 1, Math.floor((x + 1) * s.frames / width));
      let most = 0; // of all frames under a pixel the loudest: short sounds stay visible
      for (let f = from; f < to; f++) most = Math.max(most, s.level[f * s.bins + bin] ?? 0);
      pixels[y * width + x] = colours[most]!;
    }
  }
  ctx.putImageData(picture, 0, 0);
}

/** Where a frequency is, 0 bottom .. 1 top. */
export function height_of(s: Spectrogram, hz: number): number {
  return Math.log(hz / s.low_hz) / Math.log(s.high_hz / s.low_hz);
}

/** Marks for the scale beside the picture. */
export function marks(s: Spectrogram): { at: number; text: string }[] {
  return [50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000]
    .filter((hz) => hz > s.low_hz && hz < s.high_hz)
    .map((hz) => ({ at: height_of(s, hz), text: hertz(hz) }));
}
