// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The one table of shortcuts: what `?` shows is what works. Keys of one character can be switched
// off (WCAG 2.1.4) and never act while something is typed.

export interface Shortcut { keys: string; text: string; run: () => void }

const table: Shortcut[] = [];
const place = 'veery.single_keys';
let before = '';

export function shortcut(keys: string, text: string, run: () => void): void { table.push({ keys, text, run }); }
export function shortcuts(): readonly Shortcut[] { return table; }
export function single_keys(): boolean { return localStorage.getItem(place) !== 'off'; }
export function use_single_keys(yes: boolean): void { localStorage.setItem(place, yes ? 'on' : 'off'); }

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable ||
    target.matches('textarea, select, input:not([type=range]):not([type=checkbox])'));
}

/** "Ctrl+Shift+Z", "g s", "?" of what was pressed. */
function spelled(event: KeyboardEvent): string {
  const control = event.ctrlKey || event.metaKey;
  const key = event.key === ' ' ? 'Space' : event.key.length === 1 && control ? event.key.toUpperCase() : event.key;
  return `${control ? 'Ctrl+' : ''}${event.shiftKey && control ? 'Shift+' : ''}${key}`;
}

/** Listen to the whole page. */
export function listen_keys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.altKey || typing(event.target)) return;
    const pressed = spelled(event);
    const single = !event.ctrlKey && !event.metaKey;
    if (single && !single_keys()) return;
    if (document.querySelector('dialog[open]')) return;
    const on_control = event.target instanceof HTMLElement &&
      event.target.matches('button, a, input, summary, [role=gridcell], audio');
    if (pressed === 'Space' && on_control) return;
    const chord = before ? `${before} ${pressed}` : pressed;
    before = '';
    const hit = table.find((row) => row.keys === chord) ?? table.find((row) => row.keys === pressed);
    if (hit) { event.preventDefault(); hit.run(); }
    else if (single && table.some((row) => row.keys.startsWith(`${pressed} `))) {
      before = pressed;
      setTimeout(() => { before = ''; }, 1200);
    }
  });
}
