// Joins the files of this folder into the OpenAPI document: node join.mjs OUTPUT
//
// document.json contains what all subjects share, every other file one subject. An operation in a subject file is shorter than
// in OpenAPI (see README.md): the boilerplate and the responses that follow from its kind are added here.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = dirname(fileURLToPath(import.meta.url));
const FIELDS = ['operationId', 'summary', 'description', 'permission', 'scope', 'query', 'body', 'returns', 'creates', 'responses', 'errors'];
const NO_FIELDS = { type: 'object', properties: {} };

const read = (name) => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));
/** The weakest first. */
const WITHIN_ORGANIZATION = [...read('members.json').schemas.Role.enum].reverse();
const PERMISSIONS = ['public', 'authenticated', ...WITHIN_ORGANIZATION];
/** Of API tokens with the role deployer. */
const SCOPES = read('tokens.json').schemas.TokenScope.enum;
const schemaRef = (name) => ({ $ref: `#/components/schemas/${name}` });
const schemaOf = (from) => (typeof from === 'string' ? schemaRef(from) : from);
const json = (schema, type = 'application/json') => ({ content: { [type]: { schema } } });

function check(condition, message) {
  if (!condition) throw new Error(message);
}

/** Copies `from` into `into`, and refuses a name that exists already. */
function add(into, from, what) {
  for (const [name, value] of Object.entries(from)) {
    check(!(name in into), `${what} ${name} is defined twice`);
    into[name] = value;
  }
}

/** Calls `visit` for every object in a tree, the innermost first. */
function eachObject(tree, visit) {
  if (typeof tree !== 'object' || tree === null) return;
  for (const child of Object.values(tree)) eachObject(child, visit);
  if (!Array.isArray(tree)) visit(tree);
}

class Joiner {
  constructor() {
    const { errors, parameters, schemas, securitySchemes, next_cursor: nextCursor, ...head } = read('document.json');
    this.errors = errors;
    this.nextCursor = nextCursor;
    this.document = { ...head, paths: {}, components: { securitySchemes, parameters: { ...parameters }, responses: {}, schemas: {} } };
    this.schemas = this.document.components.schemas;
    for (const { name, ...response } of Object.values(errors)) {
      this.document.components.responses[name] = { ...response, ...json(schemaRef('Problem'), 'application/problem+json') };
    }
    this.addSchemas(schemas);
    const subjects = readdirSync(FOLDER).filter((name) => name.endsWith('.json') && name !== 'document.json');
    for (const name of subjects.sort()) this.addSubject(name);
    this.closeBodies();
    this.checkReferences();
  }

  addSubject(file) {
    const { tag, paths, parameters = {}, schemas = {} } = read(file);
    check(this.document.tags.some(({ name }) => name === tag), `${file}: document.json has no tag ${tag}`);
    add(this.document.components.parameters, parameters, 'parameter');
    this.addSchemas(schemas);
    for (const [path, operations] of Object.entries(paths)) {
      check(!(path in this.document.paths), `path ${path} is defined twice`);
      const item = {};
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => this.pathParameter(path, name));
      if (inPath.length > 0) item.parameters = inPath;
      for (const [method, operation] of Object.entries(operations)) item[method] = this.operation(path, method, operation, tag);
      this.document.paths[path] = item;
    }
  }

  /** `required: "all"` lists every property, and `list_of` makes a page of items. */
  addSchemas(schemas) {
    eachObject(schemas, (schema) => {
      if (schema.required === 'all') schema.required = Object.keys(schema.properties);
    });
    const expanded = Object.entries(schemas).map(([name, schema]) => [name, schema.list_of ? this.page(schema) : schema]);
    add(this.schemas, Object.fromEntries(expanded), 'schema');
  }

  page({ list_of: item, ...rest }) {
    return {
      type: 'object',
      ...rest,
      required: ['items', 'next_cursor'],
      properties: { items: { type: 'array', items: schemaRef(item) }, next_cursor: this.nextCursor },
    };
  }

  /** `{id}` is the UUID of an item of the collection before it: `members/{id}` is the parameter `member_id`. */
  pathParameter(path, name) {
    const collection = new RegExp(`/([a-z-]+)/\\{${name}\\}`).exec(path)?.[1];
    const full = name === 'id' ? `${collection.replace(/ies$/, 'y').replace(/s$/, '')}_id` : name;
    const { parameters } = this.document.components;
    if (full.endsWith('_id')) {
      const what = full.slice(0, -'_id'.length).replaceAll('-', ' ');
      parameters[full] ??= { name, in: 'path', required: true, description: `The ${what}.`, schema: { type: 'string', format: 'uuid' } };
    }
    check(full in parameters, `${path}: there is no parameter ${full}`);
    return { $ref: `#/components/parameters/${full}` };
  }

  operation(path, method, from, tag) {
    const where = `${method} ${path}`;
    const { permission, scope, query = [], body, returns, creates, responses = {}, errors = [], ...head } = from;
    for (const name of Object.keys(from)) check(FIELDS.includes(name), `${where}: unknown field ${name}`);
    check(PERMISSIONS.includes(permission), `${where}: unknown permission ${permission}`);
    check(scope === undefined || SCOPES.includes(scope), `${where}: unknown scope ${scope}`);
    const made = { ...head, tags: [tag], 'x-permission': permission };
    if (scope) made['x-scope'] = scope;
    if (permission === 'public') made.security = [];
    if (query.length > 0) made.parameters = query.map((parameter) => this.queryParameter(parameter, where));
    if (['post', 'put', 'patch'].includes(method)) {
      const schema = schemaOf(body ?? { ...NO_FIELDS });
      made.requestBody = { required: this.needsBody(schema), ...json(schema) };
    }
    made.responses = this.success(returns, creates, responses);
    for (const status of [...sharedErrors(path, method, permission, query.length > 0), ...errors].sort()) {
      check(this.errors[status], `${where}: document.json has no error ${status}`);
      made.responses[status] ??= { $ref: `#/components/responses/${this.errors[status].name}` };
    }
    return made;
  }

  queryParameter(parameter, where) {
    if (typeof parameter !== 'string') return { name: parameter.name, in: 'query', required: false, ...parameter };
    check(parameter in this.document.components.parameters, `${where}: there is no parameter ${parameter}`);
    return { $ref: `#/components/parameters/${parameter}` };
  }

  success(returns, creates, responses) {
    if (returns) return { 200: { description: 'Success.', ...json(schemaOf(returns)) }, ...responses };
    if (creates) return { 201: { description: 'Created.', ...json(schemaOf(creates)) }, ...responses };
    return Object.keys(responses).length > 0 ? { ...responses } : { 204: { description: 'Success, without content.' } };
  }

  resolve(schema) {
    return schema.$ref ? this.schemas[schema.$ref.split('/').at(-1)] : schema;
  }

  /** A body may be left out where each of its fields may. */
  needsBody(schema) {
    const { required = [], minProperties = 0, oneOf = [] } = this.resolve(schema);
    return required.length > 0 || minProperties > 0 || oneOf.length > 0;
  }

  /** The server refuses unknown fields in every body. */
  closeBodies() {
    const close = (schema) => {
      const found = this.resolve(schema);
      if (found.type === 'object') found.additionalProperties = false;
      if (found.type === 'array') close(found.items);
      for (const one of found.oneOf ?? []) close(one);
    };
    for (const item of Object.values(this.document.paths)) {
      for (const { requestBody } of Object.values(item)) {
        if (requestBody) close(requestBody.content['application/json'].schema);
      }
    }
  }

  /** Every reference must have a target, and every schema a use: in an operation, or elsewhere by `x-used-by`. */
  checkReferences() {
    const used = new Set();
    eachObject(this.document, ({ $ref }) => {
      if (!$ref) return;
      const found = $ref.slice(2).split('/').reduce((at, name) => at?.[name], this.document);
      check(found, `there is no ${$ref}`);
      used.add($ref);
    });
    for (const [name, schema] of Object.entries(this.schemas)) {
      check(used.has(schemaRef(name).$ref) || schema['x-used-by'], `no operation uses the schema ${name}`);
    }
  }
}

/** The refusals that follow from the kind of a route. */
function sharedErrors(path, method, permission, hasQuery) {
  if (!path.startsWith('/api/v1/')) return [];
  const changes = method !== 'get';
  return Object.entries({
    400: hasQuery || ['post', 'put', 'patch'].includes(method),
    401: permission !== 'public',
    403: changes || WITHIN_ORGANIZATION.indexOf(permission) > 0, // also: a request from another site's page
    404: path.includes('{'),
    429: true,
    500: true,
    503: true,
  }).flatMap(([status, applies]) => (applies ? [Number(status)] : []));
}

const output = process.argv[2];
check(output, 'usage: node join.mjs OUTPUT');
mkdirSync(dirname(output), { recursive: true });
writeFileSync(output, `${JSON.stringify(new Joiner().document, null, 2)}\n`);
