import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import type { Schemas } from "../../../api/client";
import * as leaving from "../../../api/leave";
import { expectAccessible, list, open, org, problem, quietServer } from "../../../test/console";
import { id, integration } from "../../../test/samples";
import { server } from "../../../test/setup";

const here = `${org}/integrations/${id(1)}`;
const page = `/o/example/integrations/${id(1)}`;
const install = "https://sentry.example.com/sentry-apps/tocsin/external-install/";

const disconnected = () =>
  integration({
    status: "disconnected",
    status_reason: "disconnected_by_admin",
    remedy: "An admin disconnected it. Connect it again when it is wanted.",
    credential: null,
  });

const degraded = () =>
  integration({ status: "degraded", status_reason: "refresh_failing", remedy: "Nothing to do yet." });

let current: Schemas["Integration"];

beforeEach(() => {
  current = integration();
  quietServer();
  server.use(
    http.get(here, () => HttpResponse.json(current)),
    http.get(`${here}/:part`, () => list([])),
  );
});

/** Answers reconnects and tells what was asked. */
function answerReconnect(authorize_url: string | null, after = integration()) {
  const sent: unknown[] = [];
  server.use(
    http.post(`${here}/reconnect`, async ({ request }) => {
      sent.push(await request.json());
      current = after;
      return HttpResponse.json({ integration: after, authorize_url });
    }),
  );
  return sent;
}

const button = (name: string) => screen.queryByRole("button", { name });

test("reconnecting goes on at Sentry where a person is needed", async () => {
  const leave = vi.spyOn(leaving, "leave").mockImplementation(() => {});
  const sent = answerReconnect(install);
  const { user } = open(page);
  await user.click(await screen.findByRole("button", { name: "Reconnect" }));
  await waitFor(() => expect(leave).toHaveBeenCalledExactlyOnceWith(install));
  expect(sent).toEqual([{}]);
  expect(screen.queryByText(/Repaired/)).toBeNull();
});

test("a disconnected integration is repaired from beside its remedy", async () => {
  const leave = vi.spyOn(leaving, "leave").mockImplementation(() => {});
  current = disconnected();
  answerReconnect(null);
  const { user } = open(page);
  const remedy = (await screen.findByText(/Connect it again/)).closest("[role=status]");
  if (!(remedy instanceof HTMLElement)) throw new Error("the remedy is no notice");
  expect(button("Refresh now")).toBeNull();
  expect(button("Disconnect")).toBeNull();
  await user.click(within(remedy).getByRole("button", { name: "Reconnect" }));
  await screen.findByText("Repaired without a new installation");
  expect(leave).not.toHaveBeenCalled();
  await screen.findByText("connected");
  expect(screen.queryByText("What to do")).toBeNull();
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Dismiss" }));
  expect(screen.queryByText(/Repaired/)).toBeNull();
});

test("a degraded integration offers everything, Reconnect once", async () => {
  current = degraded();
  open(page);
  await screen.findByText("Nothing to do yet.");
  for (const name of ["Reconnect", "Refresh now", "Test", "Disconnect"])
    expect(screen.getAllByRole("button", { name })).toHaveLength(1);
});

test("one that is still being connected offers none of it", async () => {
  current = integration({
    status: "pending",
    status_reason: "awaiting_install",
    sentry_org: null,
    credential: null,
  });
  open(page);
  await screen.findByText(/Waiting for the installation/);
  for (const name of ["Reconnect", "Refresh now", "Test", "Disconnect"]) expect(button(name)).toBeNull();
});

test("those who are no admins see the remedy and no buttons", async () => {
  quietServer("responder");
  server.use(
    http.get(here, () => HttpResponse.json(degraded())),
    http.get(`${here}/:part`, () => list([])),
  );
  open(`${page}?connect_error=other_organization&expected=Shop&found=Labs`);
  await screen.findByText("Nothing to do yet.");
  await screen.findByText("Labs");
  for (const name of ["Reconnect", "Refresh now", "Test", "Disconnect", "Reconnect to Labs anyway"])
    expect(button(name)).toBeNull();
});

test("a refused reconnect and an address that is none of the web are told", async () => {
  const leave = vi.spyOn(leaving, "leave").mockImplementation(() => {});
  server.use(http.post(`${here}/reconnect`, () => problem(503, "unavailable", "Sentry does not answer.")));
  const { user } = open(page);
  await user.click(await screen.findByRole("button", { name: "Reconnect" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Sentry does not answer.");
  answerReconnect("javascript:alert(1)");
  await user.click(screen.getByRole("button", { name: "Reconnect" }));
  await screen.findByText("No way to Sentry");
  expect(leave).not.toHaveBeenCalled();
});

test("the test shows five checks in words, with their details", async () => {
  const checks: Schemas["IntegrationChecks"]["checks"] = [
    { name: "token", outcome: "passed", detail: "Sentry takes it." },
    { name: "scopes", outcome: "warning", detail: "team:read is missing" },
    { name: "organization", outcome: "passed", detail: "The token is for Example Shop." },
    { name: "webhooks", outcome: "failed", detail: "Sentry waits to be told." },
    { name: "mappings", outcome: "warning", detail: "<b>No project</b> is mapped." },
  ];
  server.use(http.post(`${here}/test`, () => HttpResponse.json({ checks })));
  const { user } = open(page);
  await user.click(await screen.findByRole("button", { name: "Test" }));
  await screen.findByText("Test: 2 passed, 2 warnings, 1 failed.");
  const items = within(screen.getByRole("list", { name: "Checks" })).getAllByRole("listitem");
  expect(items.map(({ textContent }) => textContent)).toEqual([
    "passedTokenSentry takes it.",
    "warningScopesteam:read is missing",
    "passedSentry organizationThe token is for Example Shop.",
    "failedWebhooksSentry waits to be told.",
    "warningMappings<b>No project</b> is mapped.",
  ]);
  for (const item of items) expect(item.querySelector("svg")).not.toBeNull();
  await expectAccessible();
});

test("a test that could not be made says so", async () => {
  server.use(http.post(`${here}/test`, () => problem(429, "rate_limited", "Wait a minute.")));
  const { user } = open(page);
  await user.click(await screen.findByRole("button", { name: "Test" }));
  expect((await screen.findByRole("alert")).textContent).toContain("Wait a minute.");
  expect(screen.queryByRole("list", { name: "Checks" })).toBeNull();
});

test("disconnecting takes the organization's slug", async () => {
  let asked = 0;
  server.use(
    http.post(`${here}/disconnect`, () => {
      asked += 1;
      if (asked === 1) return problem(503, "unavailable", "The database does not answer.");
      current = disconnected();
      return HttpResponse.json(current);
    }),
  );
  const { user } = open(page);
  await user.click(await screen.findByRole("button", { name: "Disconnect" }));
  const dialog = await screen.findByRole("dialog");
  expect(dialog.textContent).toMatch(/tokens are deleted at once/);
  expect(dialog.textContent).toMatch(/Mappings are paused/);
  expect(dialog.textContent).toMatch(/History stays/);
  await expectAccessible();
  const confirm = within(dialog).getByRole<HTMLButtonElement>("button", { name: "Disconnect" });
  const slug = within(dialog).getByRole("textbox", { name: "Type example-shop to confirm" });
  expect(confirm.disabled).toBe(true);
  await user.type(slug, "example-shoe{Enter}");
  expect(confirm.disabled).toBe(true);
  expect(asked).toBe(0);
  await user.clear(slug);
  await user.type(slug, "example-shop");
  await user.click(confirm);
  expect((await within(dialog).findByRole("alert")).textContent).toContain("database does not answer");
  await user.click(confirm);
  await screen.findByText(/Disconnected\. The tokens are deleted/);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(button("Refresh now")).toBeNull();
  expect(button("Disconnect")).toBeNull();
  expect(button("Reconnect")).not.toBeNull();
});

test("another organization is named as text, and reconnected to only after a confirmation", async () => {
  const leave = vi.spyOn(leaving, "leave").mockImplementation(() => {});
  const sent = answerReconnect(install);
  const { user } = open(
    `${page}?connect_error=other_organization&expected=Example+Shop&found=%3Cb%3ELabs%3C%2Fb%3E+%26+Co`,
  );
  const banner = await screen.findByRole("alert");
  expect(banner.textContent).toContain("belongs to Example Shop, but in Sentry <b>Labs</b> & Co was chosen");
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
  await waitFor(() => expect(leave).toHaveBeenCalledExactlyOnceWith(install));
  expect(sent).toEqual([{ allow_other_organization: true }]);
});

test("the banner of the other organization goes, and the address with it", async () => {
  const { user, history } = open(`${page}?connect_error=other_organization&expected=Shop&found=Labs`);
  await screen.findByText("That was another Sentry organization");
  await user.click(screen.getByRole("button", { name: "Dismiss" }));
  await waitFor(() => expect(history.location.search).toBe(""));
  expect(screen.queryByText("That was another Sentry organization")).toBeNull();
});

test("missing scopes name what does not work, and the remedy", async () => {
  current = integration({
    mode: "oauth",
    missing_scopes: [{ scope: "event:read", without: "issues cannot be read" }],
  });
  open(page);
  await screen.findByText("issues cannot be read");
  expect(screen.getByText(/Press Reconnect and authorize again/)).toBeTruthy();
  expect(screen.getByText(/It works, with scopes missing/)).toBeTruthy();
  await expectAccessible();
});

test("the status tells the remedy, the last error and the attempts", async () => {
  server.use(
    http.get(here, () =>
      HttpResponse.json(
        integration({
          status: "degraded",
          status_reason: "refresh_failing",
          remedy: "Nothing yet: it is tried again.",
        }),
      ),
    ),
    http.get(`${here}/attempts`, () =>
      list([
        {
          id: "1",
          started_at: "2026-01-02T03:00:00Z",
          finished_at: "2026-01-02T03:00:00.250Z",
          trigger: "schedule",
          outcome: "failed",
          http_status: 503,
          detail: "Sentry answered 503",
          next_at: null,
        },
      ]),
    ),
    http.post(`${here}/refresh`, () => HttpResponse.json(integration())),
  );
  const { user } = open(page);
  await screen.findByText("Nothing yet: it is tried again.");
  const attempts = await screen.findByRole("list", { name: /Refresh attempts/ });
  expect(attempts.textContent).toContain("HTTP 503");
  await user.click(screen.getByRole("button", { name: "Refresh now" }));
  await screen.findByText(/The token was refreshed/);
  await expectAccessible();
});
