import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { base, emptyServer, expectAccessible, list, open, problem, session } from "../../test/console";
import { id } from "../../test/samples";
import { server } from "../../test/setup";
import { describeUserAgent } from "./user_agent";

const invitation = (overrides: Partial<Schemas["InvitationView"]> = {}): Schemas["InvitationView"] => ({
  organization: { slug: "example", name: "Example" },
  email: "new@example.com",
  role: "responder",
  has_account: false,
  expires_at: "2026-01-04T00:00:00Z",
  ...overrides,
});

const signedOut = () => http.get(`${base}/session`, () => problem(401, "unauthenticated", "Sign in."));
const invitationIs = (shown: Schemas["InvitationView"]) =>
  http.post(`${base}/invitations/look-up`, async ({ request }) => {
    expect(await request.json()).toEqual({ token: "fake-token" });
    return HttpResponse.json(shown);
  });

function acceptInvitations() {
  const sent: unknown[] = [];
  server.use(
    http.post(`${base}/invitations/accept`, async ({ request }) => {
      sent.push(await request.json());
      emptyServer("responder");
      return HttpResponse.json(session("responder"));
    }),
  );
  return sent;
}

test("a new user chooses a name and a password and is signed in", async () => {
  server.use(signedOut(), invitationIs(invitation()));
  const sent = acceptInvitations();
  const { user, history } = open("/invitation#fake-token");
  await screen.findByRole("heading", { name: "Join Example" });
  await expectAccessible();
  await user.type(screen.getByRole("textbox", { name: "Your name" }), "New Person");
  await user.type(screen.getByLabelText("Choose a password"), "a fake long password");
  await user.click(screen.getByRole("button", { name: "Join Example" }));
  await waitFor(() => expect(history.location.pathname).toBe("/o/example/incidents"));
  expect(history.location.hash).toBe("");
  expect(sent).toEqual([{ token: "fake-token", name: "New Person", password: "a fake long password" }]);
});

test("a user with an account who is not signed in enters the password", async () => {
  server.use(signedOut(), invitationIs(invitation({ has_account: true })));
  const sent = acceptInvitations();
  const { user } = open("/invitation#fake-token");
  await user.type(await screen.findByLabelText("Your password"), "fake");
  await user.click(screen.getByRole("button", { name: "Join Example" }));
  await waitFor(() => expect(sent).toEqual([{ token: "fake-token", password: "fake" }]));
});

test("a signed-in invited user only confirms", async () => {
  emptyServer();
  server.use(invitationIs(invitation({ has_account: true, email: "Admin@example.com" })));
  const sent = acceptInvitations();
  const { user } = open("/invitation#fake-token");
  await user.click(await screen.findByRole("button", { name: "Join Example" }));
  await waitFor(() => expect(sent).toEqual([{ token: "fake-token" }]));
});

test("a wrong password shows an error and keeps the link", async () => {
  server.use(
    signedOut(),
    invitationIs(invitation({ has_account: true })),
    http.post(`${base}/invitations/accept`, () => problem(401, "unauthenticated", "That is not it.")),
  );
  const { user, history } = open("/invitation#fake-token");
  await user.type(await screen.findByLabelText("Your password"), "wrong");
  await user.click(screen.getByRole("button", { name: "Join Example" }));
  expect(await screen.findByText("That is not it.")).toBeTruthy();
  expect(history.location.pathname).toBe("/invitation");
});

test.each(["/invitation#fake-token", "/invitation", "/password-reset"])(
  "%s: an invalid link shows an error and does not redirect to the login page",
  async (path) => {
    server.use(
      signedOut(),
      http.post(`${base}/invitations/look-up`, () => problem(404, "not_found", "There is no such thing.")),
    );
    const { history } = open(path);
    await screen.findByRole("heading", { name: "This link does not work" });
    await expectAccessible();
    expect(history.location.pathname).not.toBe("/login");
  },
);

test("a link sets a new password", async () => {
  server.use(
    http.post(`${base}/password-resets/accept`, async ({ request }) => {
      const { token, password } = (await request.json()) as Record<string, string>;
      expect(token).toBe("fake-token");
      return password === "passwordpassword"
        ? problem(400, "invalid", "No.", { errors: [{ path: "password", message: "It is a common one." }] })
        : new HttpResponse(null, { status: 204 });
    }),
  );
  const { user, history } = open("/password-reset#fake-token");
  const field = await screen.findByLabelText("New password");
  await expectAccessible();
  await user.type(field, "passwordpassword");
  await user.click(screen.getByRole("button", { name: "Change password" }));
  expect(await screen.findByText("It is a common one.")).toBeTruthy();
  await user.clear(field);
  await user.type(field, "a fake long password");
  await user.click(screen.getByRole("checkbox", { name: "Show password" }));
  expect(field.getAttribute("type")).toBe("text");
  await user.click(screen.getByRole("button", { name: "Change password" }));
  await user.click(await screen.findByRole("button", { name: "Sign in" }));
  await waitFor(() => expect(history.location.pathname).toBe("/login"));
});

const ownSession = (n: number, current: boolean): Schemas["SessionInfo"] => ({
  id: id(n),
  current,
  address: `192.0.2.${n}`,
  user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  created_at: "2026-01-01T00:00:00Z",
  last_seen_at: "2026-01-02T00:00:00Z",
});

test("the user changes the name and the password and ends a session", async () => {
  emptyServer();
  let sessions = [ownSession(1, true), ownSession(2, false)];
  server.use(
    http.get(`${base}/sessions`, () => list(sessions)),
    http.delete(`${base}/sessions/${id(2)}`, () => {
      sessions = [ownSession(1, true)];
      return new HttpResponse(null, { status: 204 });
    }),
    http.patch(`${base}/profile`, async ({ request }) => {
      expect(await request.json()).toEqual({ name: "Another" });
      return HttpResponse.json({ email: "admin@example.com", name: "Another" });
    }),
    http.put(`${base}/password`, async ({ request }) => {
      const { current } = (await request.json()) as Record<string, string>;
      return current === "right"
        ? new HttpResponse(null, { status: 204 })
        : problem(400, "invalid", "No.", { errors: [{ path: "current", message: "It is wrong." }] });
    }),
  );
  const { user } = open("/o/example/account");
  await screen.findByText("Firefox on Linux (this session)");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "End session: Firefox on Linux from 192.0.2.2" }));
  await waitFor(() => expect(screen.queryByText("From 192.0.2.2")).toBeNull());
  const name = screen.getByRole("textbox", { name: "Name" });
  await user.clear(name);
  await user.type(name, "Another");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("Saved.");
  const current = screen.getByLabelText("Current password");
  await user.type(current, "wrong");
  await user.type(screen.getByLabelText("New password"), "a fake long password");
  await user.click(screen.getByRole("button", { name: "Change password" }));
  await screen.findByText("It is wrong.");
  await user.clear(current);
  await user.type(current, "right");
  await user.click(screen.getByRole("button", { name: "Change password" }));
  await screen.findByText("Password changed");
});

test.each([
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1",
    "Safari on iOS",
  ],
  ["Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"],
  ["curl/8.0", "curl"],
  ["", "Unknown client"],
  ["<script>", "<script>"],
])("the user agent %j is described as %s", (agent, text) => {
  expect(describeUserAgent(agent)).toBe(text);
});
