// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Server-sent events over fetch, because EventSource cannot send a key. A stream that breaks is
// opened again, later and later up to 5 s, from the last id that was heard.
import { headers } from './api';

export interface Message { id: string; event: string; data: string }

/** Cut a stream of characters into messages (the event stream format of the HTML standard). */
export class Cutter {
  private rest = '';
  private data: string[] = [];
  private event = '';
  private id = '';

  push(text: string, message: (m: Message) => void): void {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.line(line, message);
  }

  private line(line: string, message: (m: Message) => void): void {
    if (line === '') {
      if (this.data.length) message({ id: this.id, event: this.event || 'message', data: this.data.join('\n') });
      this.data = [];
      this.event = '';
      return;
    }
    if (line.startsWith(':')) return;
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') this.data.push(value);
    else if (name === 'event') this.event = value;
    else if (name === 'id') this.id = value;
  }
}

export interface Stream { close(): void }

/** Listen for as long as the page lives or until closed. */
export function listen(path: string, message: (m: Message) => void,
                       connected: (yes: boolean) => void): Stream {
  let last = '', wait = 250, closed = false;
  let stop = new AbortController();

  const once = async () => {
    stop = new AbortController();
    const more: Record<string, string> = { Accept: 'text/event-stream' };
    if (last) more['Last-Event-ID'] = last;
    const response = await fetch(path, { headers: headers(more), signal: stop.signal, cache: 'no-store' });
    if (!response.ok || !response.body) throw new Error(String(response.status));
    connected(true);
    wait = 250;
    const cutter = new Cutter(), decoder = new TextDecoder(), reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      cutter.push(decoder.decode(value, { stream: true }), (m) => {
        if (m.id) last = m.id;
        message(m);
      });
    }
  };
  const forever = async () => {
    while (!closed) {
      await once().catch(() => undefined);
      if (closed) return;
      connected(false);
      await new Promise((go) => setTimeout(go, wait * (0.75 + Math.random() / 2)));
      wait = Math.min(wait * 2, 5000);
    }
  };
  void forever();
  return { close() { closed = true; stop.abort(); } };
}
