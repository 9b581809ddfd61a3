import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { base, expectAccessible, list, open, problem, quietServer, session } from "../../test/console";
import { id } from "../../test/samples";
import { server } from "../../test/setup";
import { browserOf } from "./browsers";

const invitation = (more: Partial<Schemas["InvitationView"]> = {}): Schemas["InvitationView"] => ({
  organization: { slug: "example", name: "Example" },
  email: "new@example.com",
  role: "responder",
  has_account: false,
  expires_at: "2026-01-04T00:00:00Z",
  ...more,
});

const nobody = () => http.get(`${base}/session`, () => problem(401, "unauthenticated", "Sign in."));
const lookUp = (found: Schemas["InvitationView"]) =>
  http.post(`${base}/invitations/look-up`, async ({ request }) => {
    expect(await request.json()).toEqual({ token: "fake-token" });
    return HttpResponse.json(found);
  });

function accepting() {
  const sent: unknown[] = [];
  server.use(
    http.post(`${base}/invitations/accept`, async ({ request }) => {
      sent.push(await request.json());
      quietServer("responder");
      return HttpResponse.json(session("responder"));
    }),
  );
  return sent;
}

test("somebody new chooses a name and a password, and is in", async () => {
  server.use(nobody(), lookUp(invitation()));
  const sent = accepting();
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

test("who has an account and is not signed in gives its password", async () => {
  server.use(nobody(), lookUp(invitation({ has_account: true })));
  const sent = accepting();
  const { user } = open("/invitation#fake-token");
  await user.type(await screen.findByLabelText("Your password"), "fake");
  await user.click(screen.getByRole("button", { name: "Join Example" }));
  await waitFor(() => expect(sent).toEqual([{ token: "fake-token", password: "fake" }]));
});

test("who is signed in as the invited one only says yes", async () => {
  quietServer();
  server.use(lookUp(invitation({ has_account: true, email: "Admin@example.com" })));
  const sent = accepting();
  const { user } = open("/invitation#fake-token");
  await user.click(await screen.findByRole("button", { name: "Join Example" }));
  await waitFor(() => expect(sent).toEqual([{ token: "fake-token" }]));
});

test("a refused password is said, and the link stays as it is", async () => {
  server.use(
    nobody(),
    lookUp(invitation({ has_account: true })),
    http.post(`${base}/invitations/accept`, () => problem(401, "unauthenticated", "That is not it.")),
  );
  const { user, history } = open("/invitation#fake-token");
  await user.type(await screen.findByLabelText("Your password"), "wrong");
  await user.click(screen.getByRole("button", { name: "Join Example" }));
  expect(await screen.findByText("That is not it.")).toBeTruthy();
  expect(history.location.pathname).toBe("/invitation");
});

test.each(["/invitation#fake-token", "/invitation", "/password-reset"])(
  "%s: a link that is over says so, without a way to the login and its log",
  async (path) => {
    server.use(
      nobody(),
      http.post(`${base}/invitations/look-up`, () => problem(404, "not_found", "There is no such thing.")),
    );
    const { history } = open(path);
    await screen.findByRole("heading", { name: "This link does not work" });
    await expectAccessible();
    expect(history.location.pathname).not.toBe("/login");
  },
);

test("a password is set anew by a link", async () => {
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
  await user.click(screen.getByRole("button", { name: "Change the password" }));
  expect(await screen.findByText("It is a common one.")).toBeTruthy();
  await user.clear(field);
  await user.type(field, "a fake long password");
  await user.click(screen.getByRole("checkbox", { name: "Show it" }));
  expect(field.getAttribute("type")).toBe("text");
  await user.click(screen.getByRole("button", { name: "Change the password" }));
  await user.click(await screen.findByRole("button", { name: "Sign in" }));
  await waitFor(() => expect(history.location.pathname).toBe("/login"));
});

const own = (n: number, current: boolean): Schemas["SessionInfo"] => ({
  id: id(n),
  current,
  address: `192.0.2.${n}`,
  user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  created_at: "2026-01-01T00:00:00Z",
  last_seen_at: "2026-01-02T00:00:00Z",
});

test("the own name, password and sessions", async () => {
  quietServer();
  let sessions = [own(1, true), own(2, false)];
  server.use(
    http.get(`${base}/sessions`, () => list(sessions)),
    http.delete(`${base}/sessions/${id(2)}`, () => {
      sessions = [own(1, true)];
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
  await screen.findByText("Firefox on Linux (this one)");
  await expectAccessible();
  await user.click(
    screen.getByRole("button", { name: "End the session of Firefox on Linux from 192.0.2.2" }),
  );
  await waitFor(() => expect(screen.queryByText("from 192.0.2.2")).toBeNull());
  const name = screen.getByRole("textbox", { name: "Name" });
  await user.clear(name);
  await user.type(name, "Another");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("Saved.");
  const current = screen.getByLabelText("Password now");
  await user.type(current, "wrong");
  await user.type(screen.getByLabelText("New password"), "a fake long password");
  await user.click(screen.getByRole("button", { name: "Change the password" }));
  await screen.findByText("It is wrong.");
  await user.clear(current);
  await user.type(current, "right");
  await user.click(screen.getByRole("button", { name: "Change the password" }));
  await screen.findByText("The password is changed");
});

test.each([
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile Safari/604.1",
    "Safari on iOS",
  ],
  ["Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"],
  ["curl/8.0", "curl"],
  ["", "An unnamed program"],
  ["<script>", "<script>"],
])("%s is %s", (agent, said) => {
  expect(browserOf(agent)).toBe(said);
});
