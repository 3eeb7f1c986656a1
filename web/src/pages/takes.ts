// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What was made, newest first; rendering a new one is a job.
import { get } from '../lib/api';
import { fill, h } from '../lib/dom';
import { ago, bytes, quoted, seconds } from '../lib/format';
import type { Visit } from '../lib/route';
import { on } from '../lib/state';
import type { Job, Take } from '../lib/types';
import { audition } from '../parts/audition';
import { job_row } from '../parts/job';
import { tell_studio } from '../parts/notice';
import { stars } from '../parts/stars';

export function take_audio(id: number): string { return `/v1/takes/${id}/audio`; }

function row(take: Take, leave: Visit['leave']): HTMLElement {
  return h('li', { class: 'take', 'data-take': take.id },
    audition(take_audio(take.id), take.name, leave),
    h('div', { class: 'grow' }, h('a', { href: `#/take/${take.id}`, text: take.name || `take ${take.id}` }),
      h('div', { class: 'quiet small', text: `${take.kind} · ${seconds(take.duration_s)} · ${bytes(take.bytes)} · ${take.author} · ${ago(take.created)}` })),
    h('span', { class: 'tags' }, take.tags.map((text) => h('span', { class: 'chip', text }))),
    stars(take));
}

function renderer(): HTMLElement {
  const bars = h('input', { type: 'number', min: '1', max: '512', value: '8', 'aria-label': 'Bars', class: 'short' });
  const name = h('input', { type: 'text', placeholder: 'name', 'aria-label': 'Name of the take' });
  return h('form', { class: 'row maker', 'aria-label': 'Render a take', onsubmit: (e: SubmitEvent) => {
    e.preventDefault();
    void tell_studio(`job take ${bars.value} bars${name.value ? ` ${quoted(name.value)}` : ''}`);
  } }, h('span', { class: 'label', text: 'render' }), bars, h('span', { class: 'quiet', text: 'bars as' }), name,
    h('button', { type: 'submit', text: 'Render a take' }));
}

export async function takes_page({ main, leave }: Visit): Promise<void> {
  const list = h('ul', { class: 'takes', 'aria-label': 'Takes' }), note = h('p', { class: 'quiet' });
  const running = h('ul', { class: 'jobs', 'aria-label': 'Being made' });
  const form = renderer();
  main.append(h('h1', { text: 'Takes' }), form, running, note, list);
  const show = async () => {
    try {
      const { takes } = await get<{ takes: Take[] }>('/v1/takes');
      fill(list, takes.map((t) => row(t, leave)));
      note.textContent = takes.length ? '' : 'No take yet. Render the session, and it stays here with how it was made.';
    } catch (error) { note.textContent = (error as Error).message; }
  };
  const jobs = new Map<number, Job>();
  leave(on('job', (job) => {
    jobs.set(job.id, job);
    fill(running, [...jobs.values()].filter((j) => j.state === 'queued' || j.state === 'running' || j.state === 'failed').map(job_row));
    if (job.state === 'succeeded') void show();
  }));
  leave(on('take', () => void show()));
  await show();
}
