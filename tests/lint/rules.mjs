// Rules of this project that no other tool checks. Prints `ok - WHAT` or `not ok - WHAT` with the places.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { cpp, files, isCpp, matchingLines, root, rule, texts } from './sources.mjs';

// --- dependencies --------------------------------------------------------------------------------------------------------

const GROUPS = [['base'], ['async', 'config', 'observe', 'json', 'crypto'], ['db', 'http', 'mail'], ['sentry'], ['identity'], ['integrations'], ['incidents', 'grants'], ['oncall'], ['notify']];
const groupOf = (library) => GROUPS.findIndex((group) => group.includes(library));

/** Third-party headers, and the only folders that include them. */
const HOMES = [
  [/^rapidjson\//, ['libs/json']],
  [/^sodium/, ['libs/crypto']],
  [/^curl\//, ['libs/mail']],
  [/^openssl\/(ssl|tls1)/, ['libs/http']],
  [/^openssl\/(err|x509)/, ['libs/crypto', 'libs/http']],
  [/^openssl\//, ['libs/crypto']],
  [/^(pqxx|postgresql|libpq)/, ['libs/db']],
  [/^boost\/(beast|asio\/ssl)/, ['libs/http']],
  [/^spdlog\//, ['libs/observe']],
  [/^prometheus\//, ['libs/observe']],
  [/^CLI\//, ['services/tocsin', 'services/sandbox']],
];

/** libs/NAME or services/NAME; tests belong to the library or service that they test. */
function ownerOf(path) {
  const [top, name, third] = path.split('/');
  if (top !== 'tests') return `${top}/${name}`;
  if (name !== 'unit') return 'tests';
  return existsSync(join(root, 'libs', third)) ? `libs/${third}` : `services/${third}`;
}

const includes = cpp.flatMap((path) =>
  texts.get(path).split('\n').flatMap((line, i) => {
    const found = /^\s*#\s*include\s*([<"])([^>"]+)[>"]/.exec(line);
    return found ? [{ path, line: i + 1, quoted: found[1] === '"', name: found[2], owner: ownerOf(path) }] : [];
  }),
);
const describe = ({ path, line, name }) => `${path}:${line}: ${name}`;

rule(
  `dependencies go one way: ${GROUPS.map((group) => group.join(' ')).join(' · ')} · services`,
  includes
    .filter(({ path, name, owner }) => {
      const used = /^tocsin\/([a-z_]+)\//.exec(name)?.[1];
      if (!used || !path.startsWith('libs/') || groupOf(used) < 0) return false;
      const library = owner.slice('libs/'.length);
      return used !== library && groupOf(used) >= groupOf(library);
    })
    .map(describe),
);
rule(
  'nothing in libs uses a service, and only the program uses several services',
  includes
    .filter(({ path, quoted, name, owner }) => {
      if (path.startsWith('tests/')) return false;
      const service = /^(gateway|scheduler|sandbox|tocsin)\//.exec(name)?.[1];
      if (!service || !existsSync(join(root, 'services', name)) || !quoted) return false;
      return path.startsWith('libs/') || (owner !== 'services/tocsin' && owner !== `services/${service}`);
    })
    .map(describe),
);
rule(
  'third-party headers are included only where they belong',
  includes
    .filter(({ name, owner }) => {
      const home = HOMES.find(([pattern]) => pattern.test(name));
      return home && owner !== 'tests' && !home[1].includes(owner);
    })
    .map(describe),
);
rule(
  'public headers include no third party except Asio',
  includes
    .filter(({ path, name }) => path.includes('/include/') && (HOMES.some(([pattern]) => pattern.test(name)) || /^(fmt|date)\//.test(name)))
    .map(describe),
);
rule('every header begins with #pragma once', cpp.filter((path) => path.endsWith('.hpp') && !texts.get(path).startsWith('#pragma once\n')));
rule(
  'every library has a README.md',
  readdirSync(join(root, 'libs')).map((name) => `libs/${name}/README.md`).filter((path) => !texts.has(path)),
);

// --- the schema ----------------------------------------------------------------------------------------------------------

const changes = texts.get('schema/sqitch.plan').split('\n').flatMap((line) => /^([a-z]\w*) /.exec(line)?.[1] ?? []);
const setsVersion = (path, version) => new RegExp(`^create (or replace )?function tocsin\\.schema_version\\(\\) .* return ${version};$`, 'm').test(texts.get(path) ?? '');
rule(
  'every change sets the version of the schema to its place in the plan (schema/README.md)',
  changes.flatMap((name, i) => {
    if (i < changes.indexOf('schema_version')) return [];
    const isFirst = name === 'schema_version';
    return [
      ...(setsVersion(`schema/deploy/${name}.sql`, i + 1) ? [] : [`schema/deploy/${name}.sql: sets no version, or another one than ${i + 1}`]),
      ...(isFirst || setsVersion(`schema/revert/${name}.sql`, i) ? [] : [`schema/revert/${name}.sql: does not set the version back to ${i}`]),
    ];
  }),
);


// landed.sha256 has, for each change, its line of the plan as a comment and the SHA-256 of its scripts.
const plan = texts.get('schema/sqitch.plan').split('\n').filter((line) => /^[a-z]/.test(line));
const landed = texts.get('schema/landed.sha256');
const landedPlan = landed.split('\n').flatMap((line) => /^# (.*)$/.exec(line)?.[1] ?? []);
rule('the plan begins with the landed changes (schema/README.md)', landedPlan.filter((line, i) => plan[i] !== line));
rule(
  'the scripts of landed changes are unchanged (schema/README.md)',
  [...landed.matchAll(/^([0-9a-f]{64}) {2}(.*)$/gm)].flatMap(([, hash, path]) => {
    const text = texts.get(`schema/${path}`);
    return text !== undefined && createHash('sha256').update(text).digest('hex') === hash ? [] : [`schema/${path}`];
  }),
);

/** The versions of a file in the history of the current branch, the oldest first; none outside a Git checkout. */
function versionsOf(path) {
  if (!existsSync(join(root, '.git'))) return [];
  const git = (...args) => execFileSync('git', ['-c', 'safe.directory=*', '-C', root, ...args], { encoding: 'utf8' });
  const commits = git('log', '--first-parent', '--reverse', '--format=%H', '--', path).split('\n').filter(Boolean);
  return commits.map((commit) => git('show', `${commit}:${path}`));
}
const versions = [...versionsOf('schema/landed.sha256'), landed];
rule(
  'schema/landed.sha256 only grows (schema/README.md)',
  versions.slice(1).flatMap((text, i) => (text.startsWith(versions[i]) ? [] : [`version ${i + 2} does not begin with version ${i + 1}`])),
);

// --- cycles --------------------------------------------------------------------------------------------------------------

/** Each cycle of `edges` (a map from a file to the files that it includes), as `a -> b -> a`. */
function cyclesOf(edges) {
  const state = new Map();
  const stack = [];
  const cycles = [];
  const visit = (path) => {
    state.set(path, 'open');
    stack.push(path);
    for (const next of edges.get(path) ?? []) {
      if (state.get(next) === 'open') cycles.push([...stack.slice(stack.indexOf(next)), next].join(' -> '));
      else if (!state.has(next)) visit(next);
    }
    stack.pop();
    state.set(path, 'done');
  };
  for (const path of edges.keys()) if (!state.has(path)) visit(path);
  return cycles;
}

const headerOf = (path, name) =>
  [join(dirname(path), name), join('services', name), join(path.split('/').slice(0, 2).join('/'), 'src', name), name.replace(/^tocsin\/([a-z_]+)\//, 'libs/$1/include/$&')].find((candidate) => texts.has(candidate));
rule(
  'C++ files do not include each other in a cycle',
  cyclesOf(new Map(cpp.map((path) => [path, includes.filter((one) => one.path === path).flatMap(({ name }) => headerOf(path, name) ?? [])]))),
);

/** The subfolders of a library's src, each of which may include only those before it. A public header belongs to the subfolder of its source. */
const LIBRARY_LAYERS = {
  integrations: ['status', 'refresh', 'mappings', 'connect'],
  incidents: ['rules', 'store', 'ingest', 'deliveries', 'reconcile', 'service'],
};
rule(
  `subfolders include only what stands before them: ${Object.entries(LIBRARY_LAYERS).map(([library, layers]) => `${library}: ${layers.join(' · ')}`).join('; ')}`,
  Object.entries(LIBRARY_LAYERS).flatMap(([library, layers]) => {
    const source = `libs/${library}/src/`;
    const layerOf = (path) =>
      path.startsWith(source)
        ? layers.indexOf(path.slice(source.length).split('/')[0])
        : layers.findIndex((layer) => texts.has(`${source}${layer}/${basename(path, '.hpp')}.cpp`));
    const isOurs = (path) => path?.startsWith(`libs/${library}/`);
    return [
      ...readdirSync(join(root, source)).filter((name) => !layers.includes(name)).map((name) => `${source}${name} is in no subfolder`),
      ...includes.filter(({ path, name }) => isOurs(path) && isOurs(headerOf(path, name)) && layerOf(headerOf(path, name)) > layerOf(path)).map(describe),
    ];
  }),
);

const isTypeScript = (path) => path.startsWith('services/console/src/') && /\.tsx?$/.test(path);
const moduleOf = (path, name) => ['.ts', '.tsx'].map((end) => join(dirname(path), name) + end).find((candidate) => texts.has(candidate));
const imports = new Map(
  files.filter(isTypeScript).map((path) => [
    path,
    [...texts.get(path).matchAll(/(?:\bfrom|\bimport\(?)\s*"(\.[^"]+)"/g)].flatMap(([, name]) => moduleOf(path, name) ?? []),
  ]),
);
rule('modules of the console do not import each other in a cycle', cyclesOf(imports));

/** Parts of the console, lowest first: a part imports only from itself and from those before it. Tests may import anything. */
const CONSOLE_LAYERS = ['api', 'ui', 'features', 'app'];
const INTEGRATION_LAYERS = ['', 'setup', 'connect', 'grants', 'mappings', 'status'];
function layerOf(path) {
  const [layer, feature, third, ...rest] = path.slice('services/console/src/'.length).split('/');
  return { layer: CONSOLE_LAYERS.indexOf(layer), feature: layer === 'features' ? feature : undefined, part: INTEGRATION_LAYERS.indexOf(rest.length > 0 ? third : '') };
}
rule(
  `the console's parts import one way: ${CONSOLE_LAYERS.join(' · ')}; no feature imports another; within integrations:${INTEGRATION_LAYERS.join(' · ')}`,
  [...imports].flatMap(([path, targets]) => {
    const from = layerOf(path);
    if (/\.test\.tsx?$/.test(path) || from.layer < 0) return [];
    const problems = targets.filter((target) => {
      const to = layerOf(target);
      if (to.layer !== from.layer) return to.layer > from.layer || to.layer < 0;
      return from.feature !== to.feature || (from.feature === 'integrations' && to.part > from.part);
    });
    return problems.map((target) => `${path} imports ${target}`);
  }),
);

// --- text ---------------------------------------------------------------------------------------------------------------

const self = 'tests/lint/rules.mjs';
const checked = files.filter((path) => path !== self);
const testFiles = checked.filter((path) => path.startsWith('tests/') || path.includes('.test.'));

// The timers of libs/async are under test: they end at once or are cancelled.
rule('no test sleeps', matchingLines(testFiles.filter(isCpp), /(?<!async::)\b(sleep_for|sleep_until|usleep|nanosleep)\b/));
rule(
  'no test is skipped or the only one that runs',
  matchingLines(testFiles, /\b(test|it|describe|suite)\.(skip|only|todo)\b|\bskip:\s*true\b|boost::unit_test::disabled/),
);
rule('no TODO', matchingLines(checked.filter((path) => !path.endsWith('package-lock.json')), /\b(TODO|FIXME|XXX|HACK)\b/));
rule('no absolute path of a machine', matchingLines(checked, /(^|[\s"'=(:])\/(work|home|root|Users|mnt)\/[A-Za-z0-9_.-]/, (line) => /^\s*(\/\/|#)?\s*"?\/(home|root)\/\*/.test(line)));
rule('no address of a package registry', matchingLines(checked, /registry\.(npmjs|yarnpkg)|(deb|security)\.debian\.org|pypi\.org|crates\.io|proxy\.golang\.org/));
rule('no identifier of a requirement or ticket', matchingLines(checked.filter((path) => /\.(cpp|hpp|md|mjs|ts|tsx|sql|txt)$/.test(path)), /\b[OWARB]-\d{1,2}\b(?!-)/));
rule(
  'no trailing spaces, no tabs, and a newline at the end',
  checked
    .filter((path) => !path.endsWith('.svg'))
    .flatMap((path) => [
      ...matchingLines([path], /[ \t]+$/),
      ...(texts.get(path).includes('\t') && !/(^|\/)(Makefile|sqitch\.conf|.*\.svg)$/.test(path) && isCpp(path) ? [`${path}: a tab`] : []),
      ...(texts.get(path).endsWith('\n') || texts.get(path) === '' ? [] : [`${path}: no newline at the end`]),
    ]),
);
rule(
  'links in the documentation work',
  checked
    .filter((path) => path.endsWith('.md'))
    .flatMap((path) =>
      [...texts.get(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)]*)?\)/g)]
        .filter(([, target]) => !existsSync(join(root, dirname(path), target)))
        .map(([, target]) => `${path}: ${target}`),
    ),
);
/** A name like `e2e/NAME` or `unit/LIBRARY/NAME`, as docs/security.md has it, may stand for one of these files. */
const filesOfTest = (name) => [name, `tests/${name}`, `tests/${name}.test.mjs`, `tests/${name}.cpp`];
rule(
  'tests that docs/security.md names exist',
  [...texts.get('docs/security.md').matchAll(/`((?:e2e|console|database|unit|tests|schema|services)\/[\w./-]+)`/g)]
    .map(([, name]) => name)
    .filter((name) => !filesOfTest(name).some((path) => existsSync(join(root, path)))),
);
rule(
  'files that CONTRIBUTING.md names exist',
  [...texts.get('CONTRIBUTING.md').matchAll(/`((?:libs|services|schema|tests|docs|deploy)\/[\w./-]+)`/g)].map(([, path]) => path).filter((path) => !existsSync(join(root, path))),
);
