// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the whole page knows of the studio, and who wants to hear of changes. Events from the studio
// say that something changed; what it is now is then asked for, so a lost event does no harm.
import { get } from './api';
import { listen, type Stream } from './stream';
import type { Event, Job, Meters, Session } from './types';

type Topic = 'session' | 'job' | 'take' | 'event' | 'meters' | 'connection' | 'health';
const hearers = new Map<Topic, Set<(what: never) => void>>();

export const studio = {
  session: null as Session | null,
  heard_at: 0, ///< performance.now() when the session's position was true
  connected: false,
  log: [] as { when: number; event: Event }[],
};

/** Be told; the function returned ends it. */
export function on(topic: 'session', hear: (what: Session) => void): () => void;
export function on(topic: 'job', hear: (what: Job) => void): () => void;
export function on(topic: 'take' | 'event' | 'health', hear: (what: Event) => void): () => void;
export function on(topic: 'meters', hear: (what: Meters) => void): () => void;
export function on(topic: 'connection', hear: (what: boolean) => void): () => void;
export function on(topic: Topic, hear: (what: never) => void): () => void {
  const set = hearers.get(topic) ?? new Set();
  hearers.set(topic, set.add(hear));
  if (topic === 'meters') watch_meters();
  return () => { set.delete(hear); if (topic === 'meters') watch_meters(); };
}

export function tell(topic: Topic, what: unknown): void {
  for (const hear of [...hearers.get(topic) ?? []]) (hear as (w: unknown) => void)(what);
}

let asking = false, again = false;

/** Ask for the session; many wishes at once become one or two requests. */
export async function refresh(): Promise<void> {
  if (asking) { again = true; return; }
  asking = true;
  try {
    do {
      again = false;
      studio.session = await get<Session>('/v1/session');
      studio.heard_at = performance.now();
      tell('session', studio.session);
    } while (again);
  } catch { /* the connection's state is shown by itself */ } finally { asking = false; }
}

/** Beats since the beginning, now. */
export function beats_now(): number {
  const s = studio.session;
  if (!s) return 0;
  const passed = s.playing ? (performance.now() - studio.heard_at) / 60000 * s.position.bpm : 0;
  return s.position.beat + passed;
}

const changes_session = new Set(['edit', 'timer', 'play', 'stop', 'seek', 'undo', 'redo', 'load', 'engine',
  'failover', 'switch', 'reload', 'controls']);

function heard(event: Event): void {
  studio.log.push({ when: Date.now(), event });
  if (studio.log.length > 300) studio.log.shift();
  if (event.event === 'job') tell('job', (event as unknown as { job: Job }).job);
  else if (event.event === 'take') tell('take', event);
  else if (event.event === 'health') tell('health', event);
  if (changes_session.has(event.event)) void refresh();
  tell('event', event);
}

// meters also say where the music is
function heard_meters(m: Meters): void {
  const s = studio.session;
  if (s && m.position) {
    const turned = s.playing !== m.playing;
    s.position = m.position;
    s.playing = m.playing;
    studio.heard_at = performance.now();
    if (turned) tell('session', s);
  }
  tell('meters', m);
}

let meters: Stream | null = null;

// The meters' stream runs only while somebody looks, and not in a hidden tab.
function watch_meters(): void {
  const wanted = (hearers.get('meters')?.size ?? 0) > 0 && !document.hidden;
  if (wanted && !meters)
    meters = listen('/v1/meters?rate=20', (m) => heard_meters(JSON.parse(m.data) as Meters), () => undefined);
  else if (!wanted && meters) { meters.close(); meters = null; }
}

/** Begin to follow the studio. */
export function follow(): void {
  void refresh();
  listen('/v1/events', (m) => {
    try { heard(JSON.parse(m.data) as Event); } catch { /* not for us */ }
  }, (yes) => {
    if (yes && !studio.connected) void refresh();
    studio.connected = yes;
    tell('connection', yes);
  });
  document.addEventListener('visibilitychange', () => { watch_meters(); if (!document.hidden) void refresh(); });
  setInterval(() => { if (studio.session?.playing && !document.hidden) void refresh(); }, 5000);
}
