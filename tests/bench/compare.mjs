// Runs rounds of a benchmark with two builds in turn and prints the medians and their ratios. Usage: compare.mjs BENCHMARK BASE NEW,
// where BASE and NEW are files with a build's environment as JSON.
import { readFileSync } from 'node:fs';
import { formatNumber, median, outputOf, root } from './support.mjs';

const rounds = 3;
const [, , benchmark, ...files] = process.argv;
const builds = files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
const results = builds.map(() => []);
for (let i = 0; i < rounds; i += 1) {
  for (const [build, environment] of builds.entries()) {
    results[build].push(JSON.parse(await outputOf(process.execPath, [`${root}tests/bench/${benchmark}.mjs`, '--round'], environment)));
  }
}
console.log(`| ${benchmark} | base | new | new / base |`);
console.log('|---|---|---|---|');
for (const figure of Object.keys(results[0][0])) {
  const [base, current] = results.map((list) => median(list.map((figures) => figures[figure])));
  const digits = base < 100 ? 2 : 0;
  console.log(`| ${figure} | ${formatNumber(base, digits)} | ${formatNumber(current, digits)} | ${formatNumber(current / base, 3)} |`);
}
