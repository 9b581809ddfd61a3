// The steps of deploy/try --check: connect Sentry and map a project like a user of the console, cause events in the sandbox, and wait
// for the incidents. Uses only HTTP. Prints the results; exit status 0 if everything worked.
const { TRY_URL: tocsin, TRY_SANDBOX_URL: sandbox, TRY_EMAIL: email, TRY_PASSWORD: password } = process.env;
const org = `${tocsin}/api/v1/orgs/demo`;
const cookies = new Map();

function keepCookies(response) {
  for (const line of response.headers.getSetCookie()) {
    const [pair, ...attributes] = line.split(';').map((part) => part.trim());
    const [name] = pair.split('=', 1);
    if (attributes.some((attribute) => /^max-age=(0|-\d+)$/i.test(attribute))) cookies.delete(name);
    else cookies.set(name, pair);
  }
}

/** Sends one request and follows no redirect; throws unless the status is the expected one. */
async function send(method, url, expected, { json, form } = {}) {
  const own = url.startsWith(`${tocsin}/`);
  const headers = { Accept: 'application/json, text/html' };
  if (own && cookies.size > 0) headers.Cookie = [...cookies.values()].join('; ');
  if (own && method !== 'GET') headers.Origin = tocsin;
  let body;
  if (json !== undefined) {
    headers['Content-Type'] = 'application/json';
    body = JSON.stringify(json);
  } else if (form !== undefined) {
    body = new URLSearchParams(form);
  }
  const response = await fetch(url, { method, headers, body, redirect: 'manual', signal: AbortSignal.timeout(30_000) });
  if (own) keepCookies(response);
  const text = await response.text();
  if (response.status !== expected) {
    throw new Error(`${method} ${new URL(url).pathname}: ${response.status} instead of ${expected}\n${text.slice(0, 500)}`);
  }
  return { headers: response.headers, text, json: () => JSON.parse(text) };
}

const get = async (url) => (await send('GET', url, 200)).json();

/** Calls `read` until its result is accepted. */
async function wait(what, read, isAccepted) {
  const end = Date.now() + 30_000;
  for (;;) {
    const result = await read();
    if (isAccepted(result)) return result;
    if (Date.now() > end) throw new Error(`${what} did not happen within 30 s; last result:\n${JSON.stringify(result, null, 2)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function connect() {
  await send('POST', `${tocsin}/api/v1/session`, 200, { json: { email, password } });
  const { integration, authorize_url } = (await send('POST', `${org}/integrations`, 201, { json: { mode: 'public' } })).json();
  const consent = await send('GET', authorize_url, 200);
  const choice = /name="organization" value="([^"]+)"/.exec(consent.text);
  if (!choice) throw new Error("the sandbox's consent page offers no organization");
  const installed = await send('POST', authorize_url, 302, { form: { organization: choice[1], action: 'install' } });
  await send('GET', installed.headers.get('location'), 303);
  const connected = await wait(
    'connecting',
    () => get(`${org}/integrations/${integration.id}`),
    ({ status }) => status === 'connected',
  );
  console.log(`connected organization ${connected.sentry_org.name} (${connected.sentry_org.slug})`);
  return connected;
}

async function map(integration) {
  const service = (await send('POST', `${org}/services`, 201, { json: { slug: 'checkout', name: 'Checkout' } })).json();
  const { items } = await get(`${org}/integrations/${integration.id}/projects`);
  const [project] = items;
  await send('POST', `${org}/integrations/${integration.id}/mappings`, 201, {
    json: { sentry_project: project.slug, service_id: service.id },
  });
  console.log(`mapped project ${project.slug} to service ${service.slug}`);
  return project;
}

async function incidents(integration, project) {
  const control = `${sandbox}/control`;
  const { issue } = (
    await send('POST', `${control}/organizations/${integration.sentry_org.slug}/issues`, 201, { json: { project: project.slug } })
  ).json();
  const list = await wait('an incident', () => get(`${org}/incidents`), ({ items }) => items.length > 0);
  const { number } = list.items[0];
  const readIncident = async () => ({
    ...(await get(`${org}/incidents/${number}`)),
    entries: (await get(`${org}/incidents/${number}/timeline`)).items.length,
  });
  const opened = await readIncident();
  if (opened.status !== 'open') throw new Error(`incident #${number} is ${opened.status}`);
  console.log(`incident #${number} opened: ${opened.title} (${opened.severity}, service ${opened.service.slug})`);

  await send('POST', `${control}/issues/${issue.id}/events`, 200, { json: {} });
  const isUpdated = ({ occurrences, entries }) => occurrences > opened.occurrences || entries > opened.entries;
  const updated = await wait(`an update of incident #${number}`, readIncident, isUpdated);
  console.log(`incident #${number} updated: ${updated.occurrences} occurrences, ${updated.entries} entries in its timeline`);

  await send('POST', `${control}/issues/${issue.id}/resolve`, 200, { json: {} });
  const resolved = await wait(`the end of incident #${number}`, readIncident, ({ status }) => status === 'resolved');
  console.log(`incident #${number} resolved by ${resolved.resolution}`);
}

try {
  const integration = await connect();
  const project = await map(integration);
  await incidents(integration, project);
} catch (error) {
  console.error(`failed: ${error.message}${error.cause ? ` (${error.cause.message ?? error.cause})` : ''}`);
  process.exitCode = 1;
}
