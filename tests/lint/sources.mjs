// The files of the project, and how a rule is reported.
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
const OUTSIDE = new Set(['.git', 'build', 'var', 'node_modules']);
const BINARY = new Set(['.png', '.ico', '.woff2', '.body', '.jpg']);

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (OUTSIDE.has(entry.name)) return [];
    if (entry.isDirectory()) return walk(path);
    return entry.isFile() ? [relative(root, path)] : [];
  });
}

/** Paths of all text files, except the seeds of the fuzz targets. */
export const files = walk(root).filter((path) => !path.includes('corpus/') && !BINARY.has(extname(path)));
export const texts = new Map(files.map((path) => [path, readFileSync(join(root, path), 'utf8')]));
export const isCpp = (path) => /\.(cpp|hpp)$/.test(path);
export const cpp = files.filter(isCpp);

/** Prints `ok - WHAT`, or `not ok - WHAT` and the problems. */
export function rule(what, problems) {
  console.log(`${problems.length === 0 ? 'ok' : 'not ok'} - ${what}`);
  for (const problem of problems.slice(0, 40)) console.log(`    ${problem}`);
  if (problems.length > 40) console.log(`    and ${problems.length - 40} more`);
}

/** The lines of these files that match, except those that `isAllowed` accepts. */
export function matchingLines(paths, pattern, isAllowed = () => false) {
  return paths.flatMap((path) =>
    texts
      .get(path)
      .split('\n')
      .flatMap((line, i) => (pattern.test(line) && !isAllowed(line) ? [`${path}:${i + 1}: ${line.trim().slice(0, 160)}`] : [])),
  );
}
