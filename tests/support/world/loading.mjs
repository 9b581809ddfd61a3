// Measures how long it takes until Acknowledge can be pressed, on a phone with a throttled network: with an empty cache, and again with
// a full one. Prints a table; fails if a median is above its limit. The networks are those of Chrome's developer tools.
import { devices } from 'playwright-core';
import { launch, measurePage } from '../browser.mjs';
import { startWorld } from './world.mjs';

const RUNS = Number(process.argv[2] ?? 5);
const KILOBIT = 1024 / 8;
// The rate in bytes per second, the latency in milliseconds.
const networks = [
  { name: 'fast 4G', downloadThroughput: 8_100 * KILOBIT, uploadThroughput: 1_350 * KILOBIT, latency: 165, limits: { cold: 2_000, warm: 500 } },
  { name: 'slow 4G', downloadThroughput: 1_440 * KILOBIT, uploadThroughput: 675 * KILOBIT, latency: 562.5, limits: { cold: 4_000 } },
];

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function throttle(page, { downloadThroughput, uploadThroughput, latency }) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', { offline: false, downloadThroughput, uploadThroughput, latency });
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
  return () => {
    const loaded = bytes;
    bytes = 0;
    return loaded;
  };
}

/** Milliseconds from the navigation until the button can be pressed. */
async function timeUntilReady(page, navigate) {
  const start = performance.now();
  await navigate();
  await page.getByRole('button', { name: 'Acknowledge' }).and(page.locator(':enabled')).waitFor();
  return performance.now() - start;
}

async function measure(browser, tocsin, storageState, network) {
  const context = await browser.newContext({ ...devices['Pixel 5'], storageState });
  const page = await context.newPage();
  await measurePage(page);
  const takeBytes = await throttle(page, network);
  const cold = await timeUntilReady(page, () => page.goto(`${tocsin.url}/o/acme/incidents/700`, { waitUntil: 'commit' }));
  const bytes = takeBytes();
  // What is loaded in advance fills the cache.
  await page.waitForTimeout(4_000);
  const { shift } = await page.evaluate(() => window.takeMeasurements());
  const warm = await timeUntilReady(page, () => page.reload({ waitUntil: 'commit' }));
  await context.close();
  return { cold, warm, shift, kilobytes: bytes / 1024 };
}

async function signedInState(browser, tocsin) {
  const context = await browser.newContext();
  const { email, password } = tocsin.org.people.responder;
  await context.request.post(`${tocsin.url}/api/v1/session`, { data: { email, password } });
  const state = await context.storageState();
  await context.close();
  return state;
}

const tocsin = await startWorld();
const browser = await launch();
let failures = 0;
try {
  const state = await signedInState(browser, tocsin);
  process.stdout.write(`Acknowledge can be pressed after (median of ${RUNS}):\n`);
  for (const network of networks) {
    const runs = [];
    for (let n = 0; n < RUNS; n += 1) runs.push(await measure(browser, tocsin, state, network));
    const of = (name) => median(runs.map((run) => run[name]));
    for (const [kind, limit] of Object.entries(network.limits)) if (of(kind) > limit) failures += 1;
    process.stdout.write(`  ${network.name}: cold ${Math.round(of('cold'))} ms (limit ${network.limits.cold}), warm ${Math.round(of('warm'))} ms` +
      ` (limit ${network.limits.warm ?? 'none'}), ${Math.round(of('kilobytes'))} KiB, layout shift ${of('shift')}\n`);
  }
} finally {
  await browser.close();
  await tocsin.stop();
}
process.exitCode = failures === 0 ? 0 : 1;
