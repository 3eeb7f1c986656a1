// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One job as a row: what, how far, and what can be done about it.
import { post } from '../lib/api';
import { h } from '../lib/dom';
import { ago, seconds } from '../lib/format';
import type { Job } from '../lib/types';
import { complain } from './notice';

export function ended(job: Job): boolean { return job.state !== 'queued' && job.state !== 'running'; }

function act(job: Job, what: 'cancel' | 'retry'): HTMLElement {
  return h('button', { class: 'plain', text: what, 'aria-label': `${what} job ${job.id}`,
    onclick: () => void post(`/v1/jobs/${job.id}/${what}`).catch(complain) });
}

function state_line(job: Job): string {
  if (job.state === 'running')
    return [`${Math.round(job.progress * 100)} %`, job.stage, job.eta_s != null ? `${seconds(job.eta_s)} left` : null].filter(Boolean).join(' · ');
  if (job.state === 'queued' && job.after.length) return `queued, after ${job.after.join(', ')}`;
  if (job.state === 'failed') return `failed: ${job.error?.message ?? 'no reason given'}`;
  return `${job.state}${job.ended ? ` ${ago(job.ended)}` : ''}`;
}

export function job_row(job: Job): HTMLElement {
  const bar = h('progress', { max: '1', value: job.progress, 'aria-label': `Progress of job ${job.id}` });
  return h('li', { class: `job ${job.state}`, 'data-job': job.id },
    h('span', { class: 'mono quiet', text: `#${job.id}` }),
    h('div', { class: 'grow' }, h('code', { text: job.line }),
      h('div', { class: 'small quiet state', text: `${state_line(job)}${job.tries > 1 ? ` · try ${job.tries}` : ''} · ${job.author}` }),
      job.state === 'running' ? bar : null,
      job.log ? h('details', null, h('summary', { text: 'log' }), h('pre', { text: job.log })) : null),
    job.take ? h('a', { href: `#/take/${job.take}`, text: `take ${job.take}` }) : null,
    ended(job) ? (job.state === 'succeeded' ? null : act(job, 'retry')) : act(job, 'cancel'));
}
