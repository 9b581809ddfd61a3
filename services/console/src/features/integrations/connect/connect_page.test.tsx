import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import * as urls from "../../../api/urls";
import { emptyServer, expectAccessible, list, open, org, problem } from "../../../test/console";
import { id, integration, setup } from "../../../test/samples";
import { server } from "../../../test/setup";

const integration_url = `${org}/integrations/${id(1)}`;
const page = "/o/example/integrations/connect";
const install = "https://sentry.example.com/sentry-apps/tocsin/external-install/";
const pending = () => integration({ status: "pending", status_reason: "awaiting_install", sentry_org: null });

let served_setup = setup();

beforeEach(() => {
  served_setup = setup();
  emptyServer();
  server.use(
    http.get(`${org}/integrations/setup`, () => HttpResponse.json(served_setup)),
    http.get(integration_url, () => HttpResponse.json(integration({ mode: "internal" }))),
    http.get(`${integration_url}/:part`, () => list([])),
  );
});

/** Serves the request to connect; returns the bodies that were sent. */
function serveConnect(authorize_url: string | null, created = pending()) {
  const sent: unknown[] = [];
  server.use(
    http.post(`${org}/integrations`, async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ integration: created, authorize_url }, { status: 201 });
    }),
  );
  return sent;
}

const fill = async (user: ReturnType<typeof open>["user"], values: Record<string, string>) => {
  for (const [label, value] of Object.entries(values)) await user.type(screen.getByLabelText(label), value);
};

const secrets = {
  "Sentry organization *": " example-shop ",
  "Token *": "not-a-real-token-0000",
  "Client secret *": "not-a-real-secret-0000",
};

test("connecting a public integration continues at the URL in Sentry from the server", async () => {
  const leaveTo = vi.spyOn(urls, "leaveTo").mockImplementation(() => {});
  const sent = serveConnect(install);
  const { user } = open(page);
  await user.click(await screen.findByRole("button", { name: "Continue to Sentry" }));
  await waitFor(() => expect(leaveTo).toHaveBeenCalledExactlyOnceWith(install));
  expect(sent).toEqual([{ mode: "public" }]);
  await expectAccessible();
});

test("each mode says what it needs, and a mode that is not set up says who can set it up", async () => {
  const { user, history } = open(page);
  await screen.findByText("Not set up");
  expect(screen.getByRole("radio", { name: "Public integration" })).toHaveProperty("checked", true);
  const oauth = screen.getByRole("radio", { name: "OAuth application" });
  expect(oauth).toHaveProperty("disabled", true);
  expect(screen.getByText(/TOCSIN_SENTRY_OAUTH_CLIENT_ID/)).toBeTruthy();
  await user.click(screen.getByRole("radio", { name: "Internal integration" }));
  await screen.findByLabelText("Token *");
  expect(history.location.search).toBe("?mode=internal");
  expect(screen.getByText(/create an internal integration with the permissions/)).toBeTruthy();
  await expectAccessible();
});

test("connecting an OAuth application needs no organization", async () => {
  served_setup.modes = served_setup.modes.map((entry) => ({ ...entry, configured: true }));
  vi.spyOn(urls, "leaveTo").mockImplementation(() => {});
  const sent = serveConnect("https://sentry.example.com/oauth/authorize/?client_id=x");
  const { user } = open(`${page}?mode=oauth`);
  await user.click(await screen.findByRole("button", { name: "Continue to Sentry" }));
  await waitFor(() => expect(sent).toEqual([{ mode: "oauth" }]));
  await expectAccessible();
});

test("an internal integration is connected immediately", async () => {
  const leaveTo = vi.spyOn(urls, "leaveTo").mockImplementation(() => {});
  const sent = serveConnect(null, integration({ mode: "internal" }));
  const { user, history } = open(`${page}?mode=internal`);
  await screen.findByLabelText("Token *");
  await fill(user, secrets);
  await user.click(screen.getByRole("button", { name: "Verify and connect" }));
  await screen.findByText("Sentry is connected");
  expect(history.location.pathname).toBe(`/o/example/integrations/${id(1)}`);
  expect(sent).toEqual([
    {
      mode: "internal",
      token: "not-a-real-token-0000",
      client_secret: "not-a-real-secret-0000",
      sentry_org: "example-shop",
    },
  ]);
  expect(leaveTo).not.toHaveBeenCalled();
});

test("a field that Sentry refuses shows the error, and the other fields keep their values", async () => {
  server.use(
    http.post(`${org}/integrations`, () =>
      problem(422, "sentry_refused", "Sentry refused the values.", {
        errors: [{ path: "token", message: "Sentry does not know this token." }],
      }),
    ),
  );
  const { user } = open(`${page}?mode=internal`);
  await screen.findByLabelText("Token *");
  await fill(user, secrets);
  await user.click(screen.getByRole("button", { name: "Verify and connect" }));
  await screen.findByText("Sentry does not know this token.");
  expect(screen.getByLabelText("Token *").getAttribute("aria-invalid")).toBe("true");
  expect(screen.getByLabelText<HTMLInputElement>("Client secret *").value).toBe("not-a-real-secret-0000");
  expect(screen.queryByRole("alert")).toBeNull();
  await expectAccessible();
});

test("an error without a field and an invalid URL from the server are shown", async () => {
  const leaveTo = vi.spyOn(urls, "leaveTo").mockImplementation(() => {});
  server.use(
    http.post(`${org}/integrations`, () =>
      problem(409, "mode_not_configured", "This deployment has no public integration configured."),
    ),
  );
  const { user } = open(page);
  await user.click(await screen.findByRole("button", { name: "Continue to Sentry" }));
  expect((await screen.findByRole("alert")).textContent).toContain("no public integration configured");
  serveConnect("javascript:alert(1)");
  await user.click(screen.getByRole("button", { name: "Continue to Sentry" }));
  await screen.findByText("Cannot reach Sentry");
  expect(leaveTo).not.toHaveBeenCalled();
});

test("a disconnected integration is offered for reconnecting", async () => {
  server.use(
    http.get(`${org}/integrations`, () =>
      list([integration({ status: "disconnected", status_reason: "disconnected_by_admin" })]),
    ),
  );
  open(page);
  const hint = (await screen.findByText("Connected before?")).closest("[role=status]");
  expect(
    within(hint as HTMLElement)
      .getByRole("link", { name: "Example Shop" })
      .getAttribute("href"),
  ).toBe(`/o/example/integrations/${id(1)}`);
});

test("members without the admin role see who can connect", async () => {
  emptyServer("responder");
  open(page);
  await screen.findByText("You don't have access");
  expect(screen.queryByRole("button", { name: /Sentry/ })).toBeNull();
});
