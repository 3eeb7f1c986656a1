// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Elements in one call. Text is always set as text: nothing a studio says can become markup.

type Child = Node | string | number | null | undefined | false;
type Props = Record<string, unknown>;

/** Make an element: `class`, `text`, `on…` handlers, properties by name, the rest as attributes. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K, props?: Props | null, ...children: (Child | Child[])[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  if (props) for (const [name, value] of Object.entries(props)) give(node, name, value);
  append(node, children);
  return node;
}

function give(node: HTMLElement, name: string, value: unknown): void {
  if (value === undefined || value === null || value === false) return;
  if (name === 'class') node.className = String(value);
  else if (name === 'text') node.textContent = String(value);
  else if (name.startsWith('on') && typeof value === 'function')
    node.addEventListener(name.slice(2), value as EventListener);
  else if (name === 'value' || name === 'checked' || name === 'disabled' || name === 'hidden')
    (node as unknown as Props)[name] = value;
  else node.setAttribute(name, value === true ? '' : String(value));
}

export function append(node: Element, children: (Child | Child[])[]): void {
  for (const child of children.flat())
    if (child !== null && child !== undefined && child !== false)
      node.append(typeof child === 'number' ? String(child) : child);
}

/** Replace what is in an element. */
export function fill(node: Element, ...children: (Child | Child[])[]): void {
  node.replaceChildren();
  append(node, children);
}

const SVG = 'http://www.w3.org/2000/svg';
const shapes: Record<string, string> = {
  play: 'M5 3.500v13l11-6.500z',
  stop: 'M5 5h10v10H5z',
  undo: 'M8 4 4 8l4 4M4 8h8a4 4 0 0 1 0 8H8',
  redo: 'm12 4 4 4-4 4M16 8H8a4 4 0 0 0 0 8h4',
  plus: 'M10 4v12M4 10h12',
  cross: 'm5 5 10 10M15 5 5 15',
  down: 'M10 3v10m-4-4 4 4 4-4M4 17h12',
  star: 'm10 2.500 2.300 4.900 5.200.7-3.800 3.700.9 5.300L10 14.500l-4.600 2.600.9-5.300L2.500 8.100l5.200-.7z',
  moon: 'M16 12A6.500 6.500 0 0 1 8 4a6.500 6.500 0 1 0 8 8z',
  help: 'M7.500 7.500a2.500 2.500 0 1 1 3.500 2.300c-.8.4-1 .9-1 1.700M10 15v.1',
  loop: 'M4 9a4 4 0 0 1 4-4h7l-3-3m4 9a4 4 0 0 1-4 4H5l3 3',
};

/** A 20 x 20 icon; its meaning is said by the button around it. */
export function icon(name: keyof typeof shapes, solid = false): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 20 20');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('icon');
  if (solid) svg.classList.add('solid');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', shapes[name] ?? '');
  svg.append(path);
  return svg;
}

/** A labelled field: the label is above the control. */
export function field(label: string, control: HTMLElement, hint?: string): HTMLLabelElement {
  return h('label', { class: 'field' }, h('span', { class: 'label', text: label }), control,
    hint ? h('span', { class: 'quiet small', text: hint }) : null);
}

export function select(options: readonly (string | [string, string])[], value: string,
                       change: (value: string) => void): HTMLSelectElement {
  const node = h('select', { onchange: () => change(node.value) });
  for (const option of options) {
    const [key, text] = typeof option === 'string' ? [option, option] : option;
    node.append(h('option', { value: key, text }));
  }
  node.value = value;
  return node;
}

/** Do this at most once per frame. */
export function once_a_frame(work: () => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; work(); });
  };
}

/** Let a canvas have as many pixels as the screen shows; false when it has no size yet. */
export function fit(canvas: HTMLCanvasElement): boolean {
  const scale = window.devicePixelRatio || 1;
  const w = Math.round(canvas.clientWidth * scale), t = Math.round(canvas.clientHeight * scale);
  if (!w || !t) return false;
  if (canvas.width !== w || canvas.height !== t) { canvas.width = w; canvas.height = t; }
  return true;
}

/** A colour of the page's theme. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

const focusable = 'a[href], button, input, select, textarea, summary, [tabindex]';

/** Rebuild what is inside an element and put the focus back where it was, by its place. */
export function keep_focus(container: Element, rebuild: () => void): void {
  const active = document.activeElement;
  const at = active && container.contains(active) ? [...container.querySelectorAll(focusable)].indexOf(active) : -1;
  rebuild();
  if (at < 0) return;
  const after = container.querySelectorAll<HTMLElement>(focusable)[at];
  if (!after) return;
  if (after.matches('[role=gridcell]')) {
    after.parentElement?.querySelectorAll<HTMLElement>('[role=gridcell]').forEach((n) => { n.tabIndex = -1; });
    after.tabIndex = 0;
  }
  after.focus({ preventScroll: true });
}
