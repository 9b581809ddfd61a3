// Serves the built console with mock data, under the Content-Security-Policy of the gateway.
// To view the console without a gateway: node dev/mock_server.mjs [port]
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { createWorld } from "./mock_world.mjs";

const files = join(dirname(fileURLToPath(import.meta.url)), "../../../build/console");
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

const policy = (nonce) =>
  `default-src 'none'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; font-src 'self'; ` +
  "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

async function sendFile(path, response) {
  const asset = path.startsWith("/assets/");
  const name = asset ? normalize(path).replace(/^(\.\.[/\\])+/, "") : "index.html";
  let content = await readFile(join(files, name));
  const nonce = randomBytes(16).toString("base64");
  if (!asset) content = content.toString().replaceAll("__CSP_NONCE__", nonce);
  response.writeHead(200, {
    "content-type": types[extname(name)] ?? "application/octet-stream",
    "cache-control": asset ? "public, max-age=31536000, immutable" : "no-store",
    "x-content-type-options": "nosniff",
    ...(asset ? {} : { "content-security-policy": policy(nonce) }),
  });
  response.end(content);
}

async function readJson(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  const text = Buffer.concat(parts).toString();
  return text === "" ? {} : JSON.parse(text);
}

/** Event streams. `world.send` sends an event to all of them; `world.loseStreams` closes and refuses them. */
function streams(world) {
  const open = new Set();
  world.send = (kind, data) => {
    for (const stream of open) stream.write(`event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  world.loseStreams = () => {
    world.refusesStreams = true;
    for (const stream of open) stream.destroy();
  };
  return (response) => {
    if (world.refusesStreams) return response.writeHead(503).end();
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(": open\n\n");
    open.add(response);
    return response.on("close", () => open.delete(response));
  };
}

/** Starts the server; port 0 selects a free port. */
export async function serve(port = 0) {
  const world = createWorld();
  const openStream = streams(world);
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    try {
      if (!url.pathname.startsWith("/api/")) return await sendFile(url.pathname, response);
      if (url.pathname.endsWith("/events")) return openStream(response);
      const { status, body } = world.answer(request.method, url, await readJson(request));
      const kind = status >= 400 ? "application/problem+json" : "application/json";
      response.writeHead(status, body === undefined ? {} : { "content-type": kind });
      return response.end(body === undefined ? undefined : JSON.stringify(body));
    } catch (error) {
      response.writeHead(404);
      return response.end(String(error));
    }
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return { world, server, origin: `http://127.0.0.1:${server.address().port}` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { origin } = await serve(Number(process.argv[2] ?? 4173));
  process.stdout.write(`${origin}, sign in with any email and password\n`);
}
