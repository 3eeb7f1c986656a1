// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Pages by what stands behind the #. A page fills an element and says how it is left.

/** What a page gets: an element, the rest of the address, and a place for what ends with it. */
export interface Visit {
  main: HTMLElement;
  rest: string[];
  query: URLSearchParams;
  leave: (undo: () => void) => void;
}

export interface Page { path: string; title: string; key: string; show: (visit: Visit) => void | Promise<void> }

export function go(to: string): void { location.hash = `#/${to}`; }

export function routes(pages: readonly Page[], main: HTMLElement, shown: (page: Page) => void): void {
  let undo: (() => void)[] = [];
  const show = () => {
    const [path = '', words = ''] = location.hash.replace(/^#\/?/, '').split('?');
    const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
    const page = pages.find((p) => p.path === parts[0]) ?? pages[0]!;
    for (const f of undo) f();
    const mine: (() => void)[] = undo = [];
    main.replaceChildren();
    main.className = `page page-${page.path}`;
    document.title = `${page.title} – Veery`;
    shown(page);
    // a page that was left while it was still being made undoes at once
    const leave = (f: () => void) => { if (undo === mine) mine.push(f); else f(); };
    void Promise.resolve(page.show({ main, rest: parts.slice(1), query: new URLSearchParams(words), leave }))
      .catch((error: unknown) => main.append(String((error as Error).message ?? error)));
  };
  addEventListener('hashchange', () => { show(); main.focus({ preventScroll: true }); scrollTo(0, 0); });
  show();
}
