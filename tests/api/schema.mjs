// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: schema.mjs SCHEMA ANSWERS     each line of ANSWERS against the schema, and the schema against
// lines that are spoilt: a key that is gone, a number that is a text, a null where none may be.
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

const check = new Ajv2020({ strict: false, allErrors: true }).compile(JSON.parse(readFileSync(process.argv[2], 'utf8')));
const lines = readFileSync(process.argv[3], 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
let n = 0;
const tell = (yes, what) => console.log(`${yes ? 'ok' : 'not ok'} ${++n} - ${what}`);

for (const line of lines) {
  const fits = check(line);
  tell(fits, `${line.file.path} fits`);
  if (!fits) for (const e of check.errors.slice(0, 5)) console.log(`# ${e.instancePath} ${e.message}`);
}
const whole = lines.find((line) => line.music && line.stereo);
const spoil = (what, change) => { const copy = structuredClone(whole); change(copy); tell(!check(copy), what); };
spoil('a key that is gone is seen', (j) => delete j.loudness.integrated_lufs);
spoil('a text for a number', (j) => { j.music.tempo = '120'; });
spoil('a null in a list of times', (j) => { j.music.beats = [null]; });
spoil('a confidence above 1', (j) => { j.music.confidence.key = 1.5; });
spoil('a member that is gone', (j) => { j.tags = [{ name: 'bright' }]; });
// every key that is said is in the schema
const known = check.schema.anyOf[0].properties;
const unknown = Object.entries(whole).flatMap(([group, value]) => !known[group] ? [group]
  : known[group].properties && value ? Object.keys(value).filter((k) => !known[group].properties[k]).map((k) => `${group}.${k}`) : []);
tell(unknown.length === 0, `every key is known${unknown.length ? `: ${unknown}` : ''}`);
console.log(`1..${n}`);
