// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A client with types generated from the OpenAPI document (api.d.ts), against a real studio.
import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import createClient from 'openapi-fetch';
import type { components, paths } from './api.js';

const url = process.argv[2]!, document = JSON.parse(readFileSync(process.argv[3]!, 'utf8'));
let count = 0, failed = 0;

async function test(name: string, body: () => Promise<unknown> | unknown): Promise<void> {
  const n = ++count;
  try {
    await body();
    console.log(`ok ${n} - ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${n} - ${name}`);
    for (const line of String((error as Error).stack ?? error).split('\n').slice(0, 6)) console.log(`# ${line}`);
  }
}

function ok(yes: unknown, what: string): asserts yes { if (!yes) throw new Error(what); }

// Every answer is checked against what the document says of that route and status.
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema(document, 'api');
const seen = new Set<string>();

function pointer(...parts: string[]): string {
  return `api#/${parts.map((p) => encodeURIComponent(p.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
}

function template(method: string, path: string): string {
  if (document.paths[path]?.[method]) return path;
  const parts = path.split('/');
  for (const known of Object.keys(document.paths)) {
    const k = known.split('/');
    if (document.paths[known][method] && k.length === parts.length && k.every((w, i) => w.startsWith('{') || w === parts[i])) return known;
  }
  throw new Error(`the document has no ${method} ${path}`);
}

async function check(request: Request, response: Response): Promise<void> {
  const method = request.method.toLowerCase(), known = template(method, new URL(request.url).pathname);
  const answers = document.paths[known][method].responses;
  const status = answers[response.status] ? String(response.status) : 'default';
  ok(status !== 'default' || response.status >= 400, `${method} ${known} answers ${response.status}, which the document does not have`);
  const type = (response.headers.get('content-type') ?? '').split(';')[0]!;
  const listed = Object.keys(answers[status].content ?? {}).find((t) => t.split(';')[0] === type);
  ok(listed, `${method} ${known} ${response.status} is ${type}, which the document does not have`);
  seen.add(`${method} ${known}`);
  if (!type.endsWith('json')) return;
  const validate = ajv.getSchema(pointer('paths', known, method, 'responses', status, 'content', listed, 'schema'));
  ok(validate, `no schema for ${method} ${known} ${status}`);
  if (!validate(await response.clone().json()))
    throw new Error(`${method} ${known} ${response.status}: ${ajv.errorsText(validate.errors)}`);
}

const api = createClient<paths>({ baseUrl: url });
api.use({ async onResponse({ request, response }) { await check(request, response); return undefined; } });

await test('the document is OpenAPI 3.1, says an independent validator', async () => {
  const validator = new Validator();
  const result = await validator.validate(structuredClone(document));
  ok(result.valid, String(JSON.stringify(result.errors)).slice(0, 800));
  ok(validator.version === '3.1', `version ${validator.version}`);
});

await test('the session, with types', async () => {
  const { data } = await api.GET('/v1/session');
  ok(data, 'no session');
  const kick: components['schemas']['Unit'] | undefined = data.units.find((u) => u.name === 'kick');
  ok(kick && kick.patterns[0]?.text === 'x...x...', 'no kick');
  ok(kick.racks[0]!.params.every((p) => p.min <= p.value && p.value <= p.max), 'a value out of its range');
  ok(data.position.beats >= 0 && data.tempo === 120, 'no position');
});

await test('lines and commands change it', async () => {
  const said = await api.POST('/v1/commands', { body: { line: 'set bass.cutoff 700; gain kick -3', author: 'ts' } });
  ok(said.data?.replies.length === 2 && said.data.replies.every((r) => r.ok), 'not said');
  const set = await api.POST('/v1/commands/tempo', { body: { BPM: 96, author: 'ts' } });
  ok(set.data?.replies[0]?.ok, 'not set');
  const made = await api.POST('/v1/commands/melody', { body: { NAME: 'bass', PATTERN: 'C2 . Eb2 G2', div: 8 } });
  ok(made.data?.replies[0]?.ok, 'no melody');
  const { data } = await api.GET('/v1/session');
  ok(data?.tempo === 96 && data.units.find((u) => u.name === 'bass')?.patterns[0]?.verb === 'melody', 'it did not change');
});

await test('every command can be tried', async () => {
  const { data } = await api.GET('/v1/commands');
  ok(data && data.commands.length > 60, 'no table');
  for (const command of data.commands)
    ok(document.paths[`/v1/commands/${command.name}`]?.post, `${command.name} has no path`);
});

await test('what is wrong is a problem with a code', async () => {
  const said = await api.POST('/v1/commands', { body: { line: 'gain kik 3' } });
  ok(said.error?.code === 'unknown_name' && said.error.hint === 'kick', JSON.stringify(said.error));
  const stale = await api.POST('/v1/commands', { body: { line: 'gain kick 3', if_version: 0 } });
  ok(stale.response.status === 409 && stale.error?.code === 'stale', 'not stale');
  // @ts-expect-error the types know that a tempo needs its BPM
  const lacking = await api.POST('/v1/commands/tempo', { body: {} });
  ok(lacking.response.status === 400 && lacking.error, 'no BPM was fine');
  const wide = await api.POST('/v1/commands/tempo', { body: { BPM: 5000 } });
  ok(wide.error?.code === 'out_of_range', JSON.stringify(wide.error));
});

const ended = async (id: number) => {
  const end = Date.now() + 15000;
  for (;;) {
    const { data } = await api.GET('/v1/jobs/{id}', { params: { path: { id: String(id) } } });
    if (data && ['succeeded', 'failed'].includes(data.job.state)) { ok(data.job.state === 'succeeded', JSON.stringify(data.job.error)); return data.job; }
    ok(Date.now() < end, 'not within 15 s');
    await new Promise<void>((go) => { (globalThis as unknown as { setTimeout(f: () => void, ms: number): void }).setTimeout(go, 100); });
  }
};

await test('a job from its beginning to its end', async () => {
  const made = await api.POST('/v1/jobs', { body: { line: 'listen 1 bars', priority: 2 } });
  if (made.error) { // not every command may be a job; a render may
    ok(made.error.code === 'bad_arg', JSON.stringify(made.error));
  }
  const job = (made.data ?? (await api.POST('/v1/jobs', { body: { line: 'render 1 bars "a.wav"' } })).data)?.job;
  ok(job, 'no job');
  await ended(job.id);
  const list = await api.GET('/v1/jobs', { params: { query: { n: 5 } } });
  ok(list.data?.jobs.some((j) => j.id === job.id) && (list.data.counts['succeeded'] ?? 0) >= 1, 'not in the list');
  await api.POST('/v1/jobs/{id}/cancel', { params: { path: { id: String(job.id) } } });
  await api.POST('/v1/jobs/{id}/retry', { params: { path: { id: String(job.id) } } });
  await api.GET('/status/{id}', { params: { path: { id: String(job.id) } } });
});

await test('a take from its beginning to its end', async () => {
  const job = (await api.POST('/v1/takes', { body: { bars: 1, name: 'api take' } })).data?.job;
  ok(job, 'no job');
  const id = (await ended(job.id)).take;
  ok(id, 'the job made no take');
  const path = { id: String(id) };
  const list = await api.GET('/v1/takes', { params: { query: { n: 5, text: 'API' } } });
  ok(list.data?.takes[0]?.id === id && list.data.takes[0].job === job.id, 'not in the list');
  const changed = await api.PATCH('/v1/takes/{id}', { params: { path }, body: { rating: 5, tags: ['dark', 'loop'], kept: true, name: 'kept' } });
  ok(changed.data?.take.rating === 5 && changed.data.take.tags.join() === 'dark,loop' && changed.data.take.kept && changed.data.take.name === 'kept', JSON.stringify(changed.data));
  const fewer = await api.PATCH('/v1/takes/{id}', { params: { path }, body: { tags: ['loop'], kept: false } });
  ok(fewer.data?.take.tags.join() === 'loop' && !fewer.data.take.kept, JSON.stringify(fewer.data));
  const wrong = await api.PATCH('/v1/takes/{id}', { params: { path }, body: { rating: 6 } });
  ok(wrong.error?.code === 'out_of_range', JSON.stringify(wrong.error));
  const shown = await api.GET('/v1/takes/{id}', { params: { path } });
  ok(shown.data?.take.receipt?.format === 'veery-take/1', 'no receipt');
  const receipt = await api.GET('/v1/takes/{id}/receipt', { params: { path } });
  ok(receipt.data?.pcm === shown.data.take.receipt.pcm, 'another receipt');
  const audio = await api.GET('/v1/takes/{id}/audio', { params: { path }, parseAs: 'text' });
  ok(audio.response.headers.get('content-length') === String(shown.data.take.bytes), 'not all of it');
  const peaks = await api.GET('/v1/takes/{id}/peaks', { params: { path, query: { n: 100 } } });
  ok(peaks.data?.min.length === 2 && peaks.data.max[0]?.length === 100 && Math.max(...peaks.data.max[0]) > 0.01, 'no wave');
  const picture = await api.GET('/v1/takes/{id}/spectrogram', { params: { path }, parseAs: 'text' });
  ok(picture.response.headers.get('x-bins') === '240', 'no spectrogram');
  const artifact = await api.GET('/artifact/{id}', { params: { path: { id: String(job.id) } }, parseAs: 'text' });
  ok(artifact.response.status === 200, 'no artifact');
  const gone = await api.DELETE('/v1/takes/{id}', { params: { path } });
  ok(gone.data?.removed === id, 'not removed');
  const none = await api.GET('/v1/takes/{id}', { params: { path } });
  ok(none.response.status === 404, 'it is still there');
  const session = await api.POST('/generate', { body: { prompt: 'what plays', model_id: 'session', duration_seconds: 1 } });
  ok(session.data?.state === 'queued', JSON.stringify(session.error));
});

await test('the other routes are what the document says', async () => {
  await api.GET('/v1/status');
  await api.GET('/v1/meters');
  await api.GET('/v1/models');
  await api.GET('/v1/settings');
  await api.GET('/v1/complete', { params: { query: { line: 'set ba' } } });
  await api.GET('/v1/library');
  await api.GET('/v1/library', { params: { query: { text: 'kick' } } });
  await api.GET('/v1/library/audio', { params: { query: { path: '/etc/passwd' } }, parseAs: 'text' });
  await api.GET('/v1/session/file', { parseAs: 'text' });
  await api.GET('/v1/openapi.json');
  await api.GET('/metrics', { parseAs: 'text' });
  await api.GET('/', { parseAs: 'text' });
  await api.GET('/health');
  await api.GET('/ready');
  const session = await api.POST('/session', { body: { tempo_bpm: 100, key: 'D minor', name: 'night' } });
  ok(session.data?.tempo_bpm === 100, 'no session');
  await api.GET('/session');
  await api.GET('/session/{id}', { params: { path: { id: session.data.session_id } } });
  await api.POST('/session/{id}/clip', { params: { path: { id: session.data.session_id } }, body: { layer: 'bass', bars: 1 } });
  const none = await api.POST('/session/{id}/clip', { params: { path: { id: session.data.session_id } }, body: { layer: 'vocals' } });
  ok(none.error?.code === 'absent', JSON.stringify(none));
  const absent = await api.POST('/generate', { body: { prompt: 'rain', model_id: 'musicgen-small' } });
  ok(absent.response.status === 503 && absent.error?.code === 'absent', 'a model that is not there');
});

await test('events arrive', async () => {
  const stop = new AbortController();
  const response = await fetch(`${url}/v1/events`, { signal: stop.signal });
  seen.add('get /v1/events');
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  await api.POST('/v1/commands', { body: { line: 'say "hello"' } });
  while (!text.includes('"event":"say"')) {
    const { value, done } = await reader.read();
    ok(!done, 'the stream ended');
    text += value;
  }
  stop.abort();
});

await test('no route was left out', () => {
  const left: string[] = [];
  for (const [path, item] of Object.entries(document.paths as Record<string, Record<string, unknown>>))
    for (const method of Object.keys(item))
      if (!seen.has(`${method} ${path}`) && !path.startsWith('/v1/commands/')) left.push(`${method} ${path}`);
  ok(left.length === 0, left.join(', '));
});

console.log(`1..${count}`);
process.exitCode = failed ? 1 : 0;
