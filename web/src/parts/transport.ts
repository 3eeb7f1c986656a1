// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Play, stop, tempo, where we are, undo and redo: on every page.
import { fill, h, icon } from '../lib/dom';
import { plain } from '../lib/format';
import { beats_now, on, studio } from '../lib/state';
import { tell_studio } from './notice';

export function toggle_play(): void {
  void tell_studio(studio.session?.playing ? 'stop' : 'play');
}

export function transport(): HTMLElement {
  const play = h('button', { class: 'round main', onclick: toggle_play });
  const tempo = h('input', {
    type: 'number', id: 'tempo', min: '20', max: '400', step: 'any', inputmode: 'decimal', 'aria-label': 'Tempo in beats per minute',
    onchange: () => { if (tempo.value) void tell_studio(`tempo ${tempo.value}`); },
  });
  const where = h('output', { class: 'where', 'aria-label': 'Position: bar and beat' });
  const undo = h('button', { class: 'round', 'aria-label': 'Undo', title: 'Undo', onclick: () => void tell_studio('undo') }, icon('undo'));
  const redo = h('button', { class: 'round', 'aria-label': 'Redo', title: 'Redo', onclick: () => void tell_studio('redo') }, icon('redo'));
  const place = () => {
    const s = studio.session;
    if (!s) return;
    const beats = beats_now(), bar = s.bar_beats;
    const text = `${Math.floor(beats / bar) + 1}.${Math.floor(beats % bar * (bar_unit(s.meter))) + 1}`;
    if (where.textContent !== text) where.textContent = text;
  };
  const show = () => {
    const s = studio.session;
    fill(play, icon(s?.playing ? 'stop' : 'play', true));
    play.setAttribute('aria-label', s?.playing ? 'Stop' : 'Play');
    play.classList.toggle('on', Boolean(s?.playing));
    if (s && document.activeElement !== tempo) tempo.value = plain(s.tempo);
    place();
  };
  show();
  on('session', show);
  setInterval(place, 60);
  return h('div', { class: 'transport', role: 'group', 'aria-label': 'Transport' }, play, where,
    h('label', { class: 'bpm' }, tempo, h('span', { class: 'quiet', text: 'bpm' })), undo, redo);
}

// beats of the meter in a quarter note: 2 in 6/8
function bar_unit(meter: string): number { return Number(meter.split('/')[1] ?? 4) / 4; }
