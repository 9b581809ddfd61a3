// An HTTP client that follows no redirect and shows every header and cookie.
import http from 'node:http';

/** Cookies by host and path; Max-Age=0 deletes. */
export class CookieJar {
  #cookies = [];

  store(url, lines) {
    for (const line of lines) {
      const [pair, ...attributes] = line.split(';').map((part) => part.trim());
      const name = pair.slice(0, pair.indexOf('='));
      const cookie = { name, value: pair.slice(name.length + 1), host: url.host, path: '/', attributes };
      for (const attribute of attributes) {
        const [key, value] = attribute.split('=');
        if (key.toLowerCase() === 'path' && value.startsWith('/')) cookie.path = value;
        if (key.toLowerCase() === 'max-age') cookie.expired = Number(value) <= 0;
      }
      this.#cookies = this.#cookies.filter((old) => !(old.name === name && old.host === cookie.host && old.path === cookie.path));
      if (!cookie.expired) this.#cookies.push(cookie);
    }
  }

  all() {
    return [...this.#cookies];
  }

  get(name) {
    return this.#cookies.find((cookie) => cookie.name === name);
  }

  clear() {
    this.#cookies = [];
  }

  header(url) {
    const covers = (path) => url.pathname === path || url.pathname.startsWith(path.endsWith('/') ? path : `${path}/`);
    return this.#cookies
      .filter((cookie) => cookie.host === url.host && covers(cookie.path))
      .map((cookie) => `${cookie.name}=${cookie.value}`)
      .join('; ');
  }
}

export class Response {
  constructor(response, body) {
    this.status = response.statusCode;
    this.headers = response.headers;
    this.rawHeaders = response.rawHeaders;
    this.body = body;
  }

  get text() {
    return this.body.toString('utf8');
  }

  get json() {
    return JSON.parse(this.text);
  }
}

const UNSAFE_METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'];

export class Client {
  #agent = new http.Agent({ keepAlive: true });

  /** `token`: an API token, used instead of a session's cookies. */
  constructor(base, { token } = {}) {
    this.base = base;
    this.token = token;
    this.cookies = new CookieJar();
  }

  /** The headers that authenticate a request to `url`. */
  credentials(url) {
    const cookies = this.cookies.header(url);
    return { ...(cookies && { Cookie: cookies }), ...(this.token && { Authorization: `Bearer ${this.token}` }) };
  }

  /**
   * `body` (text or bytes) is sent unchanged. `target`: a path or a whole URL. `limit`: milliseconds. `headers` replace the default ones;
   * undefined removes one.
   */
  async request(method, target, { json, form, body, headers = {}, limit = 30_000 } = {}) {
    const url = new URL(target, this.base);
    const sent = this.credentials(url);
    let bytes = body === undefined ? undefined : Buffer.from(body);
    if (json !== undefined) {
      bytes = Buffer.from(JSON.stringify(json));
      sent['Content-Type'] = 'application/json';
    } else if (form !== undefined) {
      bytes = Buffer.from(new URLSearchParams(form).toString());
      sent['Content-Type'] = 'application/x-www-form-urlencoded';
    }
    const isUnsafe = UNSAFE_METHODS.includes(method);
    if (bytes === undefined && isUnsafe) bytes = Buffer.alloc(0);
    if (bytes !== undefined) sent['Content-Length'] = bytes.length;
    if (sent.Cookie && isUnsafe) sent.Origin = url.origin;
    const all = Object.fromEntries(Object.entries({ ...sent, ...headers }).filter(([, value]) => value !== undefined));
    const received = await new Promise((resolve, reject) => {
      const request = http.request(url, { method, agent: this.#agent, headers: all, timeout: limit });
      request.on('timeout', () => request.destroy(new Error(`${method} ${url.pathname}: no response within ${limit} ms`)));
      request.on('error', reject);
      request.on('response', (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => resolve(new Response(response, Buffer.concat(chunks))));
      });
      request.end(bytes);
    });
    this.cookies.store(url, received.headers['set-cookie'] ?? []);
    return received;
  }

  get(target, options) {
    return this.request('GET', target, options);
  }

  post(target, json, options = {}) {
    return this.request('POST', target, { json, ...options });
  }

  patch(target, json, options = {}) {
    return this.request('PATCH', target, { json, ...options });
  }

  delete(target, options) {
    return this.request('DELETE', target, options);
  }

  /** Signs in; the cookies then hold the session. */
  login({ email, password }) {
    return this.post('/api/v1/session', { email, password });
  }

  close() {
    this.#agent.destroy();
  }
}
