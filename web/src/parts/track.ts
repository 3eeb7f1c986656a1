// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One thing of the session: its strip of the mixer, its pattern, and its parameters when unfolded.
import { h, keep_focus } from '../lib/dom';
import { decibels } from '../lib/format';
import { beats_now } from '../lib/state';
import type { Part, Unit } from '../lib/types';
import { grid, type Grid } from './grid';
import { Meter } from './meter';
import { tell_studio } from './notice';
import { params } from './params';

const gain_floor = -60, gain_top = 12;

/** The part that sounds now, else the last that was written. */
function current(parts: Part[]): Part | undefined {
  const beat = beats_now();
  const now = parts.filter((p) => (p.from ?? 0) <= beat + 1e-9 && (p.until == null || p.until > beat));
  return now.at(-1) ?? parts.at(-1);
}

export class Track {
  readonly node: HTMLElement;
  readonly meter: Meter;
  private readonly music = h('div', { class: 'music' });
  private readonly strip = h('div', { class: 'strip' });
  private readonly inside = h('div', { class: 'inside', hidden: true });
  private readonly fold: HTMLButtonElement;
  private was = { music: '', strip: '', inside: '' };
  private grid: Grid | null = null;
  private unit: Unit;

  constructor(unit: Unit) {
    this.unit = unit;
    this.meter = new Meter(`Level of ${unit.name}`);
    this.fold = h('button', { class: 'name', 'aria-expanded': 'false', onclick: () => this.open(this.inside.hidden) },
      h('strong', { text: unit.name }), h('span', { class: 'quiet small', text: unit.kind === 'out' ? 'master' : unit.recipe === unit.name ? '' : unit.recipe || unit.kind }));
    this.node = h('section', { class: `track ${unit.kind}`, 'aria-label': unit.name, 'data-unit': unit.name },
      h('div', { class: 'head' }, this.fold, this.meter.node), this.strip, this.music, this.inside);
    this.show(unit);
  }

  show(unit: Unit): void {
    this.unit = unit;
    const part = current(unit.patterns);
    this.part('music', JSON.stringify(part ?? null), () => this.show_music(part));
    this.part('strip', JSON.stringify([unit.gain, unit.pan, unit.muted, unit.solo]), () => this.show_strip());
    if (!this.inside.hidden) this.show_inside();
  }

  head(): void { this.grid?.head(); }

  private part(which: 'music' | 'strip' | 'inside', sign: string, rebuild: () => void): void {
    if (this.was[which] === sign && sign) return;
    this.was[which] = sign;
    keep_focus(this[which], rebuild);
  }

  private show_music(part: Part | undefined): void {
    const { name, kind } = this.unit;
    this.grid = part ? grid(name, part) : null;
    if (this.grid) this.music.replaceChildren(this.grid.node);
    else if (kind === 'instrument') {
      const write = (line: string) => () => void tell_studio(line);
      this.music.replaceChildren(h('div', { class: 'empty row' }, h('span', { class: 'quiet', text: 'no pattern yet' }),
        h('button', { class: 'plain', text: 'write hits', onclick: write(`sequence ${name}: x...............`) }),
        h('button', { class: 'plain', text: 'write notes', onclick: write(`melody ${name}: C3 . . . . . . .`) })));
    } else this.music.replaceChildren();
  }

  private show_strip(): void {
    const { name, gain: gain_db, pan, muted, solo, kind } = this.unit;
    const level = h('output', { class: 'mono small', text: `${decibels(gain_db)} dB` });
    const gain = h('input', { type: 'range', min: String(gain_floor), max: String(gain_top), step: '0.5', value: gain_db,
      'aria-label': `Gain of ${name}`, 'aria-valuetext': `${decibels(gain_db)} dB`,
      oninput: () => { level.textContent = `${Number(gain.value).toFixed(1)} dB`; },
      onchange: () => void tell_studio(`gain ${name} ${gain.value}`),
      ondblclick: () => void tell_studio(`gain ${name} 0`) });
    const side = h('input', { type: 'range', class: 'pan', min: '-1', max: '1', step: '0.05', value: pan, 'aria-label': `Pan of ${name}`,
      'aria-valuetext': pan === 0 ? 'centre' : `${Math.round(Math.abs(pan) * 100)} % ${pan < 0 ? 'left' : 'right'}`,
      onchange: () => void tell_studio(`pan ${name} ${side.value}`), ondblclick: () => void tell_studio(`pan ${name} 0`) });
    const toggle = (verb: 'mute' | 'solo', on: boolean) => h('button', {
      class: `toggle ${verb}`, 'aria-pressed': String(on), 'aria-label': `${verb === 'mute' ? 'Mute' : 'Solo'} ${name}`,
      text: verb === 'mute' ? 'M' : 'S', onclick: () => void tell_studio(`${verb} ${name} ${on ? 'off' : 'on'}`) });
    this.strip.replaceChildren(h('label', { class: 'gain' }, h('span', { class: 'label', text: 'gain' }), gain, level),
      h('label', { class: 'side' }, h('span', { class: 'label', text: 'pan' }), side));
    if (kind !== 'out') this.strip.append(h('div', { class: 'row tight' }, toggle('mute', muted), toggle('solo', solo)));
  }

  private open(yes: boolean): void {
    this.inside.hidden = !yes;
    this.fold.setAttribute('aria-expanded', String(yes));
    if (yes) this.show_inside();
  }

  private show_inside(): void {
    const { name, kind, racks } = this.unit;
    this.part('inside', JSON.stringify(racks), () => {
      const say = (text: string, line: string, danger = false) =>
        h('button', { class: `plain${danger ? ' danger' : ''}`, text, onclick: () => void tell_studio(line) });
      this.inside.replaceChildren(params(name, racks));
      if (kind !== 'out')
        this.inside.append(h('div', { class: 'row' }, say('reset', `reset ${name}`), say('clear pattern', `clear ${name}`),
          say(`remove ${name}`, `remove ${name}`, true)));
    });
  }
}
