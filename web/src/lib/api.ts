// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The studio's HTTP API. Errors are RFC 9457 problem details; they become exceptions with a
// sentence for people. A key is only needed off loopback and is kept for this tab alone.
import { quoted } from './format';
import type { Reply } from './types';

const key_place = 'veery.key';

export class Problem extends Error {
  constructor(message: string, readonly status: number, readonly code = '', readonly replies?: Reply[]) { super(message); }
}

export function api_key(): string { return sessionStorage.getItem(key_place) ?? ''; }
export function use_key(key: string): void {
  if (key) sessionStorage.setItem(key_place, key);
  else sessionStorage.removeItem(key_place);
}

export function headers(more: Record<string, string> = {}): Record<string, string> {
  const key = api_key();
  return key ? { ...more, Authorization: `Bearer ${key}` } : more;
}

function hinted(message: string, hint?: string): string {
  return hint && !message.includes(hint) ? `${message}; did you mean ${quoted(hint)}?` : message;
}

async function problem_of(response: Response): Promise<Problem> {
  const text = await response.text().catch(() => '');
  try {
    const body = JSON.parse(text) as { detail?: string; title?: string; code?: string; hint?: string; replies?: Reply[] };
    return new Problem(hinted(body.detail || body.title || response.statusText, body.hint), response.status, body.code, body.replies);
  } catch {
    return new Problem(text.slice(0, 200) || response.statusText || `status ${response.status}`,
      response.status);
  }
}

async function send(method: string, path: string, body?: unknown): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: headers(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Problem('The studio does not answer.', 0);
  }
  if (response.status === 401) dispatchEvent(new CustomEvent('veery:key'));
  if (!response.ok) throw await problem_of(response);
  return response;
}

export async function get<T>(path: string): Promise<T> {
  return await (await send('GET', path)).json() as T;
}

export async function post<T>(path: string, body: unknown = {}): Promise<T> {
  return await (await send('POST', path, body)).json() as T;
}

export async function patch<T>(path: string, body: unknown): Promise<T> {
  return await (await send('PATCH', path, body)).json() as T;
}

export async function remove(path: string): Promise<void> { await send('DELETE', path); }

export async function raw(path: string): Promise<Response> { return await send('GET', path); }

/** "?a=1&b=two" of what is given. */
export function query(values: Record<string, string | number | undefined | null>): string {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== null && value !== '') words.set(name, String(value));
  const text = words.toString();
  return text ? `?${text}` : '';
}

/** Who speaks from this page. */
export function author(): string { return localStorage.getItem('veery.author') ?? 'web'; }

/** Say a line of the language; every reply, also those that are errors. */
export async function say(line: string): Promise<Reply[]> {
  try {
    const { replies } = await post<{ replies: Reply[] }>('/v1/commands', { line, author: author() });
    return replies;
  } catch (error) {
    if (error instanceof Problem && error.status >= 400 && error.status < 500)
      return error.replies?.length ? error.replies : [{ ok: false, error: { code: error.code || String(error.status), message: error.message } }];
    throw error;
  }
}

/** Say a line and have its result, or the error as an exception. */
export async function done(line: string): Promise<Record<string, unknown>> {
  const replies = await say(line);
  const failed = replies.find((reply) => !reply.ok);
  if (failed) throw new Problem(explain(failed), 400, failed.error?.code);
  return replies.at(-1)?.result ?? {};
}

/** An error as one sentence. */
export function explain(reply: Reply): string {
  return reply.error ? hinted(reply.error.message, reply.error.hint) : 'It was refused.';
}

/** Save what lies at an address as a file. */
export async function download(path: string, name: string): Promise<void> {
  const a = document.createElement('a');
  a.href = await address_of(path);
  a.download = name;
  document.body.append(a);
  a.click();
  a.remove();
}

/** The address of bytes for an <audio> or a download; with a key they have to be fetched first. */
export async function address_of(path: string): Promise<string> {
  return api_key() ? URL.createObjectURL(await (await raw(path)).blob()) : path;
}
