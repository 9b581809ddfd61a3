// The program's SQL statements. Their texts are put together at compile time (db/columns.hpp), so they are read from the program.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { binary } from './program.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** R_X86_64_RELATIVE and R_AARCH64_RELATIVE: a pointer in a position-independent program. */
const RELATIVE = [8, 1027];
const [PT_LOAD, SHT_RELA] = [1, 4];

/** The pointers in the constants of an ELF program, by their address, and a reader of C strings. */
function readElf(image) {
  const at64 = (offset) => Number(image.readBigUInt64LE(offset));
  const table = (offset, size, count) => Array.from({ length: count }, (_, i) => offset + i * size);
  const segments = table(at64(32), image.readUInt16LE(54), image.readUInt16LE(56))
    .filter((header) => image.readUInt32LE(header) === PT_LOAD)
    .map((header) => ({ offset: at64(header + 8), address: at64(header + 16), size: at64(header + 32) }));
  const pointers = new Map();
  for (const header of table(at64(40), image.readUInt16LE(58), image.readUInt16LE(60))) {
    if (image.readUInt32LE(header + 4) !== SHT_RELA) continue;
    for (const entry of table(at64(header + 24), 24, at64(header + 32) / 24)) {
      if (RELATIVE.includes(image.readUInt32LE(entry + 8))) pointers.set(at64(entry), at64(entry + 16));
    }
  }
  const text = (address) => {
    const segment = segments.find((each) => address >= each.address && address < each.address + each.size);
    if (!segment) return '';
    const start = address - segment.address + segment.offset;
    return image.toString('utf8', start, image.indexOf(0, start));
  };
  return { pointers, text };
}

/** The names of the statements in the sources, without the examples in comments. */
function namesInSources() {
  const files = ['libs', 'services'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.[ch]pp$/.test(entry.name))
      .map((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'utf8').replace(/^\s*\/\/.*$/gm, '')),
  );
  return files.flatMap((source) => [...source.matchAll(/constexpr db::statement \w+\s*=?\s*\{\s*"(\w+)"/g)].map(([, name]) => name));
}

/** Name and text of each db::statement, except savepoints: a pointer to its name, followed by a pointer to its text. */
export function statements() {
  const { pointers, text } = readElf(readFileSync(binary));
  const names = new Set(namesInSources());
  const found = new Map();
  const savepoints = new Set();
  for (const [address, name] of pointers) {
    const sql = pointers.get(address + 8);
    if (sql === undefined || !names.has(text(name))) continue;
    if (/^(savepoint|rollback to) /.test(text(sql))) savepoints.add(text(name));
    if (/^\s*(select|insert|update|delete|with)\b/.test(text(sql))) found.set(text(name), text(sql));
  }
  const missing = [...names].filter((name) => !found.has(name) && !savepoints.has(name));
  if (missing.length > 0) throw new Error(`statements that are not in the program: ${missing.join(', ')}`);
  return [...found].map(([name, sql]) => ({ name, sql }));
}
