// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The studio's health: state and reasons, what works, processes, the sound's timing as it goes, and
// the settings.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { get } from '../lib/api';
import { colour, fill, h } from '../lib/dom';
import type { Visit } from '../lib/route';
import { on } from '../lib/state';
import type { Capability, Meters, Status } from '../lib/types';

interface Setting { name: string; value: unknown; default?: unknown; type?: string; unit?: string; text?: string; from?: string }

const kept_s = 120;

/** Loudness and peak over the last two minutes. */
function history(leave: Visit['leave']): HTMLElement {
  const place = h('div', { class: 'plot', role: 'img', 'aria-label': 'Loudness and peak of the last two minutes' });
  const times: number[] = [], lufs: (number | null)[] = [], peak: (number | null)[] = [];
  let plot: uPlot | null = null;
  const make = () => {
    plot?.destroy();
    const axis = { stroke: colour('quiet'), grid: { stroke: colour('line'), width: 1 }, ticks: { show: false }, font: '11px system-ui' };
    plot = new uPlot({
      width: place.clientWidth || 300, height: 160, legend: { show: false }, cursor: { show: false },
      scales: { x: { time: false, range: (): [number, number] => [-kept_s, 0] }, y: { range: (): [number, number] => [-60, 0] } },
      axes: [{ ...axis, values: (_u, v) => v.map((x) => `${x} s`) }, { ...axis, size: 40 }],
      series: [{}, { label: 'LUFS', stroke: colour('accent'), width: 1.5 }, { label: 'peak', stroke: colour('quiet'), width: 1 }],
    }, [[], [], []], place);
  };
  const draw = () => {
    const now = performance.now() / 1000;
    while (times.length && times[0]! < now - kept_s) { times.shift(); lufs.shift(); peak.shift(); }
    plot?.setData([times.map((t) => t - now), lufs, peak]);
  };
  let last = 0;
  leave(on('meters', (m: Meters) => {
    const now = performance.now() / 1000;
    if (now - last < 0.25) return;
    last = now;
    times.push(now);
    lufs.push(m.loudness?.momentary_lufs ?? null);
    peak.push(20 * Math.log10(Math.max(...m.master, 1e-3)));
    draw();
  }));
  const sized = new ResizeObserver(() => { if (!plot) make(); plot!.setSize({ width: place.clientWidth, height: 160 }); });
  sized.observe(place);
  addEventListener('veery:theme', make);
  leave(() => { sized.disconnect(); removeEventListener('veery:theme', make); plot?.destroy(); });
  return h('figure', { class: 'history' }, place, h('figcaption', { class: 'small quiet' },
    h('span', { class: 'swatch accent' }), ' loudness, LUFS  ', h('span', { class: 'swatch' }), ' peak, dBFS'));
}

function capability(c: Capability): HTMLElement {
  return h('li', null, h('span', { class: `badge ${c.state}`, text: c.state }),
    h('div', { class: 'grow' }, h('strong', { text: c.name }), h('div', { class: 'small quiet', text: c.why })));
}

function numbers(s: Status): HTMLElement {
  const us = (t?: { p50_us: number; p99_us: number }) => t ? `${t.p50_us.toFixed(0)} / ${t.p99_us.toFixed(0)} µs` : '–';
  const rows: [string, string | number | undefined][] = [
    ['device', s.device ? `${s.device.name} (${s.device.backend}), ${s.device.state}` : 'none'],
    ['rate, period', s.rate ? `${s.rate} Hz, ${s.period} frames` : '–'], ['xruns', s.xruns], ['late blocks', s.late],
    ['failovers', s.failovers], ['engine restarts', s.restarts], ['work, p50 / p99', us(s.work)],
    ['exchange, p50 / p99', us(s.exchange)], ['clients', s.clients],
  ];
  return h('dl', { class: 'facts-list' }, rows.map(([name, value]) =>
    h('div', null, h('dt', { text: name }), h('dd', { class: 'mono', text: value ?? '–' }))));
}

function setting(s: Setting): HTMLElement {
  const shown = s.value === null || s.value === undefined || s.value === '' ? '–' : String(s.value);
  return h('tr', null, h('th', { scope: 'row' }, h('code', { text: s.name }), h('div', { class: 'small quiet', text: s.text ?? '' })),
    h('td', { class: 'mono', text: `${shown}${s.unit ? ` ${s.unit}` : ''}` }), h('td', { class: 'small quiet', text: s.from ?? '' }));
}

export async function health_page({ main, leave }: Visit): Promise<void> {
  const state = h('div', { class: 'health', role: 'status' }), facts = h('div'), processes = h('ul', { class: 'processes' });
  const capabilities = h('ul', { class: 'capabilities' }), settings = h('div');
  main.append(h('h1', { text: 'Studio health' }), state, history(leave),
    h('div', { class: 'columns' }, h('section', null, h('h2', { text: 'Sound' }), facts, h('h2', { text: 'Processes' }), processes),
      h('section', null, h('h2', { text: 'What works' }), capabilities)),
    h('h2', { text: 'Settings' }), settings);
  const show = async () => {
    const s = await get<Status>('/v1/status');
    const health = s.health;
    fill(state, h('span', { class: `badge ${health?.state ?? 'absent'}`, text: health?.state ?? 'not measured' }), ' ',
      health?.why?.length ? health.why.join('; ') : health ? 'Nothing is wrong.' : 'This studio does not say.');
    fill(facts, numbers(s));
    fill(processes, (s.processes ?? []).map((p) => h('li', null, h('span', { text: p.role }), h('span', { class: 'mono quiet', text: p.pid }))));
    fill(capabilities, (s.capabilities ?? []).map(capability));
  };
  leave(on('health', () => void show()));
  const timer = setInterval(() => { if (!document.hidden) void show().catch(() => undefined); }, 3000);
  leave(() => clearInterval(timer));
  await show();
  try {
    const { settings: list } = await get<{ settings: Setting[] }>('/v1/settings');
    fill(settings, h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Settings' }, h('table', { class: 'settings' }, h('tbody', null, list.map(setting)))));
  } catch (error) { fill(settings, h('p', { class: 'quiet', text: (error as Error).message })); }
}
