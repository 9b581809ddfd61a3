// A client of the event stream of an organization.
import http from 'node:http';

const parseEvent = (block) =>
  Object.fromEntries(block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]));

export class EventStream {
  /** Each event with its fields and, in `at`, the time of its arrival in milliseconds. */
  events = [];
  /** Whether the server has ended the stream. */
  ended = false;
  #request;
  #resolveEnd;
  /** Resolves when the server ends the stream. */
  end = new Promise((resolve) => { this.#resolveEnd = resolve; });

  /** Resolves when the stream is live, or refused. `client` authenticates; `base`: the URL of another process. */
  static open(client, org, { base = client.base, headers = {} } = {}) {
    const stream = new EventStream();
    const url = new URL(`${org.path}/events`, base);
    const all = { Accept: 'text/event-stream', ...client.credentials(url), ...headers };
    return new Promise((resolve, reject) => {
      stream.#request = http.get(url, { headers: all, agent: false }, (response) => {
        stream.#receive(response);
        if (response.statusCode === 200) response.once('data', () => resolve(stream));
        else resolve(stream);
      });
      stream.#request.on('error', reject);
    });
  }

  #receive(response) {
    this.status = response.statusCode;
    this.headers = response.headers;
    let buffered = '';
    response.setEncoding('utf8').on('data', (chunk) => {
      buffered += chunk;
      for (let end = buffered.indexOf('\n\n'); end >= 0; end = buffered.indexOf('\n\n')) {
        const event = parseEvent(buffered.slice(0, end));
        if (event.event) this.events.push({ ...event, at: Date.now() });
        buffered = buffered.slice(end + 2);
      }
    });
    response.on('error', () => {});
    response.on('close', () => {
      this.ended = true;
      this.#resolveEnd();
    });
  }

  /** The kinds of the events so far. */
  get kinds() {
    return this.events.map((event) => event.event);
  }

  close() {
    this.#request.destroy();
  }
}
