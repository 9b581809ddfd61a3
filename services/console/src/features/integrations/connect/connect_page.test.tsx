import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import * as leaving from "../../../api/leave";
import { expectAccessible, list, open, org, problem, quietServer } from "../../../test/console";
import { id, integration, setup } from "../../../test/samples";
import { server } from "../../../test/setup";

const here = `${org}/integrations/${id(1)}`;
const page = "/o/example/integrations/connect";
const install = "https://sentry.example.com/sentry-apps/tocsin/external-install/";
const pending = () => integration({ status: "pending", status_reason: "awaiting_install", sentry_org: null });

let known = setup();

beforeEach(() => {
  known = setup();
  quietServer();
  server.use(
    http.get(`${org}/integrations/setup`, () => HttpResponse.json(known)),
    http.get(here, () => HttpResponse.json(integration({ mode: "internal" }))),
    http.get(`${here}/:part`, () => list([])),
  );
});

/** Answers the connection and tells what was asked. */
function answerConnect(authorize_url: string | null, made = pending()) {
  const sent: unknown[] = [];
  server.use(
    http.post(`${org}/integrations`, async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json({ integration: made, authorize_url }, { status: 201 });
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

test("a public integration goes on at the address in Sentry that the server gives", async () => {
  const leave = vi.spyOn(leaving, "leave").mockImplementation(() => {});
  const sent = answerConnect(install);
  const { user } = open(page);
  await user.click(await screen.findByRole("button", { name: "Go on in Sentry" }));
  await waitFor(() => expect(leave).toHaveBeenCalledExactlyOnceWith(install));
  expect(sent).toEqual([{ mode: "public" }]);
  await expectAccessible();
});

test("each way says what it needs, and one that is not set up says who can mend it", async () => {
  const { user, history } = open(page);
  await screen.findByText("not set up");
  expect(screen.getByRole("radio", { name: "Public integration" })).toHaveProperty("checked", true);
  const oauth = screen.getByRole("radio", { name: "OAuth application" });
  expect(oauth).toHaveProperty("disabled", true);
  expect(screen.getByText(/TOCSIN_SENTRY_OAUTH_CLIENT_ID/)).toBeTruthy();
  await user.click(screen.getByRole("radio", { name: "Internal integration" }));
  await screen.findByLabelText("Token *");
  expect(history.location.search).toBe("?mode=internal");
  expect(screen.getByText(/make an internal integration with the permissions/)).toBeTruthy();
  await expectAccessible();
});

test("an OAuth application is asked for with the organization, if one was named", async () => {
  known.modes = known.modes.map((each) => ({ ...each, configured: true }));
  vi.spyOn(leaving, "leave").mockImplementation(() => {});
  const sent = answerConnect("https://sentry.example.com/oauth/authorize/?client_id=x");
  const { user } = open(`${page}?mode=oauth`);
  await user.click(await screen.findByRole("button", { name: "Go on in Sentry" }));
  await waitFor(() => expect(sent).toEqual([{ mode: "oauth" }]));
  await expectAccessible();
});

test("an internal integration is connected at once", async () => {
  const leave = vi.spyOn(leaving, "leave").mockImplementation(() => {});
  const sent = answerConnect(null, integration({ mode: "internal" }));
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
  expect(leave).not.toHaveBeenCalled();
});

test("what Sentry refuses stands at its field, and the rest stays as typed", async () => {
  server.use(
    http.post(`${org}/integrations`, () =>
      problem(422, "sentry_refused", "Sentry does not take it.", {
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

test("a refusal of no field, and an address that is none of the web, are told", async () => {
  const leave = vi.spyOn(leaving, "leave").mockImplementation(() => {});
  server.use(
    http.post(`${org}/integrations`, () =>
      problem(409, "mode_not_configured", "This deployment has no public integration configured."),
    ),
  );
  const { user } = open(page);
  await user.click(await screen.findByRole("button", { name: "Go on in Sentry" }));
  expect((await screen.findByRole("alert")).textContent).toContain("no public integration configured");
  answerConnect("javascript:alert(1)");
  await user.click(screen.getByRole("button", { name: "Go on in Sentry" }));
  await screen.findByText("No way to Sentry");
  expect(leave).not.toHaveBeenCalled();
});

test("one that was disconnected is offered to be reconnected", async () => {
  server.use(
    http.get(`${org}/integrations`, () =>
      list([integration({ status: "disconnected", status_reason: "disconnected_by_admin" })]),
    ),
  );
  open(page);
  const before = (await screen.findByText("Connected before?")).closest("[role=status]");
  expect(
    within(before as HTMLElement)
      .getByRole("link", { name: "Example Shop" })
      .getAttribute("href"),
  ).toBe(`/o/example/integrations/${id(1)}`);
});

test("those who are no admins are told who connects", async () => {
  quietServer("responder");
  open(page);
  await screen.findByText("Not for your role");
  expect(screen.queryByRole("button", { name: /Sentry/ })).toBeNull();
});
