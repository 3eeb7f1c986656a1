// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the studio says over /v1, as far as this page reads it. A number that could not be measured
// is null, never made up.

export type Maybe<T> = T | null | undefined;

/** A reply to one line of the language. */
export interface Reply {
  id?: number;
  ok: boolean;
  version?: number;
  at?: { bar: number; beat: number };
  text?: string;
  result?: Record<string, unknown>;
  warnings?: string[];
  error?: { code: string; message: string; at?: number; hint?: string };
}

export interface Part { verb: string; text: string; options?: string; from?: number; until?: number | null }

export interface Param {
  name: string;
  path: string; ///< what `set` takes: "bass.cutoff"
  value: number;
  text: string; ///< the value as the language writes it: "500Hz", "saw"
  unit: string;
  curve: 'lin' | 'exp' | 'int' | 'enum' | 'bool';
  min: number;
  max: number;
  default: number;
  choices?: string[];
}

export interface Rack { name: string; recipe: string; source: boolean; bypass: boolean; params: Param[] }

export interface Unit {
  name: string;
  kind: 'instrument' | 'effect' | 'bus' | 'out';
  recipe: string;
  gain: number; ///< dB
  pan: number;
  muted: boolean;
  solo: boolean;
  playing: boolean;
  racks: Rack[];
  patterns: Part[];
}

/** beat: quarter notes since the beginning; in_bar: from 1. */
export interface Position { beat: number; bar: number; in_bar: number; bpm: number }

export interface Session {
  version: number;
  tempo: number;
  meter: string;
  bar_beats: number;
  key: string;
  swing: number;
  playing: boolean;
  position: Position;
  units: Unit[];
  scenes: { name: string }[];
}

/** A parameter as `describe` tells it, inner ones included. */
export interface Described { rack: string; path: string; value: string; range: string; default: string; unit: string; knob: boolean }

export interface Meters {
  master: [number, number];
  units: Record<string, number>;
  playing: boolean;
  position: Position;
  loudness?: Maybe<{
    momentary_lufs?: Maybe<number>;
    short_term_lufs?: Maybe<number>;
    true_peak_dbtp?: Maybe<number>;
    correlation?: Maybe<number>;
    why?: Maybe<string>;
  }>;
}

export type JobState = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'interrupted';

export interface Job {
  id: number;
  line: string;
  class: string;
  state: JobState;
  priority: number;
  progress: number;
  stage: Maybe<string>;
  eta_s: Maybe<number>;
  author: string;
  created: number;
  started: Maybe<number>;
  ended: Maybe<number>;
  after: number[];
  tries: number;
  error: Maybe<{ code: string; message: string }>;
  log?: Maybe<string>;
  take: Maybe<number>;
  result?: Maybe<Record<string, unknown>>;
}

export interface Take {
  id: number;
  name: string;
  path: string;
  hash: string;
  kind: string;
  author: string;
  created: number;
  bytes: number;
  duration_s: number;
  rate: number;
  channels: number;
  rating: number;
  tags: string[];
  kept: boolean;
  job: Maybe<number>;
  receipt?: Maybe<Record<string, unknown>>;
}

export interface Capability { name: string; state: 'real' | 'degraded' | 'absent'; why: string }

export interface Status {
  capabilities?: Capability[];
  health?: { state: string; why: string[] };
  processes?: { role: string; pid: number }[];
  device?: { backend: string; name: string; state: string; ins: number; priority: number };
  rate?: number;
  period?: number;
  xruns?: number;
  late?: number;
  failovers?: number;
  restarts?: number;
  latency?: number;
  clients?: number;
  bypass?: boolean;
  panic?: boolean;
  work?: { p50_us: number; p99_us: number };
  exchange?: { p50_us: number; p99_us: number };
  transport?: { playing: boolean; beat: number; bpm: number; version: number };
  session?: { things: number; tempo: number; playing: boolean; seed: number; isa: string };
}

/** A sound of the library, or a part of one that answers a search. */
export interface Sound {
  path: Maybe<string>;
  start?: number;
  end?: number;
  score?: number;
  kind?: Maybe<string>;
  key?: Maybe<string>;
  key_name?: Maybe<string>;
  bpm?: Maybe<number>;
  tags?: string;
  user_tags?: string;
  problem?: Maybe<string>;
  facts?: Record<string, Maybe<number>>;
}

export interface Event { event: string; [key: string]: unknown }
