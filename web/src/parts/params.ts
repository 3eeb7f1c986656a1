// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Parameters of a thing as sliders, choices and switches. A slider and its number field are one
// parameter; exponential ones turn logarithmically. What lies inside a rack folds away.
import { done } from '../lib/api';
import { h, select } from '../lib/dom';
import { plain } from '../lib/format';
import type { Described, Param, Rack } from '../lib/types';
import { complain, tell_studio } from './notice';

const steps = 1000;

function logarithmic(p: Param): boolean { return p.curve === 'exp' && p.min > 0; }

function to_step(p: Param, x: number): number {
  const part = logarithmic(p) ? Math.log(x / p.min) / Math.log(p.max / p.min) : (x - p.min) / (p.max - p.min);
  return Math.round(steps * Math.min(1, Math.max(0, part)));
}

function from_step(p: Param, step: number): number {
  const x = logarithmic(p) ? p.min * (p.max / p.min) ** (step / steps) : p.min + (p.max - p.min) * step / steps;
  return p.curve === 'int' ? Math.round(x) : x;
}

function slider(p: Param): HTMLElement {
  const range = h('input', { type: 'range', min: '0', max: String(steps), 'aria-label': p.path, 'aria-valuetext': p.text });
  range.value = String(to_step(p, p.value));
  const number = h('input', { type: 'number', min: String(p.min), max: String(p.max), step: 'any', value: plain(p.value),
    'aria-label': `${p.path}${p.unit ? ` in ${p.unit}` : ''}` });
  const set = async () => {
    if (number.value === '') return;
    range.setAttribute('aria-valuetext', `${number.value} ${p.unit}`);
    if (await tell_studio(`set ${p.path} ${number.value}${p.unit}`)) return;
    number.value = plain(p.value); // refused: as it was
    range.value = String(to_step(p, p.value));
  };
  range.addEventListener('input', () => { number.value = plain(from_step(p, Number(range.value))); });
  range.addEventListener('change', () => void set());
  range.addEventListener('dblclick', () => { number.value = plain(p.default); void set(); });
  number.addEventListener('change', () => { range.value = String(to_step(p, Number(number.value))); void set(); });
  return h('div', { class: 'param', 'data-path': p.path },
    h('span', { class: 'label', text: p.name, title: `${plain(p.min)} to ${plain(p.max)} ${p.unit}, default ${plain(p.default)}` }),
    range, number, h('span', { class: 'unit quiet small', text: p.unit }));
}

function choice(p: Param, words: string[]): HTMLElement {
  const node = select(words, p.text, (value) => void tell_studio(`set ${p.path} ${value}`));
  node.setAttribute('aria-label', p.path);
  return h('div', { class: 'param', 'data-path': p.path }, h('span', { class: 'label', text: p.name }), node);
}

function control(p: Param): HTMLElement {
  if (p.curve === 'bool') return choice(p, ['on', 'off']);
  return p.choices?.length ? choice(p, p.choices) : slider(p);
}

function typed(unit: string, d: Described): HTMLElement {
  const path = d.rack === unit ? `${unit}.${d.path}` : `${unit}.${d.rack}.${d.path}`;
  const text = h('input', { type: 'text', value: d.value, 'aria-label': path, onchange: () => void tell_studio(`set ${path} ${text.value}`) });
  return h('div', { class: 'param wide', 'data-path': path }, h('span', { class: 'label', text: d.path, title: d.range }), text);
}

// asked for when opened: a reverb has dozens of them
function inner(unit: string, rack: string): HTMLElement {
  const place = h('div', { class: 'knobs' });
  const node = h('details', null, h('summary', { class: 'small', text: 'inside' }), place);
  node.addEventListener('toggle', () => {
    if (!node.open || place.childElementCount) return;
    done(`describe ${unit}`).then((told) => {
      const list = ((told.params ?? []) as Described[]).filter((d) => d.rack === rack && !d.knob);
      place.append(...list.map((d) => typed(unit, d)));
    }, complain);
  });
  return node;
}

/** All parameters of a unit by rack. */
export function params(unit: string, racks: Rack[]): HTMLElement {
  return h('div', { class: 'params' }, racks.map((rack) => h('fieldset', { class: 'rack' },
    h('legend', null, rack.name, rack.recipe && rack.recipe !== rack.name ? h('span', { class: 'quiet', text: rack.recipe }) : null,
      rack.source ? null : h('button', { type: 'button', class: 'plain', 'aria-label': `Remove ${rack.name} from ${unit}`, text: 'remove',
        onclick: () => void tell_studio(`remove ${rack.name} from ${unit}`) })),
    h('div', { class: 'knobs' }, rack.params.map(control)), inner(unit, rack.name))));
}
