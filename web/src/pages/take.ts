// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One take: seen, heard, measured, rated, and how it was made.
import { done, download, get, patch, raw, remove } from '../lib/api';
import { fill, h, icon, once_a_frame, select } from '../lib/dom';
import { base, bytes, decibels, quoted, seconds } from '../lib/format';
import { go, type Visit } from '../lib/route';
import { on } from '../lib/state';
import type { Take } from '../lib/types';
import { maps } from '../parts/colours';
import { complain, notice, tell_studio } from '../parts/notice';
import { player } from '../parts/player';
import { Region } from '../parts/region';
import { draw_spectrogram, marks, type Spectrogram } from '../parts/spectrogram';
import { stars } from '../parts/stars';
import { draw_wave, type Peaks } from '../parts/wave';
import { take_audio } from './takes';

const map_place = 'veery.colours';
const columns = 1200;

async function spectrogram_of(id: number): Promise<Spectrogram> {
  const response = await raw(`/v1/takes/${id}/spectrogram`);
  const level = new Uint8Array(await response.arrayBuffer());
  const number = (name: string) => Number(response.headers.get(name));
  return { level, frames: number('X-Frames'), bins: number('X-Bins'), low_hz: number('X-Low-Hz'), high_hz: number('X-High-Hz'),
    floor_db: number('X-Floor-Db'), top_db: number('X-Top-Db') };
}

/** What is seen of a take: `both` pictures go into a region, that into `place`. */
function pictures(take: Take, leave: Visit['leave']): { node: HTMLElement; place: HTMLElement; both: HTMLElement } {
  const wave = h('canvas', { class: 'wave', role: 'img', 'aria-label': `Waveform of ${take.name}` });
  const picture = h('canvas', { class: 'spectrogram', role: 'img', 'aria-label': `Spectrogram of ${take.name}` });
  const scale = h('div', { class: 'scale', 'aria-hidden': 'true' });
  let peaks: Peaks | null = null, spectrum: Spectrogram | null = null;
  let map = localStorage.getItem(map_place) ?? maps[0]!;
  const draw = once_a_frame(() => {
    if (peaks) draw_wave(wave, peaks);
    if (!spectrum) return;
    draw_spectrogram(picture, spectrum, map);
    fill(scale, marks(spectrum).map(({ at, text }) => {
      const mark = h('span', { text });
      mark.style.bottom = `${at * 100}%`;
      return mark;
    }));
  });
  const problem = (what: string) => (error: Error) => notice(`${what}: ${error.message}`, 'bad');
  get<Peaks>(`/v1/takes/${take.id}/peaks?n=${columns}`).then((p) => { peaks = p; draw(); }, problem('Waveform'));
  spectrogram_of(take.id).then((s) => { spectrum = s; draw(); }, problem('Spectrogram'));
  const sized = new ResizeObserver(draw);
  sized.observe(wave);
  leave(() => sized.disconnect());
  addEventListener('veery:theme', draw);
  leave(() => removeEventListener('veery:theme', draw));
  const colours = select(maps, map, (value) => { map = value; localStorage.setItem(map_place, value); draw(); });
  colours.setAttribute('aria-label', 'Colours');
  const both = h('div', { class: 'pictures' }, wave, picture);
  const place = h('div', { class: 'over' });
  const node = h('div', { class: 'seen' }, place, scale,
    h('label', { class: 'row tight colours' }, h('span', { class: 'label', text: 'colours' }), colours));
  return { node, place, both };
}

function facts(take: Take): HTMLElement {
  const receipt = (take.receipt ?? {}) as { loudness?: Record<string, number>; measured?: Record<string, unknown> };
  const measured = (receipt.measured ?? receipt.loudness ?? {}) as Record<string, unknown>;
  const rows: [string, string][] = [
    ['length', seconds(take.duration_s)], ['format', `${take.rate} Hz, ${take.channels === 1 ? 'mono' : take.channels === 2 ? 'stereo' : `${take.channels} channels`}`],
    ['size', bytes(take.bytes)], ['made by', `${take.author}${take.job ? ` in job ${take.job}` : ''}`],
    ['when', new Date(take.created * 1000).toLocaleString()],
    ...Object.entries(measured).filter(([, v]) => typeof v === 'number' || v === null)
      .map(([name, v]): [string, string] => [name.replaceAll('_', ' '), decibels(v as number | null, 2)]),
    ['hash', take.hash],
  ];
  return h('dl', { class: 'facts-list' }, rows.map(([name, value]) => h('div', null, h('dt', { text: name }), h('dd', { class: 'mono', text: value }))));
}

function words(take: Take): HTMLElement {
  const name = h('input', { type: 'text', value: take.name, onchange: () => void change({ name: name.value }) });
  const tags = h('input', { type: 'text', value: take.tags.join(', '), placeholder: 'dark, loop',
    onchange: () => void change({ tags: tags.value.split(',').map((t) => t.trim()).filter(Boolean) }) });
  const change = async (body: Partial<Take>) => {
    try { await patch(`/v1/takes/${take.id}`, body); notice('Kept.'); } catch (error) { complain(error); }
  };
  return h('div', { class: 'row words' }, h('label', { class: 'field' }, h('span', { class: 'label', text: 'name' }), name),
    h('label', { class: 'field' }, h('span', { class: 'label', text: 'tags' }), tags), stars(take));
}

function actions(take: Take, region: Region): { node: HTMLElement; show: () => void } {
  const round = h('input', { type: 'checkbox' });
  const path = take_audio(take.id);
  const play = h('button', { class: 'main' });
  const show = () => {
    const sounds = player.path() === path;
    fill(play, icon(sounds ? 'stop' : 'play', true), sounds ? ' Stop' : region.whole ? ' Play' : ' Play region');
  };
  play.addEventListener('click', () => {
    if (player.path() === path) player.stop();
    else void player.play(path, region.start, region.whole ? Infinity : region.end, round.checked);
  });
  show();
  const similar = () => go(`library?similar=${encodeURIComponent(region.whole ? take.path : `${take.path}:${region.start.toFixed(3)}-${region.end.toFixed(3)}`)}`);
  const export_region = async () => {
    // in the studio's own folder: where takes lie, only takes lie
    const to = base(take.path).replace(/(\.[^./]+)?$/, `-${region.start.toFixed(2)}-${region.end.toFixed(2)}.wav`);
    await tell_studio(`process ${quoted(take.path)} ${quoted(to)} start=${region.start.toFixed(4)} end=${region.end.toFixed(4)}`, `Written: ${to}`);
  };
  const node = h('div', { class: 'row', role: 'group', 'aria-label': 'What to do with it' }, play,
    h('label', { class: 'check' }, round, ' again and again'),
    h('button', { text: 'Find similar', onclick: similar }),
    h('button', { text: 'Export region', onclick: () => void export_region() }),
    h('button', { onclick: () => void download(path, base(take.path)).catch(complain) }, icon('down'), ' Download'),
    h('button', { class: 'plain', text: 'Verify', onclick: () => void done(`takes verify ${take.id}`).then(() => notice('The file is what its receipt says.'), complain) }),
    h('button', { class: 'plain danger', text: 'Remove', onclick: () => {
      if (confirm(`Remove take ${take.id} and its file?`)) void remove(`/v1/takes/${take.id}`).then(() => go('takes'), complain);
    } }));
  return { node, show };
}

export async function take_page({ main, rest, leave }: Visit): Promise<void> {
  const id = Number(rest[0]);
  const said = await get<Take | { take: Take }>(`/v1/takes/${id}`);
  const take = 'take' in said ? said.take : said;
  const seen = pictures(take, leave);
  const selected = h('output', { class: 'mono', 'aria-live': 'polite', 'aria-label': 'Region' });
  let redraw = (): void => undefined;
  const region = new Region(seen.both, take.duration_s, () => { selected.textContent = region.text(); redraw(); });
  seen.place.append(region.node);
  const doing = actions(take, region);
  redraw = doing.show;
  selected.textContent = region.text();
  leave(player.on(() => { doing.show(); region.playhead(player.path() === take_audio(id) ? player.at() : null); }));
  leave(() => player.stop());
  leave(on('take', (e) => { if (e.id === id && e.what === 'gone') { notice('This take was removed.'); go('takes'); } }));
  main.append(h('p', { class: 'crumb' }, h('a', { href: '#/takes', text: 'Takes' }), ` / ${id}`), h('h1', { text: take.name || `Take ${id}` }),
    seen.node, h('div', { class: 'row between' }, doing.node, selected), words(take), facts(take),
    h('details', { class: 'receipt' }, h('summary', { text: 'Receipt' }), h('pre', { text: JSON.stringify(take.receipt ?? null, null, 2) })));
}
