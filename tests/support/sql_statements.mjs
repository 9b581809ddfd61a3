// The program's SQL statements, read from its sources.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LITERAL = /R"\(([\s\S]*?)\)"|"((?:[^"\\]|\\.)*)"/g;
const literals = (text) => [...text.matchAll(LITERAL)].map(([, raw, plain]) => raw ?? plain.replace(/\\(.)/g, '$1'));

function sources(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[ch]pp$/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'utf8'));
}

/** Name and text of each `constexpr db::statement`, with macros expanded. */
export function statements() {
  const files = ['libs', 'services'].flatMap(sources);
  const macros = {};
  for (const source of files) {
    for (const [, name, text] of source.matchAll(/#define (TOCSIN_\w+)((?:.*\\\n)*.*)/g)) {
      if (name in macros) throw new Error(`${name} is defined twice`);
      macros[name] = text.replaceAll('\\\n', '\n');
    }
  }
  const expand = (text) => text.replace(/\bTOCSIN_\w+/g, (name) => (name in macros ? expand(macros[name]) : name));
  const found = [];
  for (const source of files) {
    for (const [, variable, body] of source.matchAll(/constexpr db::statement (\w+)\s*=?\s*\{([\s\S]*?)\n?\};/g)) {
      const [name, ...sql] = literals(expand(body));
      found.push({ name, variable, sql: sql.join('') });
    }
  }
  return found;
}
