// The API as its own document describes it: operations, example bodies, and bodies that break one rule each.
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
export const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

export class Api {
  constructor(document) {
    this.document = document;
  }

  resolve(schema) {
    if (!schema?.$ref) return schema;
    const { $ref, ...more } = schema;
    const found = $ref.slice(2).split('/').reduce((at, name) => at[name], this.document);
    return { ...this.resolve(found), ...more };
  }

  /** Every operation: method, path, permission, its parameters, and the schema of its body. */
  operations() {
    const all = [];
    for (const [path, item] of Object.entries(this.document.paths)) {
      for (const method of METHODS.filter((one) => item[one])) {
        const operation = item[method];
        const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((one) => this.resolve(one));
        const body = operation.requestBody?.content['application/json']?.schema;
        all.push({
          name: `${method.toUpperCase()} ${path}`,
          id: operation.operationId,
          method: method.toUpperCase(),
          path,
          permission: operation['x-permission'],
          scope: operation['x-scope'],
          query: parameters.filter((one) => one.in === 'query'),
          // Of several shapes the first: it has the name of its kind in it.
          body: body && this.#firstShape(body),
          bodyRequired: operation.requestBody?.required === true,
        });
      }
    }
    return all;
  }

  #firstShape(schema) {
    const found = this.resolve(schema);
    return found.oneOf ? this.#firstShape(found.oneOf[0]) : found;
  }

  example(schema) {
    const of = this.#firstShape(schema);
    if (of.const !== undefined) return of.const;
    if (of.enum) return of.enum[0];
    if (Array.isArray(of.type) && of.type.includes('null')) return null;
    const { type } = of;
    switch (type) {
      case 'object': {
        const names = of.required ?? Object.keys(of.properties ?? {}).slice(0, 1);
        return Object.fromEntries(names.map((name) => [name, this.example(of.properties[name])]));
      }
      case 'array':
        return [this.example(of.items)];
      case 'integer':
        return of.minimum ?? 1;
      case 'boolean':
        return true;
      default:
        if (of.format === 'uuid') return UNKNOWN_ID;
        if (of.format === 'email') return 'somebody@acme.example';
        if (of.format === 'date-time') return '2100-01-01T00:00:00Z';
        return 'x'.repeat(Math.max(1, of.minLength ?? 1));
    }
  }

  /** Bodies that each break one rule, with the path that the refusal has to name. */
  brokenBodies(operation) {
    const { properties = {}, required = [] } = operation.body;
    const good = this.example(operation.body);
    const all = [{ why: 'an unknown field', body: { ...good, surprise: true }, path: 'surprise' }];
    if (operation.body.minProperties) all.push({ why: 'nothing at all', body: {} });
    for (const name of ['role_', 'organization_id', 'is_admin', 'created_at', 'password_hash']) all.push({ why: `a field of ours, ${name}`, body: { ...good, [name]: 'x' }, path: name });
    for (const name of required) {
      const { [name]: left, ...rest } = good;
      all.push({ why: `without ${name}`, body: rest, path: name });
    }
    for (const [name, schema] of Object.entries(properties)) {
      const of = this.resolve(schema);
      if (of.const !== undefined) continue;
      for (const wrong of this.#wrongValues(of)) all.push({ why: `${name} = ${JSON.stringify(wrong)?.slice(0, 40)}`, body: { ...good, [name]: wrong }, path: name });
    }
    return all;
  }

  #wrongValues(of) {
    const types = of.enum && !of.type ? ['string'] : [of.type ?? []].flat();
    const wrong = [];
    if (of.oneOf || of.anyOf) return wrong;
    if (!types.includes('object')) wrong.push({ a: 1 });
    if (!types.includes('array')) wrong.push([1]);
    if (!types.includes('string')) wrong.push('x');
    if (!types.includes('boolean')) wrong.push(true);
    if (!types.includes('integer') && !types.includes('number')) wrong.push(7);
    if (of.enum) wrong.push('none-of-these');
    if (of.maxLength) wrong.push('x'.repeat(of.maxLength + 1));
    if (of.minLength) wrong.push('');
    if (types.includes('string') && !of.enum) wrong.push('a\u0000b');
    if (of.format === 'uuid') wrong.push('not-a-uuid');
    if (of.format === 'date-time') wrong.push('yesterday');
    if (types.includes('integer')) wrong.push(1.5);
    if (of.minimum !== undefined) wrong.push(of.minimum - 1);
    if (of.maximum !== undefined) wrong.push(of.maximum + 1);
    if (types.includes('array') && this.resolve(of.items)?.type === 'string') wrong.push([7]);
    return wrong;
  }
}
