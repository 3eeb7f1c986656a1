// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Long work: what waits, runs and has ended, newest first.
import { get, query } from '../lib/api';
import { fill, h, keep_focus, once_a_frame, select } from '../lib/dom';
import type { Visit } from '../lib/route';
import { on } from '../lib/state';
import type { Job } from '../lib/types';
import { job_row } from '../parts/job';
import { tell_studio } from '../parts/notice';

interface Listed { jobs: Job[]; counts: Record<string, number> }

export async function jobs_page({ main, leave }: Visit): Promise<void> {
  let state = '';
  const jobs = new Map<number, Job>();
  const counts = h('p', { class: 'quiet' });
  const list = h('ul', { class: 'jobs', 'aria-label': 'Jobs' });
  const line = h('input', { type: 'text', class: 'grow mono', 'aria-label': 'Line to run as a job', placeholder: 'take 8 bars "groove"', autocomplete: 'off', spellcheck: 'false' });
  const add = h('form', { class: 'row', 'aria-label': 'New job', onsubmit: (e: SubmitEvent) => {
    e.preventDefault();
    if (line.value.trim()) void tell_studio(`job ${line.value.trim()}`).then((fine) => { if (fine) line.value = ''; });
  } }, line, h('button', { type: 'submit', text: 'Add job' }));
  const filter = select([['', 'all'], 'queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted'], '',
    (value) => { state = value; void load(); });
  filter.setAttribute('aria-label', 'Show');

  const show = once_a_frame(() => {
    const rows = [...jobs.values()].filter((j) => !state || j.state === state).sort((a, b) => b.id - a.id).slice(0, 100);
    keep_focus(list, () => fill(list, rows.length ? rows.map(job_row) : h('li', { class: 'quiet', text: 'No jobs here.' })));
  });
  const load = async () => {
    try {
      const listed = await get<Listed>(`/v1/jobs${query({ state, n: 100 })}`);
      jobs.clear();
      for (const job of listed.jobs) jobs.set(job.id, job);
      counts.textContent = Object.entries(listed.counts).filter(([, n]) => n).map(([name, n]) => `${n} ${name}`).join(' · ') || 'no jobs yet';
      show();
    } catch (error) { counts.textContent = (error as Error).message; }
  };
  main.append(h('div', { class: 'row between' }, h('h1', { text: 'Jobs' }), filter), add, counts, list);
  leave(on('job', (job) => {
    const before = jobs.get(job.id);
    jobs.set(job.id, job);
    if (before?.state !== job.state) void load();
    else show();
  }));
  await load();
}
