// Debian's Chromium, with checks on every page: no violation of the Content-Security-Policy, no foreign request, no logged error.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

// Chromium does not run as root with its sandbox. The other flags disable requests to hosts that tests do not have.
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const axe = readFileSync(fileURLToPath(new URL('../../services/console/node_modules/axe-core/axe.min.js', import.meta.url)), 'utf8');
const screenshots = process.env.TOCSIN_SCREENSHOTS;

export const launch = () => chromium.launch({ executablePath: process.env.TOCSIN_TEST_CHROMIUM ?? '/usr/bin/chromium', args: flags });

/** A page, and the list of its problems so far. `origins`: the origins that it may load from. */
export async function watchedPage(browser, origins, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  const problems = [];
  page.on('pageerror', (error) => problems.push(`page error: ${error.message}`));
  page.on('console', (message) => {
    // GET session returns 401 before the sign-in.
    const expected = /status of 401/.test(message.text());
    if (message.type() === 'error' && !expected) problems.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol.startsWith('http') && !origins.includes(origin)) problems.push(`foreign request: ${request.url()}`);
  });
  return { page, problems };
}

export async function signIn(page, base, person, path) {
  await page.goto(`${base}${path}`);
  await page.getByLabel('Email').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`**${path}`);
}

/** Runs axe when all transitions have ended; through the debugger, because the page's policy would not load it. */
export async function assertAccessible(page, where) {
  await page.waitForFunction(() => document.getAnimations().every((animation) =>
    animation.playState !== 'running' || animation.effect?.getComputedTiming().iterations === Infinity));
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: axe });
  const { result } = await session.send('Runtime.evaluate', {
    expression: 'axe.run().then((found) => JSON.stringify(found.violations.map((violation) => [violation.id, violation.nodes.map((node) => node.target)])))',
    awaitPromise: true,
  });
  await session.detach();
  assert.equal(result.value, '[]', `axe on ${where}`);
}

/** Takes a screenshot if TOCSIN_SCREENSHOTS names a folder. */
export async function screenshot(page, name, { fullPage = false } = {}) {
  if (!screenshots) return;
  mkdirSync(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage });
}

/**
 * From the next navigation on, the page measures its longest task in milliseconds and its layout shift.
 * `window.takeMeasurements()` returns and resets them.
 */
export async function measurePage(page) {
  await page.addInitScript(() => {
    let longest = 0;
    let shift = 0;
    const observe = (type, record) => new PerformanceObserver((list) => list.getEntries().forEach(record)).observe({ type, buffered: true });
    observe('longtask', ({ duration }) => {
      longest = Math.max(longest, duration);
    });
    observe('layout-shift', ({ value, hadRecentInput }) => {
      if (!hadRecentInput) shift += value;
    });
    window.takeMeasurements = () => {
      const measurements = { longest: Math.round(longest), shift: Math.round(shift * 1000) / 1000 };
      longest = 0;
      shift = 0;
      return measurements;
    };
  });
}
