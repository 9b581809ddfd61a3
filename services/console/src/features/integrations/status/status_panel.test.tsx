import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import type { Schemas } from "../../../api/client";
import * as urls from "../../../api/urls";
import { emptyServer, expectAccessible, list, open, problem } from "../../../test/console";
import {
  integration_page,
  integration_url,
  type ServedIntegration,
  serveIntegration,
} from "../../../test/integration_page";
import { integration } from "../../../test/samples";
import { server } from "../../../test/setup";

const install = "https://sentry.example.com/sentry-apps/tocsin/external-install/";

const disconnected = () =>
  integration({
    status: "disconnected",
    status_reason: "disconnected_by_admin",
    remedy: "An admin disconnected it. Connect it again to use it.",
    credential: null,
  });

const degraded = () =>
  integration({ status: "degraded", status_reason: "refresh_failing", remedy: "Nothing to do yet." });

let served: ServedIntegration;

beforeEach(() => {
  served = serveIntegration();
});

/** Serves reconnects; returns the bodies that were sent. */
function serveReconnect(authorize_url: string | null, after = integration()) {
  const sent: unknown[] = [];
  server.use(
    http.post(`${integration_url}/reconnect`, async ({ request }) => {
      sent.push(await request.json());
      served.current = after;
      return HttpResponse.json({ integration: after, authorize_url });
    }),
  );
  return sent;
}

const button = (name: string) => screen.queryByRole("button", { name });

test("reconnecting continues at Sentry if the server returns a URL", async () => {
  const leaveTo = vi.spyOn(urls, "leaveTo").mockImplementation(() => {});
  const sent = serveReconnect(install);
  const { user } = open(integration_page);
  await user.click(await screen.findByRole("button", { name: "Reconnect" }));
  await waitFor(() => expect(leaveTo).toHaveBeenCalledExactlyOnceWith(install));
  expect(sent).toEqual([{}]);
  expect(screen.queryByText(/Reconnected/)).toBeNull();
});

test("a disconnected integration is reconnected next to its remedy", async () => {
  const leaveTo = vi.spyOn(urls, "leaveTo").mockImplementation(() => {});
  served.current = disconnected();
  serveReconnect(null);
  const { user } = open(integration_page);
  const remedy = (await screen.findByText(/Connect it again/)).closest("[role=status]");
  if (!(remedy instanceof HTMLElement)) throw new Error("the remedy is not in a notice");
  expect(button("Refresh now")).toBeNull();
  expect(button("Disconnect")).toBeNull();
  await user.click(within(remedy).getByRole("button", { name: "Reconnect" }));
  await screen.findByText("Reconnected without a new installation");
  expect(leaveTo).not.toHaveBeenCalled();
  await screen.findByText("Connected");
  expect(screen.queryByText("What to do")).toBeNull();
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Dismiss" }));
  expect(screen.queryByText(/Reconnected/)).toBeNull();
});

test("a degraded integration offers all actions, each once", async () => {
  served.current = degraded();
  open(integration_page);
  await screen.findByText("Nothing to do yet.");
  for (const name of ["Reconnect", "Refresh now", "Test", "Disconnect"])
    expect(screen.getAllByRole("button", { name })).toHaveLength(1);
});

test("an integration that is still being connected offers no actions", async () => {
  served.current = integration({
    status: "pending",
    status_reason: "awaiting_install",
    sentry_org: null,
    credential: null,
  });
  open(integration_page);
  await screen.findByText(/Waiting for installation/);
  for (const name of ["Reconnect", "Refresh now", "Test", "Disconnect"]) expect(button(name)).toBeNull();
});

test("members without the admin role see the remedy and no actions", async () => {
  emptyServer("responder");
  server.use(
    http.get(integration_url, () => HttpResponse.json(degraded())),
    http.get(`${integration_url}/:part`, () => list([])),
  );
  open(`${integration_page}?connect_error=other_organization&expected=Shop&found=Labs`);
  await screen.findByText("Nothing to do yet.");
  await screen.findByText("Labs");
  for (const name of ["Reconnect", "Refresh now", "Test", "Disconnect", "Reconnect to Labs anyway"])
    expect(button(name)).toBeNull();
});

test("a refused reconnect and an invalid URL from the server are shown", async () => {
  const leaveTo = vi.spyOn(urls, "leaveTo").mockImplementation(() => {});
  server.use(
    http.post(`${integration_url}/reconnect`, () => problem(503, "unavailable", "Sentry does not answer.")),
  );
  const { user } = open(integration_page);
  await user.click(await screen.findByRole("button", { name: "Reconnect" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Sentry does not answer.");
  serveReconnect("javascript:alert(1)");
  await user.click(screen.getByRole("button", { name: "Reconnect" }));
  await screen.findByText("Cannot reach Sentry");
  expect(leaveTo).not.toHaveBeenCalled();
});

test("the test shows five checks with their details", async () => {
  const checks: Schemas["IntegrationChecks"]["checks"] = [
    { name: "token", outcome: "passed", detail: "Sentry accepts it." },
    { name: "scopes", outcome: "warning", detail: "team:read is missing" },
    { name: "organization", outcome: "passed", detail: "The token is for Example Shop." },
    { name: "webhooks", outcome: "failed", detail: "Not confirmed yet." },
    { name: "mappings", outcome: "warning", detail: "<b>No project</b> is mapped." },
  ];
  server.use(http.post(`${integration_url}/test`, () => HttpResponse.json({ checks })));
  const { user } = open(integration_page);
  await user.click(await screen.findByRole("button", { name: "Test" }));
  await screen.findByText("Test: 2 passed, 2 warnings, 1 failed.");
  const items = within(screen.getByRole("list", { name: "Checks" })).getAllByRole("listitem");
  expect(items.map(({ textContent }) => textContent)).toEqual([
    "PassedTokenSentry accepts it.",
    "WarningScopesteam:read is missing",
    "PassedSentry organizationThe token is for Example Shop.",
    "FailedWebhooksNot confirmed yet.",
    "WarningMappings<b>No project</b> is mapped.",
  ]);
  for (const item of items) expect(item.querySelector("svg")).not.toBeNull();
  await expectAccessible();
});

test("a test that fails shows the error", async () => {
  server.use(http.post(`${integration_url}/test`, () => problem(429, "rate_limited", "Wait a minute.")));
  const { user } = open(integration_page);
  await user.click(await screen.findByRole("button", { name: "Test" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Wait a minute.");
  expect(screen.queryByRole("list", { name: "Checks" })).toBeNull();
});

test("disconnecting requires typing the slug of the organization", async () => {
  let requests = 0;
  server.use(
    http.post(`${integration_url}/disconnect`, () => {
      requests += 1;
      if (requests === 1) return problem(503, "unavailable", "The database does not respond.");
      served.current = disconnected();
      return HttpResponse.json(served.current);
    }),
  );
  const { user } = open(integration_page);
  await user.click(await screen.findByRole("button", { name: "Disconnect" }));
  const dialog = await screen.findByRole("dialog");
  expect(dialog.textContent).toMatch(/tokens are deleted immediately/);
  expect(dialog.textContent).toMatch(/Mappings are paused/);
  expect(dialog.textContent).toMatch(/History\s+is kept/);
  await expectAccessible();
  const confirm = within(dialog).getByRole<HTMLButtonElement>("button", { name: "Disconnect" });
  const slug = within(dialog).getByRole("textbox", { name: "Type example-shop to confirm" });
  expect(confirm.disabled).toBe(true);
  await user.type(slug, "example-shoe{Enter}");
  expect(confirm.disabled).toBe(true);
  expect(requests).toBe(0);
  await user.clear(slug);
  await user.type(slug, "example-shop");
  await user.click(confirm);
  expect((await within(dialog).findByRole("alert")).textContent).toContain("database does not respond");
  await user.click(confirm);
  await screen.findByText(/Disconnected\. The tokens were deleted/);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(button("Refresh now")).toBeNull();
  expect(button("Disconnect")).toBeNull();
  expect(button("Reconnect")).not.toBeNull();
});

test("another organization is named as text, and reconnecting to it requires a confirmation", async () => {
  const leaveTo = vi.spyOn(urls, "leaveTo").mockImplementation(() => {});
  const sent = serveReconnect(install);
  const { user } = open(
    `${integration_page}?connect_error=other_organization&expected=Example+Shop&found=%3Cb%3ELabs%3C%2Fb%3E+%26+Co`,
  );
  const banner = await screen.findByRole("alert");
  expect(banner.textContent).toContain("belongs to Example Shop, but <b>Labs</b> & Co was chosen in Sentry");
  expect(banner.textContent).toContain("Nothing was changed");
  expect(banner.querySelector("b, a")).toBeNull();
  await expectAccessible();
  const anyway = within(banner).getByRole("button", { name: "Reconnect to <b>Labs</b> & Co anyway" });

  await user.click(anyway);
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(sent).toEqual([]);

  await user.click(anyway);
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Reconnect" }));
  await waitFor(() => expect(leaveTo).toHaveBeenCalledExactlyOnceWith(install));
  expect(sent).toEqual([{ allow_other_organization: true }]);
});

test("closing the notice about the other organization clears the address", async () => {
  const { user, history } = open(
    `${integration_page}?connect_error=other_organization&expected=Shop&found=Labs`,
  );
  await screen.findByText("Different Sentry organization");
  await user.click(screen.getByRole("button", { name: "Dismiss" }));
  await waitFor(() => expect(history.location.search).toBe(""));
  expect(screen.queryByText("Different Sentry organization")).toBeNull();
});

test("missing scopes show what does not work, and the remedy", async () => {
  served.current = integration({
    mode: "oauth",
    missing_scopes: [{ scope: "event:read", without: "issues cannot be read" }],
  });
  open(integration_page);
  await screen.findByText("issues cannot be read");
  expect(screen.getByText(/Press Reconnect and authorize again/)).toBeTruthy();
  expect(screen.getByText(/but some scopes are missing/)).toBeTruthy();
  await expectAccessible();
});

test("the page shows the remedy and the refresh attempts", async () => {
  server.use(
    http.get(integration_url, () =>
      HttpResponse.json(
        integration({
          status: "degraded",
          status_reason: "refresh_failing",
          remedy: "Nothing to do. Tocsin retries automatically.",
        }),
      ),
    ),
    http.get(`${integration_url}/attempts`, () =>
      list([
        {
          id: "1",
          started_at: "2026-01-02T03:00:00Z",
          finished_at: "2026-01-02T03:00:00.250Z",
          trigger: "schedule",
          outcome: "failed",
          http_status: 503,
          detail: "Sentry responded with 503",
          next_at: null,
        },
      ]),
    ),
    http.post(`${integration_url}/refresh`, () => HttpResponse.json(integration())),
  );
  const { user } = open(integration_page);
  await screen.findByText("Nothing to do. Tocsin retries automatically.");
  const attempts = await screen.findByRole("list", { name: /Refresh attempts/ });
  expect(attempts.textContent).toContain("HTTP 503");
  await user.click(screen.getByRole("button", { name: "Refresh now" }));
  await screen.findByText(/The token was refreshed/);
  await expectAccessible();
});
