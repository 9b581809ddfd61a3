// An HTTP client that hides nothing: no redirect is followed, every header and cookie is to be seen.
import http from 'node:http';

/** A browser's cookies, as far as tests need them: by host and path, ending by Max-Age. */
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
        if (key.toLowerCase() === 'max-age') cookie.ended = Number(value) <= 0;
      }
      this.#cookies = this.#cookies.filter((old) => !(old.name === name && old.host === cookie.host && old.path === cookie.path));
      if (!cookie.ended) this.#cookies.push(cookie);
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

export class Answer {
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

const METHODS_THAT_CHANGE = ['POST', 'PUT', 'PATCH', 'DELETE'];

export class Client {
  #agent = new http.Agent({ keepAlive: true });

  /** `token`: an API token, instead of the cookies of a session. */
  constructor(base, { token } = {}) {
    this.base = base;
    this.token = token;
    this.cookies = new CookieJar();
  }

  /** `json` is sent as JSON, `form` as a form, `body` (text or bytes) as it is. `target` may be a path or a whole URL. */
  async request(method, target, { json, form, body, headers = {}, limit = 30_000 } = {}) {
    const url = new URL(target, this.base);
    const sent = {};
    let bytes = body === undefined ? undefined : Buffer.from(body);
    if (json !== undefined) {
      bytes = Buffer.from(JSON.stringify(json));
      sent['Content-Type'] = 'application/json';
    } else if (form !== undefined) {
      bytes = Buffer.from(new URLSearchParams(form).toString());
      sent['Content-Type'] = 'application/x-www-form-urlencoded';
    }
    if (bytes === undefined && METHODS_THAT_CHANGE.includes(method)) bytes = Buffer.alloc(0);
    if (bytes !== undefined) sent['Content-Length'] = bytes.length;
    const cookies = this.cookies.header(url);
    if (cookies) sent.Cookie = cookies;
    if (cookies && METHODS_THAT_CHANGE.includes(method)) sent.Origin = url.origin;
    if (this.token) sent.Authorization = `Bearer ${this.token}`;
    const answer = await new Promise((resolve, reject) => {
      const request = http.request(url, { method, agent: this.#agent, headers: { ...sent, ...headers }, timeout: limit });
      request.on('timeout', () => request.destroy(new Error(`${method} ${url.pathname}: no answer within ${limit} ms`)));
      request.on('error', reject);
      request.on('response', (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => resolve(new Answer(response, Buffer.concat(parts))));
      });
      request.end(bytes);
    });
    this.cookies.store(url, answer.headers['set-cookie'] ?? []);
    return answer;
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

  /** Signs in; the session is in the cookies from then on. */
  login({ email, password }) {
    return this.post('/api/v1/session', { email, password });
  }

  close() {
    this.#agent.destroy();
  }
}
