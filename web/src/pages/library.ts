// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The library: search by words, find what sounds alike, listen.
import { download, get, query } from '../lib/api';
import { fill, h, icon } from '../lib/dom';
import { base, quoted, seconds } from '../lib/format';
import { go, type Visit } from '../lib/route';
import { on } from '../lib/state';
import type { Sound } from '../lib/types';
import { audition } from '../parts/audition';
import { complain, tell_studio } from '../parts/notice';

interface Found { sounds: Sound[]; query?: { path?: string; start?: number; end?: number }; words?: { word: string; used: boolean; why?: string | null }[] }

export function audio_path(path: string): string { return `/v1/library/audio${query({ path })}`; }

/** "FILE:1.5-3" when only a part is meant. */
export function region(path: string, start?: number, end?: number): string {
  return start !== undefined && end !== undefined ? `${path}:${start.toFixed(3)}-${end.toFixed(3)}` : path;
}

function facts(s: Sound): string {
  const f = s.facts ?? {}, key = s.key ?? s.key_name, bpm = s.bpm ?? f.bpm;
  return [s.kind, f.duration_s != null ? seconds(f.duration_s) : f.duration != null ? seconds(f.duration) : null,
    bpm ? `${Math.round(bpm)} bpm` : null, key].filter(Boolean).join(' · ');
}

function row(s: Sound, leave: Visit['leave']): HTMLElement {
  const path = s.path ?? '', name = base(path);
  const part = s.start !== undefined && s.end !== undefined && s.start > 0;
  return h('li', { class: 'sound' },
    path ? audition(audio_path(path), name, leave, s.start ?? 0, part ? s.end : undefined) : null,
    h('div', { class: 'grow' }, h('strong', { text: name, title: path }),
      part ? h('span', { class: 'quiet mono small', text: ` ${s.start!.toFixed(2)}–${s.end!.toFixed(2)} s` }) : null,
      h('div', { class: 'quiet small', text: [facts(s), s.tags, s.user_tags, s.problem].filter(Boolean).join(' · ') })),
    s.score === undefined ? null : h('span', { class: 'score mono', 'aria-label': `score ${s.score.toFixed(2)}`, text: s.score.toFixed(2) }),
    path ? h('button', { class: 'round', 'aria-label': `Download ${name}`, title: 'Download',
      onclick: () => void download(audio_path(path), name).catch(complain) }, icon('down')) : null,
    h('button', { class: 'plain', text: 'similar', 'aria-label': `Find sounds similar to ${name}`,
      onclick: () => go(`library?similar=${encodeURIComponent(region(path, s.start, part ? s.end : undefined))}`) }));
}

export async function library_page({ main, query: asked, leave }: Visit): Promise<void> {
  const text = asked.get('text') ?? '', similar = asked.get('similar') ?? '';
  const words = h('input', { type: 'search', value: text, 'aria-label': 'Search the library', placeholder: 'warm pad 90bpm D minor', class: 'grow' });
  const search = h('form', { class: 'row', role: 'search', onsubmit: (e: SubmitEvent) => {
    e.preventDefault();
    go(`library?text=${encodeURIComponent(words.value)}`);
  } }, words, h('button', { type: 'submit', text: 'Search' }));
  const folder = h('input', { type: 'text', 'aria-label': 'Folder to scan', placeholder: '/home/you/samples', class: 'grow' });
  const scan = h('details', null, h('summary', { text: 'Add a folder' }),
    h('form', { class: 'row', onsubmit: (e: SubmitEvent) => {
      e.preventDefault();
      if (folder.value) void tell_studio(`job library scan ${quoted(folder.value)}`, 'The scan is a job now.');
    } }, folder, h('button', { type: 'submit', text: 'Scan' })));
  const list = h('ul', { class: 'sounds', 'aria-live': 'polite', 'aria-busy': 'true' });
  const note = h('p', { class: 'quiet' });
  main.append(h('h1', { text: 'Library' }), search, scan, note, list);
  const show = async () => {
    fill(note, similar ? [`Like ${base(similar)} `, h('a', { href: '#/library', text: 'all sounds' })] : []);
    try {
      const found = await get<Found>(`/v1/library${query({ text, similar, n: 60 })}`);
      for (const w of found.words ?? []) if (!w.used) note.append(` "${w.word}": ${w.why ?? 'not used'}.`);
      fill(list, found.sounds.map((s) => row(s, leave)));
      if (!found.sounds.length)
        note.append(text || similar ? 'Nothing fits.' : 'The library is empty: add a folder of sounds.');
    } catch (error) {
      note.append(h('span', { class: 'bad', text: (error as Error).message }));
    }
    list.setAttribute('aria-busy', 'false');
  };
  leave(on('job', (job) => { if (job.state === 'succeeded' && job.line.startsWith('library')) void show(); }));
  await show();
}
