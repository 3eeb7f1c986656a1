// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What of the page needs no browser: patterns as cells, against the studio's own reading of them,
// and the cutting of event streams, at every place a network can cut them.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { finish, is, ok, test } from './tap.mjs';
import { clean, root, start } from './studio.mjs';

// the page's sources as they are, by the compiler that the build has fetched
const esbuild = new URL('../web/node_modules/esbuild/lib/main.js', import.meta.url);
if (!existsSync(esbuild)) {
  console.log('1..0 # SKIP the page was not built');
  process.exit(0);
}
const { buildSync } = (await import(esbuild)).default;
async function source(name) {
  const { outputFiles } = buildSync({ entryPoints: [join(root, 'web/src/lib', name)], bundle: true, format: 'esm', write: false });
  return await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}
const pattern = await source('pattern.ts'), stream = await source('stream.ts');
const studio = await start();
await studio.say('create kick; create bass');

await test('cells_last_as_long_as_the_studio_says', async () => {
  const hits = ['x...x...x...x...', 'X.x5.9~', 'x-..x---', '[xx]...[x.x]x', 'x*3...', 'x?x?30', 'x<x .>X.', 'x(3,8)', '(3,8,2)', 'x!4....',
    'x{decay=0.9}...', 'x@-10ms...x@15ms...', '[x*2 .]?50', 'x... | x.x.', '<[xx] x>(3,8)..', 'x5x5x5x5x5x5x[55]x5'];
  for (const text of hits) {
    const { replies: [reply] } = await studio.say(`sequence kick: ${text}`);
    if (!reply.ok) continue; // a spelling that only this list has
    const steps = pattern.hits(text).reduce((sum, cell) => sum + cell.steps, 0);
    is(steps / 4, reply.result.beats, `${text}: beats`);
  }
  const notes = ['C2 C2 G2 Eb2', 'C2 . C2 Eb2 . G2 . Bb1 | C2 . C3 . G2_ Eb2 F2 Bb1', 'C2 - - .', '[C2 Eb2] <G2 Bb2> C2*3 C2!2 C2(3,8)', 'C3^ m48 220Hz 1 b3 Cm7 Eb/G'];
  for (const text of notes) {
    const { replies: [reply] } = await studio.say(`melody bass: ${text}`);
    ok(reply.ok, `${text}: ${reply.error?.message}`);
    is(pattern.notes(text).reduce((sum, cell) => sum + cell.steps, 0) / 4, reply.result.beats, `${text}: beats`);
  }
});

await test('one_cell_is_changed_and_nothing_else', async () => {
  const text = 'x... | [xx].X?30 .', cells = pattern.hits(text);
  for (const cell of cells) {
    is(text.slice(cell.from, cell.to), cell.text);
    is(pattern.replace(text, cell, cell.text), text);
  }
  is(cells.filter((c) => !c.plain).map((c) => c.text), ['[xx]', 'X?30']);
  is(pattern.replace(text, cells[1], 'X'), 'xX.. | [xx].X?30 .');
});

await test('hostile_patterns_end', async () => {
  for (const text of ['', '[', '[[[[', ')', '{', 'x{', 'x(', '<', '\u{1F941}x', 'x'.repeat(20000), '['.repeat(20000)])
    for (const read of [pattern.hits, pattern.notes]) ok(read(text).length <= text.length, 'more cells than characters');
});

await test('notes_are_transposed', async () => {
  is(pattern.transpose('C2', 1), 'C#2');
  is(pattern.transpose('B2', 1), 'C3');
  is(pattern.transpose('Eb2', -1), 'D2');
  is(pattern.transpose('G9', 1), null);
  is(pattern.transpose('Cm7', 1), null);
});

await test('streams_may_be_cut_anywhere', async () => {
  const text = ': hello\n\nid: a-1\ndata: {"event":"edit"}\n\nid: a-2\r\nevent: job\r\ndata: one\r\ndata: two\r\n\r\ndata:x\n\n';
  const wanted = [{ id: 'a-1', event: 'message', data: '{"event":"edit"}' }, { id: 'a-2', event: 'job', data: 'one\ntwo' }, { id: 'a-2', event: 'message', data: 'x' }];
  for (let a = 0; a <= text.length; a++) {
    for (const b of [a, Math.min(text.length, a + 1), Math.min(text.length, a + 7)]) {
      const cutter = new stream.Cutter(), got = [];
      for (const piece of [text.slice(0, a), text.slice(a, b), text.slice(b)]) cutter.push(piece, (m) => got.push(m));
      is(got, wanted, `cut at ${a} and ${b}`);
    }
  }
});

await studio.stop();
clean();
finish();
