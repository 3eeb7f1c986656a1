// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Test points as TAP. A point that throws is "not ok" with its reason; the others go on.
let count = 0, failed = 0;

export async function test(name, body) {
  const n = ++count, began = performance.now();
  try {
    await body();
    console.log(`ok ${n} - ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${n} - ${name}`);
    for (const line of String(error?.stack ?? error).split('\n').slice(0, 8)) console.log(`# ${line}`);
  }
  const ms = performance.now() - began;
  if (ms > 3000) console.log(`# took ${(ms / 1000).toFixed(1)} s`);
}

/** A point that cannot be tried here, and why. */

export function note(text) { console.log(`# ${text}`); }

export function is(got, wanted, what = 'value') {
  const a = JSON.stringify(got), b = JSON.stringify(wanted);
  if (a !== b) throw new Error(`${what} is ${a}, not ${b}`);
}

export function ok(yes, what) { if (!yes) throw new Error(what); }

/** Ask again until it holds. @return what it gave */
export async function until(what, ask, limit_ms = 8000) {
  const end = performance.now() + limit_ms;
  let last;
  do {
    last = await ask();
    if (last) return last;
    await new Promise((go) => setTimeout(go, 60));
  } while (performance.now() < end);
  throw new Error(`${what}: not within ${limit_ms / 1000} s`);
}

export function finish() {
  console.log(`1..${count}`);
  process.exitCode = failed ? 1 : 0;
}
