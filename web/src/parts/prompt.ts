// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The command line: the same language as everywhere, with history (arrows), completion (Tab) and a
// transcript of what everybody says. Completion follows the combobox pattern of WAI-ARIA.
import { explain, get, query, say } from '../lib/api';
import { fill, h } from '../lib/dom';
import { on } from '../lib/state';
import type { Event, Reply } from '../lib/types';

const history_place = 'veery.history';
const history_most = 200;

function load_history(): string[] {
  try { return JSON.parse(localStorage.getItem(history_place) ?? '[]') as string[]; } catch { return []; }
}

/** An event in words; '' = nothing for the transcript. */
function in_words(e: Event): string {
  if (e.event === 'edit' || e.event === 'timer') return `${String(e.author ?? '')}> ${String(e.line ?? '')}`;
  if (e.event === 'say') return `${String(e.author ?? '')} says: ${String(e.text ?? '')}`;
  if (e.event === 'failed' || e.event === 'muted') return String(e.text ?? e.event);
  if (e.event === 'failover') return `failover: the spare engine plays (${String(e.lost_frames)} frames lost)`;
  return '';
}

export class Prompt {
  readonly node: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly list = h('ul', { id: 'words', role: 'listbox', 'aria-label': 'Words that fit', hidden: true });
  private readonly lines = h('ol', { class: 'transcript', role: 'log', 'aria-label': 'What was said', tabindex: '0', hidden: true });
  private history = load_history();
  private back = 0;
  private draft = '';
  private words: string[] = [];
  private chosen = -1;
  private word_at = 0;
  private asked = 0;

  constructor() {
    this.input = h('input', {
      id: 'prompt', type: 'text', autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false',
      placeholder: 'create bass osc=saw', role: 'combobox', 'aria-label': 'Command line', 'aria-controls': 'words',
      'aria-expanded': 'false', 'aria-autocomplete': 'list',
      onkeydown: (e: KeyboardEvent) => this.key(e), oninput: () => this.close_words(),
      onblur: () => setTimeout(() => this.close_words(), 150),
    });
    const more = h('button', { type: 'button', class: 'plain', 'aria-expanded': 'false', text: 'Transcript' });
    more.addEventListener('click', () => this.open(this.lines.hidden));
    const form = h('form', { class: 'prompt', onsubmit: (e: SubmitEvent) => { e.preventDefault(); void this.send(); } },
      h('span', { class: 'sign', 'aria-hidden': 'true', text: '>' }), this.input, this.list,
      h('button', { type: 'submit', text: 'Say' }), more);
    this.more = more;
    this.node = h('section', { class: 'talk', 'aria-label': 'Commands' }, this.lines, form);
    on('event', (e) => { const text = in_words(e); if (text && !this.mine(e)) this.print(text, 'event'); });
  }
  private readonly more: HTMLButtonElement;
  private readonly own: string[] = [];

  focus(): void { this.input.focus(); this.input.select(); }

  // our own edits come back as events; they are shown once
  private mine(e: Event): boolean {
    const at = this.own.indexOf(String(e.line ?? ''));
    if (at < 0) return false;
    this.own.splice(at, 1);
    return true;
  }

  private open(yes: boolean): void {
    this.lines.hidden = !yes;
    this.more.setAttribute('aria-expanded', String(yes));
    this.lines.scrollTop = this.lines.scrollHeight;
  }

  private print(text: string, kind: string): void {
    this.lines.append(h('li', { class: kind, text }));
    while (this.lines.childElementCount > 400) this.lines.firstElementChild?.remove();
    this.lines.scrollTop = this.lines.scrollHeight;
  }

  private async send(): Promise<void> {
    const line = this.input.value.trim();
    if (!line) return;
    this.history = [...this.history.filter((old) => old !== line), line].slice(-history_most);
    localStorage.setItem(history_place, JSON.stringify(this.history));
    this.back = 0;
    this.input.value = '';
    this.close_words();
    this.open(true);
    this.print(`> ${line}`, 'own');
    this.own.push(...line.split(';').map((part) => part.trim()));
    if (this.own.length > 20) this.own.splice(0, this.own.length - 20);
    try {
      for (const reply of await say(line)) this.answer(reply);
    } catch (error) {
      this.print((error as Error).message, 'bad');
    }
  }

  private answer(reply: Reply): void {
    for (const warning of reply.warnings ?? []) this.print(`warning: ${warning}`, 'warn');
    if (!reply.ok) { this.print(explain(reply), 'bad'); return; }
    this.print(reply.text || 'ok', 'fine');
  }

  private key(e: KeyboardEvent): void {
    const open = !this.list.hidden;
    if (e.key === 'Tab' && !e.shiftKey && this.input.value.trim() && this.input.selectionStart === this.input.value.length) {
      e.preventDefault();
      if (open) this.accept(this.chosen < 0 ? 0 : this.chosen); else void this.complete();
    } else if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      const step = e.key === 'ArrowDown' ? 1 : -1;
      if (open) this.choose((this.chosen + step + this.words.length) % this.words.length);
      else this.recall(-step);
    } else if (e.key === 'Escape') {
      e.preventDefault();
      if (open) this.close_words(); else if (!this.lines.hidden) this.open(false); else this.input.blur();
    } else if (e.key === 'Enter' && open && this.chosen >= 0) {
      e.preventDefault();
      this.accept(this.chosen);
    }
  }

  private recall(step: number): void {
    const to = Math.min(this.history.length, Math.max(0, this.back + step));
    if (this.back === 0) this.draft = this.input.value;
    this.back = to;
    this.input.value = to === 0 ? this.draft : this.history[this.history.length - to] ?? '';
  }

  private async complete(): Promise<void> {
    const line = this.input.value, ask = ++this.asked;
    const found = await get<{ words: string[]; at: number }>(`/v1/complete${query({ line, at: line.length })}`)
      .catch(() => ({ words: [], at: 0 }));
    if (ask !== this.asked || line !== this.input.value || !found.words.length) return;
    this.words = found.words.slice(0, 40);
    this.word_at = found.at;
    if (this.words.length === 1) { this.accept(0); return; }
    this.chosen = -1;
    fill(this.list, this.words.map((text, i) => h('li', {
      role: 'option', id: `word-${i}`, 'aria-selected': 'false', text,
      onpointerdown: (e: PointerEvent) => { e.preventDefault(); this.accept(i); },
    })));
    this.list.hidden = false;
    this.input.setAttribute('aria-expanded', 'true');
    this.choose(0);
  }

  private choose(i: number): void {
    this.chosen = i;
    [...this.list.children].forEach((node, n) => {
      node.setAttribute('aria-selected', String(n === i));
      if (n === i) node.scrollIntoView({ block: 'nearest' });
    });
    this.input.setAttribute('aria-activedescendant', `word-${i}`);
  }

  private accept(i: number): void {
    const word = this.words[i];
    if (word !== undefined) this.input.value = `${this.input.value.slice(0, this.word_at)}${word}${word.endsWith('.') ? '' : ' '}`;
    this.close_words();
  }

  private close_words(): void {
    this.asked++;
    this.list.hidden = true;
    this.chosen = -1;
    this.input.setAttribute('aria-expanded', 'false');
    this.input.removeAttribute('aria-activedescendant');
  }
}
