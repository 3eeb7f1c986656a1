// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: node tools/web-embed.mjs DIR OUT.c     files of DIR as the C table of base/web_files.h
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const types = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml', '.png': 'image/png', '.woff2': 'font/woff2', '.json': 'application/json',
};
const [dir, out] = process.argv.slice(2);

function files(at) {
  return readdirSync(at).sort().flatMap((name) => {
    const path = join(at, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

function bytes_of(buffer) {
  const rows = [];
  for (let i = 0; i < buffer.length; i += 32) rows.push(`    ${[...buffer.subarray(i, i + 32)].join(',')},`);
  return rows.join('\n');
}

const rows = [], arrays = [];
for (const path of files(dir)) {
  const name = path.slice(dir.length).replaceAll('\\', '/');
  const type = types[extname(name)];
  if (!type || !/^[\w./-]+$/.test(name)) throw new Error(`web-embed: no media type for ${name}`);
  const plain = readFileSync(path), small = gzipSync(plain, { level: 9 });
  const gzip = small.length < plain.length * 0.9, kept = gzip ? small : plain;
  const etag = createHash('sha256').update(plain).digest('hex').slice(0, 16);
  const hashed = name.startsWith('/a/');
  arrays.push(`static const unsigned char file_${arrays.length}[] = {\n${bytes_of(kept)}\n};`);
  rows.push(`    {"${name}", "${type}", "\\"${etag}\\"", file_${rows.length}, sizeof file_${rows.length}, ${gzip}, ${hashed}},`);
}
const text = `// Written by tools/web-build from web/; not to be edited.
#include "base/web_files.h"

${arrays.join('\n')}

const struct vy_web_file vy_web_files[] = {
${rows.join('\n')}
    {0},
};
const char vy_web_absent[] = "";
`;
if (!existsSync(out) || readFileSync(out, 'utf8') !== text) writeFileSync(out, text);
