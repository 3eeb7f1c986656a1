// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One sound at a time in this browser: takes and sounds of the library, whole or a region of them.
import { address_of } from '../lib/api';
import { h } from '../lib/dom';
import { complain } from './notice';

const audio = h('audio', { preload: 'none' });
let playing = '', until = Infinity, from = 0, round = false;
let changed: (() => void)[] = [];

function tell(): void { for (const f of changed) f(); }

audio.addEventListener('timeupdate', () => { check(); tell(); });
for (const name of ['play', 'pause', 'ended', 'seeked']) audio.addEventListener(name, tell);

function check(): void {
  if (audio.paused || audio.currentTime < until) return;
  if (round) audio.currentTime = from;
  else audio.pause();
}

// timeupdate comes four times a second: too coarse for the end of a short region
function watch(): void {
  if (audio.paused) return;
  check();
  requestAnimationFrame(watch);
}

export const player = {
  /** Play an address from start to end (seconds), again and again when asked. */
  async play(path: string, start = 0, end = Infinity, again = false): Promise<void> {
    try {
      if (playing !== path) {
        audio.src = await address_of(path);
        playing = path;
      }
      from = start; until = end; round = again;
      audio.currentTime = start;
      await audio.play();
      watch();
    } catch (error) {
      if ((error as Error).name !== 'AbortError') complain(error);
    }
  },
  stop(): void { audio.pause(); },
  /** What sounds now, '' = nothing. */
  path(): string { return audio.paused ? '' : playing; },
  at(): number { return audio.currentTime; },
  on(hear: () => void): () => void {
    changed.push(hear);
    return () => { changed = changed.filter((f) => f !== hear); };
  },
};
