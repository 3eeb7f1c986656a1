// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Text to audio. Which models there are is the studio's to say; without one the panel shows what is
// missing and cannot be used, instead of pretending.
import { get, post } from '../lib/api';
import { fill, h, field, select } from '../lib/dom';
import type { Visit } from '../lib/route';
import { on } from '../lib/state';
import { job_row } from '../parts/job';
import { complain, notice } from '../parts/notice';

interface Model { id: string; kind: string; state: string; text: string }

function model_row(m: Model): HTMLElement {
  return h('li', null, h('span', { class: `badge ${m.state}`, text: m.state }), h('div', { class: 'grow' },
    h('strong', { text: m.id }), h('div', { class: 'small quiet', text: m.text })));
}

export async function generate_page({ main, leave }: Visit): Promise<void> {
  const prompt = h('textarea', { rows: '3', required: true, placeholder: 'slow dub techno, warm chords, rain' });
  const length = h('input', { type: 'number', min: '1', max: '300', step: '0.5', value: '8' });
  const seed = h('input', { type: 'number', min: '0', step: '1', placeholder: 'by chance' });
  const guidance = h('input', { type: 'number', min: '0', max: '20', step: '0.5', placeholder: 'its own' });
  const steps = h('input', { type: 'number', min: '1', max: '200', step: '1', placeholder: 'its own' });
  let model = '';
  const models = h('ul', { class: 'models' }), why = h('p', { role: 'status' });
  const choice = h('div');
  const submit = h('button', { type: 'submit', class: 'main', text: 'Generate' });
  const running = h('ul', { class: 'jobs' });
  const number = (input: HTMLInputElement) => input.value === '' ? undefined : Number(input.value);
  // what is left out is the model's own; a field that a model does not know is refused, with its name
  const values = () => ({
    prompt: prompt.value, model_id: model, duration_seconds: number(length), seed: number(seed), cfg_scale: number(guidance),
    riffusion_num_inference_steps: number(steps),
  });
  const form = h('form', { class: 'generate', onsubmit: (e: SubmitEvent) => {
    e.preventDefault();
    post<{ job_id: string }>('/generate', values()).then((said) => notice(`Job ${said.job_id} makes it.`), complain);
  } }, field('prompt', prompt), choice,
    h('div', { class: 'row fields' }, field('seconds', length), field('seed', seed), field('guidance', guidance), field('steps', steps)),
    h('div', { class: 'row' }, submit, why));
  main.append(h('h1', { text: 'Generate' }), form, running, h('h2', { text: 'Models' }), models);
  leave(on('job', (job) => { if (job.class === 'generate') fill(running, job_row(job)); }));
  let list: Model[] = [], problem = '';
  try {
    list = (await get<{ models: Model[] }>('/v1/models')).models;
  } catch (error) { problem = (error as Error).message; }
  const ready = list.filter((m) => m.state === 'real' || m.state === 'degraded');
  model = ready[0]?.id ?? '';
  if (ready.length) fill(choice, field('model', select(ready.map((m) => m.id), model, (v) => { model = v; })));
  submit.disabled = !ready.length;
  why.textContent = ready.length ? '' : problem || 'Absent: no model for text to audio is installed.';
  fill(models, list.length ? list.map(model_row) : h('li', { class: 'quiet', text: 'None is known to this studio yet.' }));
}
