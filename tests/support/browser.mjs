// Debian's Chromium on the running product, watched: a page may break no Content-Security-Policy, load nothing from elsewhere and log
// no error.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

// Chromium refuses to run as root with its sandbox; the rest keeps it from looking for hosts that no test has.
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const axe = readFileSync(fileURLToPath(new URL('../../services/console/node_modules/axe-core/axe.min.js', import.meta.url)), 'utf8');
const pictures = process.env.TOCSIN_SCREENSHOTS;

export const launch = () => chromium.launch({ executablePath: process.env.TOCSIN_TEST_CHROMIUM ?? '/usr/bin/chromium', args: flags });

/** A page whose complaints are collected; `origins`: where it may load from. */
export async function watchedPage(browser, origins, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    // Asking whether one is signed in is answered 401 before one is.
    const expected = /status of 401/.test(message.text());
    if (message.type() === 'error' && !expected) complaints.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && !origins.includes(origin)) complaints.push(`foreign request: ${request.url()}`);
  });
  return { page, complaints };
}

export async function signIn(page, base, person, path) {
  await page.goto(`${base}${path}`);
  await page.getByLabel('Email').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`**${path}`);
}

/** axe through the page's own debugger, so that no policy has to be loosened for it. */
export async function assertAccessible(page, where) {
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe });
  const { result } = await session.send('Runtime.evaluate', {
    expression: 'axe.run().then((found) => JSON.stringify(found.violations.map((one) => [one.id, one.nodes.map((node) => node.target)])))',
    awaitPromise: true,
  });
  await session.detach();
  assert.equal(result.value, '[]', `axe on ${where}`);
}

/** Takes a picture where TOCSIN_SCREENSHOTS names a folder for them; `whole` takes what is below the fold too. */
export async function picture(page, name, { whole = false } = {}) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: whole });
}

/** From the next address on the page keeps its longest task in milliseconds and how far its layout shifted: `window.takeMeasures()`. */
export async function measured(page) {
  await page.addInitScript(() => {
    let longest = 0;
    let shift = 0;
    const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
    watch('longtask', ({ duration }) => {
      longest = Math.max(longest, duration);
    });
    watch('layout-shift', ({ value, hadRecentInput }) => {
      if (!hadRecentInput) shift += value;
    });
    window.takeMeasures = () => {
      const taken = { longest: Math.round(longest), shift: Math.round(shift * 1000) / 1000 };
      longest = 0;
      shift = 0;
      return taken;
    };
  });
}
