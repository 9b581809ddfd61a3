// How long a file and a function may be. Prints `ok - WHAT` or `not ok - WHAT` with the places.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { cpp, files, root, rule, texts } from './sources.mjs';

const MAX_FILE = 450;
const MAX_FUNCTION = 60;

const isGenerated = (path) => path === 'services/console/src/api/schema.d.ts';
const isCode = (path) => !isGenerated(path) && (/\.(cpp|hpp|mjs|ts|tsx|sh)$/.test(path) || /^(deploy|tests)\/(\w+\/)?\w+$/.test(path));
const lengthOf = (path) => texts.get(path).split('\n').length - 1;
rule(
  `no file of code has more than ${MAX_FILE} lines`,
  files.filter((path) => isCode(path) && lengthOf(path) > MAX_FILE).map((path) => `${path}: ${lengthOf(path)} lines`),
);

/** The text with comments, strings, and preprocessor lines blanked; line ends stay. */
function codeOf(text) {
  const token = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|\bR"([^(\s]*)\([\s\S]*?\)\1"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'(?!\w)|^[ \t]*#(?:\\\n|[^\n])*|^BOOST_\w*TEST_SUITE\w*\([^)]*\)/gm;
  return text.replace(/(?<=[0-9a-fA-F])'(?=[0-9a-fA-F])/g, '_').replace(token, (found) => found.replace(/[^\n]/g, ' '));
}

/** The functions of a file that are not inside another one, each with its first line and its number of lines. */
function functionsOf(text) {
  const code = codeOf(text);
  const functions = [];
  const scopes = [];
  let start = 0; // of the current declaration
  let line = 1;
  let declaredAt = 1; // line of `start`
  for (let i = 0; i < code.length; i += 1) {
    const c = code[i];
    if (c === '\n') line += 1;
    if (code.slice(start, i).trim() === '' && c.trim() !== '') declaredAt = line;
    if (c === '{') {
      const declaration = code.slice(start, i);
      const inFunction = scopes.some(({ kind }) => kind !== 'scope');
      let kind = 'scope';
      if (inFunction || /[=,:]\s*[\w:<>]*$|return\s*$/.test(declaration)) kind = 'other';
      else if (/\)/.test(declaration) && !/^\s*(template\s*<[^{}]*>\s*)?(class|struct|union|enum|namespace)\b/.test(declaration)) kind = 'function';
      scopes.push({ kind, declaredAt, declaration, start });
      if (kind !== 'other') start = i + 1;
    } else if (c === '}') {
      const scope = scopes.pop();
      // A member initializer `a_{b}` is followed by another one or by the body.
      const isInitializer = scope?.kind === 'function' && /^\s*[,{]/.test(code.slice(i + 1));
      if (isInitializer || scope?.kind === 'other') {
        start = scope.start;
        declaredAt = scope.declaredAt;
        if (scopes.some(({ kind }) => kind !== 'scope')) start = i + 1;
      } else {
        if (scope?.kind === 'function') {
          functions.push({ line: scope.declaredAt, length: line - scope.declaredAt + 1, name: /([\w:~]+)\s*\(/.exec(scope.declaration)?.[1] ?? '' });
        }
        start = i + 1;
      }
    } else if (c === ';') {
      start = i + 1;
    }
  }
  return functions;
}

rule(
  `no C++ function has more than ${MAX_FUNCTION} lines`,
  cpp.flatMap((path) =>
    functionsOf(texts.get(path))
      .filter(({ length }) => length > MAX_FUNCTION)
      .map(({ line, length, name }) => `${path}:${line}: ${name} has ${length} lines`),
  ),
);

// The compiler is one of the console's packages.
const typescript = createRequire(join(root, 'services/console/package.json'))('typescript');

/** The functions of a file of the console, also inner ones, each with its first line and its number of lines. */
function consoleFunctionsOf(path) {
  const source = typescript.createSourceFile(path, texts.get(path), typescript.ScriptTarget.Latest, true);
  const lineAt = (position) => source.getLineAndCharacterOfPosition(position).line;
  const functions = [];
  const visit = (node) => {
    if (typescript.isFunctionLike(node) && node.body) {
      const first = lineAt(node.getStart(source));
      functions.push({ line: first + 1, length: lineAt(node.end) - first + 1, name: (node.name ?? node.parent.name)?.getText(source) ?? 'a function' });
    }
    typescript.forEachChild(node, visit);
  };
  visit(source);
  return functions;
}
const isConsole = (path) => /^services\/console\/.*\.(ts|tsx|mjs)$/.test(path) && !path.includes('.test.') && !isGenerated(path);
rule(
  `no function of the console has more than ${MAX_FUNCTION} lines`,
  files.filter(isConsole).flatMap((path) =>
    consoleFunctionsOf(path)
      .filter(({ length }) => length > MAX_FUNCTION)
      .map(({ line, length, name }) => `${path}:${line}: ${name} has ${length} lines`),
  ),
);
