// nginx and HAProxy in front of a local server, configured as operators would.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reservePort } from './ports.mjs';

/** For several servers, as docs/operating.md describes. */
const repeatedRequests = `
  option redispatch
  retry-on conn-failure empty-response
  option httpchk
  http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host localhost
  default-server check inter 500ms fall 1 rise 1
`;

const configurations = {
  nginx: (port, servers, folder) => `
daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  upstream tocsin { ${servers.map((to) => `server 127.0.0.1:${to} max_fails=0;`).join(' ')} keepalive 16; }
  proxy_next_upstream error timeout non_idempotent;
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 6m; client_body_buffer_size 6m;
    location / { proxy_pass http://tocsin; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host; }
  }
}
`,
  haproxy: (port, servers) => `
defaults
  mode http
  timeout connect 5s
  timeout client 10s
  timeout server 10s
  http-reuse always
frontend public
  bind 127.0.0.1:${port}
  default_backend tocsin
backend tocsin
${servers.length > 1 ? repeatedRequests : ''}${servers.map((to) => `  server tocsin${to} 127.0.0.1:${to}`).join('\n')}
`,
};
const commands = {
  nginx: (file, folder) => ['/usr/sbin/nginx', ['-p', folder, '-e', `${folder}/error.log`, '-c', file]],
  haproxy: (file) => ['/usr/sbin/haproxy', ['-db', '-f', file]],
};

const isListening = (port) => new Promise((resolve) => {
  const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); }).on('error', () => resolve(false));
});

/** Starts `kind` in front of the ports `servers`. Resolves to its port and a function that stops it. */
export async function startProxy(kind, ...servers) {
  const folder = mkdtempSync(join(process.env.TOCSIN_TEST_TMP ?? tmpdir(), `${kind}-`));
  const port = await reservePort();
  const file = join(folder, 'configuration');
  writeFileSync(file, configurations[kind](port, servers, folder));
  const [program, args] = commands[kind](file, folder);
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { errors += text; });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  while (!(await isListening(port))) if (child.exitCode !== null) throw new Error(`${kind} did not start: ${errors}`);
  return {
    port,
    async stop() {
      const ended = new Promise((resolve) => { child.once('exit', resolve); });
      child.kill('SIGTERM');
      await ended;
      process.off('exit', kill);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
