// Takes screenshots of all pages into build/screenshots, and reports violations found by axe and of the policy.
// node dev/screenshots.mjs [name...]
import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { serve } from "./mock_server.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const out = new URL("../../../build/screenshots/", import.meta.url).pathname;
await mkdir(out, { recursive: true });

const id = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** Waits for the opening animation of a dialog. */
const dialogOpened = (page) =>
  page
    .locator('[role="dialog"]')
    .evaluate((dialog) =>
      Promise.all(dialog.getAnimations({ subtree: true }).map((animation) => animation.finished)),
    );

const other_organization =
  "connect_error=other_organization&expected=Example+Shop&found=Example+Labs+%3Cb%3E";
const screens = {
  login: { path: "/login?next=%2Fo%2Fexample%2Fincidents", signedOut: true },
  incidents: { path: "/o/example/incidents?status=all" },
  news: {
    path: "/o/example/incidents",
    async act(page, world) {
      const [first] = world.incidents;
      world.incidents = [{ ...first, number: 1043 }, ...world.incidents.map((incident) => ({ ...incident }))];
      world.incidents[2].status = "resolved";
      await page.getByText("Live", { exact: true }).waitFor();
      world.send("incident", { number: 1043, version: 1 });
      await page.getByRole("button", { name: /new incident/ }).waitFor();
    },
  },
  incident: { path: "/o/example/incidents/1042" },
  selected: {
    path: "/o/example/incidents",
    async act(page) {
      await page.keyboard.press("j");
      await page.keyboard.press("x");
      await page.keyboard.press("j");
      await page.keyboard.press("x");
      await page.getByText("2 selected").waitFor();
    },
  },
  undo: {
    path: "/o/example/incidents",
    async act(page) {
      for (const key of ["j", "j", "r"]) await page.keyboard.press(key);
      await page.getByRole("button", { name: /^Undo/ }).waitFor();
    },
  },
  keys: {
    path: "/o/example/incidents",
    async act(page) {
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
      await dialogOpened(page);
    },
  },
  alerts: {
    path: "/o/example/incidents",
    async act(page) {
      await page.getByRole("button", { name: /^Alerts/ }).click();
      await page.getByText(/does not replace a pager/).waitFor();
    },
  },
  palette: {
    path: "/o/example/incidents/1042",
    async act(page) {
      await page.keyboard.press("Control+k");
      await page.getByRole("combobox", { name: "Search incidents and commands" }).fill("go");
      await dialogOpened(page);
    },
  },
  stream_lost: {
    path: "/o/example/incidents",
    async act(page, world) {
      await page.getByText("Live", { exact: true }).waitFor();
      world.loseStreams();
      await page.getByText(/Connection lost/).waitFor();
    },
  },
  incident_refused: {
    path: "/o/example/incidents/1041",
    async act(page) {
      const refusal = {
        title: "Not possible now",
        status: 409,
        code: "illegal_transition",
        detail: "The incident is resolved; reopen it first.",
      };
      await page.route("**/acknowledge", (route) =>
        route.fulfill({
          status: 409,
          contentType: "application/problem+json",
          body: JSON.stringify(refusal),
        }),
      );
      await page.getByRole("button", { name: "Acknowledge" }).click();
      await page.getByRole("alert").waitFor();
    },
  },
  incidents_empty: { path: "/o/example/incidents", empty: true },
  incidents_failing: {
    path: "/o/example/incidents",
    failing: true,
    act: (page) => page.getByRole("button", { name: "Try again" }).waitFor(),
  },
  services: { path: "/o/example/services" },
  service_archive: {
    path: "/o/example/services",
    async act(page) {
      await page.getByRole("button", { name: "Archive Checkout" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Archive" }).click();
      await page.getByRole("alert").waitFor();
      await dialogOpened(page);
    },
  },
  integrations: { path: "/o/example/integrations?connect_error=already_claimed" },
  integrations_empty: { path: "/o/example/integrations", empty: true },
  integration: {
    path: `/o/example/integrations/${id(1)}?connected=1`,
    async act(page) {
      await page.getByRole("checkbox", { name: "Select mobile-android" }).check();
      await page.getByRole("checkbox", { name: "Select mobile-ios" }).check();
      await page
        .getByRole("combobox", { name: "Service for the selected projects" })
        .selectOption({ label: "Accounts" });
      await page.getByRole("button", { name: "Map 2 projects" }).waitFor();
    },
  },
  integration_degraded: { path: `/o/example/integrations/${id(2)}` },
  integration_repaired: {
    path: `/o/example/integrations/${id(2)}`,
    async act(page) {
      await page.getByRole("button", { name: "Reconnect" }).click();
      await page.getByText("Reconnected without a new installation").waitFor();
    },
  },
  integration_tested: {
    path: `/o/example/integrations/${id(1)}`,
    async act(page) {
      await page.getByRole("button", { name: "Test" }).click();
      await page.getByRole("list", { name: "Checks" }).waitFor();
    },
  },
  integration_disconnect: {
    path: `/o/example/integrations/${id(1)}`,
    async act(page) {
      await page.getByRole("button", { name: "Disconnect" }).click();
      await page.getByRole("dialog").getByRole("textbox").fill("example-shop");
      await dialogOpened(page);
    },
  },
  integration_disconnected: {
    path: `/o/example/integrations/${id(1)}`,
    async act(page) {
      await page.getByRole("button", { name: "Disconnect" }).click();
      await page.getByRole("dialog").getByRole("textbox").fill("example-shop");
      await page.getByRole("dialog").getByRole("button", { name: "Disconnect" }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
      await page.getByText(/The tokens were deleted/).waitFor();
    },
  },
  integration_other_organization: { path: `/o/example/integrations/${id(1)}?${other_organization}` },
  integration_reconnect_anyway: {
    path: `/o/example/integrations/${id(1)}?${other_organization}`,
    async act(page) {
      await page.getByRole("button", { name: /anyway/ }).click();
      await page.getByRole("dialog").waitFor();
      await dialogOpened(page);
    },
  },
  integration_oauth: { path: `/o/example/integrations/${id(4)}?connected=1` },
  integration_choose: {
    path: `/o/example/integrations/${id(5)}`,
    act: (page) => page.getByRole("radio", { name: /Logistics/ }).check(),
  },
  integration_confirm: { path: `/o/example/integrations/${id(6)}` },
  integration_internal: { path: `/o/example/integrations/${id(7)}?connected=1` },
  integration_secret: {
    path: `/o/example/integrations/${id(4)}`,
    async act(page) {
      await page.getByLabel("Client secret").fill("short");
      await page.getByRole("button", { name: "Save secret" }).click();
      await page.getByText("must have at least 16 characters").waitFor();
    },
  },
  connect: { path: "/o/example/integrations/connect" },
  connect_oauth: { path: "/o/example/integrations/connect?mode=oauth" },
  connect_internal: {
    path: "/o/example/integrations/connect?mode=internal",
    async act(page) {
      await page.getByLabel("Sentry organization").fill("example-devices");
      await page.getByLabel("Token").fill("wrong");
      await page.getByLabel("Client secret").fill("not-a-real-secret");
      await page.getByRole("button", { name: "Verify and connect" }).click();
      await page.getByText(/the token is not valid/).waitFor();
    },
  },
  connect_failed: { path: "/o/example/integrations?connect_error=invalid_scope" },
  setup: { path: "/o/example/integrations/setup" },
  setup_oauth: { path: "/o/example/integrations/setup?mode=oauth" },
  setup_internal: { path: "/o/example/integrations/setup?mode=internal" },
  mapping: {
    path: `/o/example/integrations/${id(1)}`,
    async act(page) {
      // A row far from the viewport has no menu yet.
      await page.getByRole("combobox", { name: "Service for checkout-web" }).scrollIntoViewIfNeeded();
      await page.getByRole("button", { name: "More actions for checkout-web" }).click();
      await page.getByRole("menuitem", { name: "Conditions…" }).click();
      await page.getByRole("dialog").waitFor();
    },
  },
  unmapped: { path: "/o/example/integrations/unmapped" },
  deliveries: { path: "/o/example/deliveries" },
  delivery: { path: `/o/example/deliveries/${id(500)}` },
  delivery_dry_run: {
    path: `/o/example/deliveries/${id(500)}`,
    async act(page) {
      await page.getByRole("button", { name: "Dry run" }).click();
      await page.getByRole("button", { name: "Replay…" }).click();
      await page.getByRole("dialog").waitFor();
      await dialogOpened(page);
    },
  },
  trends: { path: "/o/example/incidents/summary" },
  people: { path: "/o/example/people" },
  invited: {
    path: "/o/example/people",
    async act(page) {
      await page.getByRole("button", { name: "Invite" }).click();
      await page.getByRole("textbox", { name: "Email" }).fill("new@example.com");
      await page.getByRole("button", { name: "Create invite link" }).click();
      await page.getByRole("button", { name: "Copy the link" }).waitFor();
      await dialogOpened(page);
    },
  },
  tokens: { path: "/o/example/people/tokens" },
  audit: { path: "/o/example/people/audit" },
  account: { path: "/o/example/account" },
  invitation: { path: "/invitation#fake", signedOut: true },
  password_reset: { path: "/password-reset#fake", signedOut: true },
  organization_not_found: { path: "/o/nowhere/incidents" },
};

const variants = {
  light: { colorScheme: "light", viewport: { width: 1280, height: 800 } },
  dark: { colorScheme: "dark", viewport: { width: 1280, height: 800 } },
  phone: { colorScheme: "light", viewport: { width: 390, height: 844 } },
  narrow: { colorScheme: "dark", viewport: { width: 320, height: 640 } },
};

const names = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
  ],
});
let findings = 0;
const report = (where, finding) => {
  findings += 1;
  process.stdout.write(`${where}: ${finding}\n`);
};

for (const [name, screen] of Object.entries(screens)) {
  if (names.length > 0 && !names.includes(name)) continue;
  for (const [variant, options] of Object.entries(variants)) {
    const { world, server, origin } = await serve();
    if (!screen.signedOut) world.signedIn = true;
    world.isEmpty = screen.empty ?? false;
    world.isFailing = screen.failing ?? false;
    const context = await browser.newContext({ ...options, reducedMotion: "reduce" });
    const page = await context.newPage();
    const where = `${name} ${variant}`;
    page.on("console", (message) => {
      const text = message.text();
      if (
        message.type() === "error" &&
        !/status of (400|401|404|409|422|503)|ERR_INCOMPLETE_CHUNKED_ENCODING|text\/event-stream/.test(text)
      )
        report(where, text);
    });
    page.on("pageerror", (error) => report(where, error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(origin) && !request.url().startsWith("data:"))
        report(where, request.url());
    });
    await page.goto(origin + screen.path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    // Because of the event stream, the network is never idle.
    await page
      .getByRole("status", { name: /^Loading/ })
      .first()
      .waitFor({ state: "detached" });
    await screen.act?.(page, world);
    // Fixed elements are drawn at the scroll position.
    await page.evaluate(() => window.scrollTo(0, 0));
    await page.screenshot({ path: `${out}${name}.${variant}.png`, fullPage: true });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > options.viewport.width) report(where, `${width} px wide`);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => window.axe.run(document));
    for (const { id: rule, nodes } of violations)
      report(
        where,
        `${rule}: ${nodes.map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ""}`).join(" | ")}`,
      );
    await context.close();
    server.close();
    server.closeAllConnections();
  }
}
await browser.close();
process.stdout.write(`${findings} findings\n`);
process.exitCode = findings === 0 ? 0 : 1;
