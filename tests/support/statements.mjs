// The SQL statements of the program, read from its sources.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const LITERAL = /R"\(([\s\S]*?)\)"|"((?:[^"\\]|\\.)*)"/g;
const literals = (text) => [...text.matchAll(LITERAL)].map(([, raw, plain]) => raw ?? plain.replace(/\\(.)/g, '$1'));

function sources(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((one) => one.isFile() && /\.[ch]pp$/.test(one.name))
    .map((one) => readFileSync(join(one.parentPath ?? one.path, one.name), 'utf8'));
}

/** Name and text of each `constexpr db::statement`. Parts of texts that have a name of their own are put in. */
export function statements() {
  const all = ['libs', 'services'].flatMap(sources);
  const parts = {};
  for (const source of all) {
    for (const [, name, text] of source.matchAll(/#define (TOCSIN_\w+)((?:.*\\\n)*.*)/g)) {
      if (name in parts) throw new Error(`${name} is defined twice`);
      parts[name] = text.replaceAll('\\\n', '\n');
    }
  }
  const whole = (text) => text.replace(/\bTOCSIN_\w+/g, (name) => (name in parts ? whole(parts[name]) : name));
  const found = [];
  for (const source of all) {
    for (const [, variable, body] of source.matchAll(/constexpr db::statement (\w+)\s*=?\s*\{([\s\S]*?)\n?\};/g)) {
      const [name, ...sql] = literals(whole(body));
      found.push({ name, variable, sql: sql.join('') });
    }
  }
  return found;
}
