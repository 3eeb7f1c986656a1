// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The session: every thing with its mixer strip and its pattern, the master, scenes, and a way to
// make something new.
import { done } from '../lib/api';
import { fill, h, select } from '../lib/dom';
import { decibels } from '../lib/format';
import type { Visit } from '../lib/route';
import { on, studio } from '../lib/state';
import type { Meters, Session } from '../lib/types';
import { Meter } from '../parts/meter';
import { tell_studio } from '../parts/notice';
import { Track } from '../parts/track';

interface Recipe { name: string; text?: string; effect?: boolean; kind?: string }
let recipes: Recipe[] = [];

/** Things to make, asked for once. */
async function recipe_names(): Promise<Recipe[]> {
  if (!recipes.length)
    recipes = ((await done('recipes').catch(() => ({}))) as { recipes?: Recipe[] }).recipes ?? [];
  return recipes;
}

function is_effect(r: Recipe): boolean { return r.effect === true || r.kind === 'effect'; }

function maker(): HTMLElement {
  const what = h('select', { 'aria-label': 'Recipe' });
  const name = h('input', { type: 'text', 'aria-label': 'Its name', placeholder: 'name', pattern: '[A-Za-z_][A-Za-z0-9_]*', size: '10' });
  void recipe_names().then((list) => {
    what.append(...list.filter((r) => !is_effect(r)).map((r) => h('option', { value: r.name, text: r.name })));
  });
  return h('form', { class: 'row maker', 'aria-label': 'Make an instrument', onsubmit: (e: SubmitEvent) => {
    e.preventDefault();
    if (!what.value) return;
    void tell_studio(`create ${name.value || what.value} ${what.value}`).then((fine) => { if (fine) name.value = ''; });
  } }, what, name, h('button', { type: 'submit', text: 'Add instrument' }));
}

function effect_adder(leave: Visit['leave']): HTMLElement {
  const what = h('select', { 'aria-label': 'Effect' }), to = h('select', { 'aria-label': 'Add it to' });
  void recipe_names().then((list) => {
    what.append(...list.filter(is_effect).map((r) => h('option', { value: r.name, text: r.name })));
  });
  leave(on_units(to));
  return h('form', { class: 'row maker', 'aria-label': 'Add an effect', onsubmit: (e: SubmitEvent) => {
    e.preventDefault();
    if (what.value && to.value) void tell_studio(`add ${what.value} to ${to.value}`);
  } }, what, h('span', { class: 'quiet', text: 'to' }), to, h('button', { type: 'submit', text: 'Add effect' }));
}

/** Keep a choice of things up to date; the function returned ends it. */
function on_units(to: HTMLSelectElement): () => void {
  const update = () => {
    const names = (studio.session?.units ?? []).map((u) => u.name), before = to.value;
    if (names.join() === [...to.options].map((o) => o.value).join()) return;
    fill(to, names.map((text) => h('option', { value: text, text })));
    if (names.includes(before)) to.value = before;
  };
  update();
  return on('session', update);
}

function facts(): { node: HTMLElement; show: (s: Session) => void } {
  const meter = select(['4/4', '3/4', '2/4', '5/4', '6/8', '7/8', '12/8'], '4/4', (v) => void tell_studio(`meter ${v}`));
  meter.setAttribute('aria-label', 'Meter');
  const key = h('input', { type: 'text', size: '9', 'aria-label': 'Key', onchange: () => void tell_studio(`key "${key.value}"`) });
  const swing = h('input', { type: 'range', min: '0', max: '1', step: '0.05', 'aria-label': 'Swing', onchange: () => void tell_studio(`swing ${swing.value}`) });
  const scenes = h('div', { class: 'row tight', role: 'group', 'aria-label': 'Scenes' });
  const version = h('span', { class: 'quiet small' });
  const node = h('div', { class: 'row facts' },
    h('label', { class: 'row tight' }, h('span', { class: 'label', text: 'meter' }), meter),
    h('label', { class: 'row tight' }, h('span', { class: 'label', text: 'key' }), key),
    h('label', { class: 'row tight' }, h('span', { class: 'label', text: 'swing' }), swing), scenes, version);
  return { node, show: (s) => {
    if (![...meter.options].some((o) => o.value === s.meter)) meter.append(h('option', { value: s.meter, text: s.meter }));
    meter.value = s.meter;
    if (document.activeElement !== key) key.value = s.key;
    swing.value = String(s.swing);
    version.textContent = `version ${s.version}`;
    fill(scenes, s.scenes.map(({ name }) => h('button', { class: 'chip', text: name, 'aria-label': `Go to scene ${name}`,
      onclick: () => void tell_studio(`scene ${name} play`) })));
  } };
}

function master(): { node: HTMLElement; hear: (m: Meters) => void; turn: (s: number) => void } {
  const left = new Meter('Left'), right = new Meter('Right');
  const value = (text: string) => {
    const out = h('output', { class: 'mono', text: '–' });
    return { out, node: h('span', { class: 'number' }, out, h('span', { class: 'quiet small', text })) };
  };
  const now = value('LUFS now'), short = value('LUFS 3 s'), peak = value('dBTP');
  return {
    node: h('div', { class: 'master', role: 'group', 'aria-label': 'Master' }, h('div', { class: 'pair' }, left.node, right.node), now.node, short.node, peak.node),
    hear: (m) => {
      left.peak(m.master[0]);
      right.peak(m.master[1]);
      now.out.textContent = decibels(m.loudness?.momentary_lufs);
      short.out.textContent = decibels(m.loudness?.short_term_lufs);
      peak.out.textContent = decibels(m.loudness?.true_peak_dbtp);
    },
    turn: (s) => { left.turn(s); right.turn(s); },
  };
}

export function session_page({ main, leave }: Visit): void {
  const tracks = new Map<string, Track>();
  const list = h('div', { class: 'tracks' });
  const nothing = h('p', { class: 'quiet', hidden: true, text: 'Nothing here yet. Add an instrument, or type in the command line: create kick' });
  const about = facts(), whole = master();

  const show = (s: Session) => {
    about.show(s);
    const names = new Set(s.units.map((u) => u.name));
    for (const [name, track] of tracks) if (!names.has(name)) { track.node.remove(); tracks.delete(name); }
    const last = s.units.filter((u) => u.kind === 'out');
    [...s.units.filter((u) => u.kind !== 'out'), ...last].forEach((unit, i) => {
      const track = tracks.get(unit.name);
      if (track) track.show(unit);
      else tracks.set(unit.name, new Track(unit));
      const node = tracks.get(unit.name)!.node;
      if (list.children[i] !== node) list.insertBefore(node, list.children[i] ?? null);
    });
    nothing.hidden = s.units.some((u) => u.kind === 'instrument');
  };
  main.append(h('div', { class: 'row between' }, h('h1', { text: 'Session' }), whole.node), about.node, nothing, list,
    h('div', { class: 'row makers' }, maker(), effect_adder(leave)));
  if (studio.session) show(studio.session);
  leave(on('session', show));
  leave(on('meters', (m) => {
    whole.hear(m);
    for (const [name, track] of tracks) {
      const level = track.node.classList.contains('out') ? Math.max(...m.master) : m.units[name];
      if (level !== undefined) track.meter.peak(level);
    }
  }));
  let last = performance.now(), running = true;
  const turn = (now: number) => {
    if (!running) return;
    const s = (now - last) / 1000;
    last = now;
    whole.turn(s);
    for (const track of tracks.values()) { track.meter.turn(s); track.head(); }
    requestAnimationFrame(turn);
  };
  requestAnimationFrame(turn);
  leave(() => { running = false; });
}
