// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The microphone and what shapes it. Baking a sound from a reference is not built yet; the page says
// so in the words of the studio's own status.
import { get } from '../lib/api';
import { fill, h } from '../lib/dom';
import { quoted } from '../lib/format';
import type { Visit } from '../lib/route';
import { on } from '../lib/state';
import type { Capability, Status } from '../lib/types';
import { tell_studio } from '../parts/notice';

function input_of(s: Status): HTMLElement {
  const d = s.device;
  if (!d) return h('p', { class: 'quiet', text: 'This studio plays on no device.' });
  return h('dl', { class: 'facts-list' }, [['device', `${d.name} (${d.backend})`], ['state', d.state],
    ['comes in', d.ins ? `${d.ins} channel${d.ins > 1 ? 's' : ''}` : 'nothing is connected'],
    ['latency', s.latency != null && s.rate ? `${((s.latency + (s.period ?? 0)) / s.rate * 1000).toFixed(1)} ms` : '–']]
    .map(([name, value]) => h('div', null, h('dt', { text: name! }), h('dd', { text: value! }))));
}

export async function mic_page({ main, leave }: Visit): Promise<void> {
  const facts = h('div'), baking = h('div');
  const bypass = h('button', { 'aria-pressed': 'false', text: 'Bypass: what comes in goes out' });
  const panic = h('button', { class: 'danger', 'aria-pressed': 'false', text: 'Panic: silence everything' });
  const file = h('input', { type: 'text', value: 'idea.wav', 'aria-label': 'File' });
  const s = h('input', { type: 'number', min: '1', max: '30', value: '5', class: 'short', 'aria-label': 'Seconds' });
  const shadow = h('form', { class: 'row', 'aria-label': 'Keep what was heard', onsubmit: (e: SubmitEvent) => {
    e.preventDefault();
    void tell_studio(`shadow save ${quoted(file.value)} seconds=${s.value}`, 'Kept.');
  } }, h('span', { class: 'label', text: 'keep the last' }), s, h('span', { class: 'quiet', text: 'seconds in' }), file, h('button', { type: 'submit', text: 'Keep' }));
  const show = async () => {
    const status = await get<Status>('/v1/status');
    fill(facts, input_of(status));
    bypass.setAttribute('aria-pressed', String(Boolean(status.bypass)));
    panic.setAttribute('aria-pressed', String(Boolean(status.panic)));
    const bake: Capability | undefined = status.capabilities?.find((c) => /bake|shap/i.test(c.name));
    const state = bake?.state ?? 'absent';
    fill(baking, h('p', null, h('span', { class: `badge ${state}`, text: state }), ' ',
      bake?.why ?? 'Making a microphone sound like a reference comes in a later version of Veery.'));
  };
  const turn = (button: HTMLElement, what: string) => () =>
    void tell_studio(`${what} ${button.getAttribute('aria-pressed') === 'true' ? 'off' : 'on'}`).then(show);
  bypass.addEventListener('click', turn(bypass, 'bypass studio'));
  panic.addEventListener('click', turn(panic, 'panic'));
  main.append(h('h1', { text: 'Microphone' }), facts, h('div', { class: 'row' }, bypass, panic), shadow,
    h('p', { class: 'quiet' }, 'A virtual microphone for other programs is switched on with ', h('code', { text: 'veery mic on' }), ' in a terminal.'),
    h('h2', { text: 'Bake a sound' }), baking);
  leave(on('event', (e) => { if (e.event === 'switch' || e.event === 'device') void show(); }));
  await show();
}
