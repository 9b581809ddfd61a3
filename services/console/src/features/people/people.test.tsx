import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { base, emptyServer, expectAccessible, list, open, org, problem, session } from "../../test/console";
import { id } from "../../test/samples";
import { server } from "../../test/setup";
import type { Member } from "./people_api";

const member = (n: number, role: Member["role"], overrides: Partial<Member> = {}): Member => ({
  id: id(n),
  email: `${role}${n}@example.com`,
  name: `Person ${n}`,
  role,
  is_me: false,
  created_at: "2026-01-01T00:00:00Z",
  ...overrides,
});

const people = [member(1, "owner"), member(2, "admin", { is_me: true }), member(3, "responder")];
const people_page = "/o/example/people";

const invitation: Schemas["Invitation"] = {
  id: id(50),
  email: "new@example.com",
  role: "viewer",
  invited_by: "admin2@example.com",
  created_at: "2026-01-01T00:00:00Z",
  expires_at: "2026-01-04T00:00:00Z",
};

test("an admin changes the role of a member, but not of the owner or of themselves", async () => {
  emptyServer();
  let members = people;
  const requests: unknown[] = [];
  server.use(
    http.get(`${org}/members`, () => list(members)),
    http.patch(`${org}/members/${id(3)}`, async ({ request }) => {
      requests.push(await request.json());
      members = [...people.slice(0, 2), member(3, "viewer")];
      return HttpResponse.json(members[2]);
    }),
  );
  const { user } = open(people_page);
  const rows = await screen.findByRole("list", { name: "Members" });
  expect(within(rows).getAllByRole("combobox")).toHaveLength(1);
  expect(screen.queryByRole("button", { name: /Make owner/ })).toBeNull();
  await expectAccessible();
  await user.selectOptions(screen.getByRole("combobox", { name: "Role of Person 3" }), "viewer");
  await waitFor(() => expect(requests).toEqual([{ role: "viewer" }]));
  await waitFor(() =>
    expect((screen.getByRole("combobox", { name: "Role of Person 3" }) as HTMLSelectElement).value).toBe(
      "viewer",
    ),
  );
});

test("removing a member asks for confirmation and shows a refusal", async () => {
  emptyServer();
  server.use(
    http.get(`${org}/members`, () => list(people)),
    http.delete(`${org}/members/${id(3)}`, () => problem(403, "forbidden", "You cannot remove this member.")),
  );
  const { user } = open(people_page);
  await user.click(await screen.findByRole("button", { name: "Remove Person 3" }));
  await screen.findByRole("dialog");
  await expectAccessible();
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Remove" }));
  expect(await screen.findByText("You cannot remove this member.")).toBeTruthy();
});

test("transferring ownership requires typing the email", async () => {
  emptyServer("owner");
  let transferred = false;
  server.use(
    http.get(`${org}/members`, () => list([member(1, "owner", { is_me: true }), member(3, "responder")])),
    http.post(`${org}/members/${id(3)}/transfer-ownership`, () => {
      transferred = true;
      return HttpResponse.json(member(3, "owner"));
    }),
  );
  const { user } = open(people_page);
  await user.click(await screen.findByRole("button", { name: "Make owner: Person 3" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect((dialog.getByRole("button", { name: "Transfer ownership" }) as HTMLButtonElement).disabled).toBe(
    true,
  );
  await user.type(dialog.getByRole("textbox"), "responder3@example.com");
  await user.click(dialog.getByRole("button", { name: "Transfer ownership" }));
  await waitFor(() => expect(transferred).toBe(true));
});

test("the link of an invitation is shown once, and an invitation can be withdrawn", async () => {
  emptyServer();
  const link = "https://tocsin.example.com/invitation#fake";
  let withdrawn = false;
  server.use(
    http.get(`${org}/members`, () => list(people)),
    http.get(`${org}/invitations`, () => list(withdrawn ? [] : [invitation])),
    http.post(`${org}/invitations`, async ({ request }) => {
      expect(await request.json()).toEqual({ email: "new@example.com", role: "responder" });
      return HttpResponse.json({ ...invitation, role: "responder", link }, { status: 201 });
    }),
    http.delete(`${org}/invitations/${invitation.id}`, () => {
      withdrawn = true;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = open(people_page);
  await user.click(await screen.findByRole("button", { name: "Invite" }));
  await user.type(await screen.findByRole("textbox", { name: "Email" }), "new@example.com");
  await user.click(screen.getByRole("button", { name: "Create invite link" }));
  expect(await screen.findByText(link)).toBeTruthy();
  expect(screen.getByRole("button", { name: "Copy the link" })).toBeTruthy();
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Done" }));
  await waitFor(() => expect(screen.queryByText(link)).toBeNull());
  expect(await screen.findByText(/^Expired/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Withdraw the invitation of new@example.com" }));
  expect(await screen.findByText(/No open invitations/)).toBeTruthy();
});

test("a viewer sees the members and no actions", async () => {
  emptyServer("viewer");
  server.use(http.get(`${org}/members`, () => list(people)));
  open(people_page);
  await screen.findByText("Person 3");
  expect(screen.queryByRole("combobox")).toBeNull();
  expect(screen.queryByRole("button", { name: /Remove|Invite/ })).toBeNull();
  expect(screen.queryByRole("navigation", { name: "People" })).toBeNull();
});

const token: Schemas["Token"] = {
  id: id(60),
  name: "deploy",
  prefix: "tocsin_fake",
  role: "viewer",
  scopes: [],
  created_by: "admin2@example.com",
  created_at: "2026-01-01T00:00:00Z",
  expires_at: null,
  last_used_at: null,
};

test("a token is shown once, listed by its prefix, and revoked after a confirmation", async () => {
  emptyServer();
  let revoked = false;
  server.use(
    http.get(`${org}/tokens`, () => list(revoked ? [] : [token])),
    http.post(`${org}/tokens`, async ({ request }) => {
      expect(await request.json()).toEqual({ name: "deploy", role: "viewer", expires_at: null });
      return HttpResponse.json({ ...token, token: "tocsin_fake_whole" }, { status: 201 });
    }),
    http.delete(`${org}/tokens/${token.id}`, () => {
      revoked = true;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = open(`${people_page}/tokens`);
  await screen.findByText("Never used");
  await user.click(screen.getByRole("button", { name: "New token" }));
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "deploy");
  await user.selectOptions(screen.getByRole("combobox", { name: "Expires" }), "Never");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Create token" }));
  expect(await screen.findByText("tocsin_fake_whole")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Done" }));
  await waitFor(() => expect(screen.queryByText("tocsin_fake_whole")).toBeNull());
  await user.click(screen.getByRole("button", { name: "Revoke deploy" }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Revoke" }));
  expect(await screen.findByText(/No tokens yet/)).toBeTruthy();
});

test("a deployer's token has scopes, which are shown", async () => {
  emptyServer();
  const requests: unknown[] = [];
  const deployer: Schemas["Token"] = {
    ...token,
    role: "deployer",
    scopes: ["grants:call", "services:read"],
    last_used_at: "2026-01-02T00:00:00Z",
  };
  server.use(
    http.get(`${org}/tokens`, () => list(requests.length === 0 ? [] : [deployer])),
    http.post(`${org}/tokens`, async ({ request }) => {
      requests.push(await request.json());
      return HttpResponse.json({ ...deployer, token: "tocsin_fake_whole" }, { status: 201 });
    }),
  );
  const { user } = open(`${people_page}/tokens`);
  await user.click(await screen.findByRole("button", { name: "New token" }));
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "deploy");
  expect(screen.queryByRole("checkbox")).toBeNull();
  await user.selectOptions(screen.getByRole("combobox", { name: "Role" }), "deployer");
  await user.selectOptions(screen.getByRole("combobox", { name: "Expires" }), "Never");
  await user.click(screen.getByRole("checkbox", { name: /Call Sentry/ }));
  const create = screen.getByRole("button", { name: "Create token" }) as HTMLButtonElement;
  expect(create.disabled).toBe(true);
  await user.click(screen.getByRole("checkbox", { name: /Read services/ }));
  await user.click(screen.getByRole("checkbox", { name: /Call Sentry/ }));
  await expectAccessible();
  await user.click(create);
  await screen.findByText("tocsin_fake_whole");
  expect(requests).toEqual([
    { name: "deploy", role: "deployer", scopes: ["grants:call", "services:read"], expires_at: null },
  ]);
  await user.click(screen.getByRole("button", { name: "Done" }));
  expect(await screen.findByText("grants:call")).toBeTruthy();
  expect(screen.getByText("Deployer")).toBeTruthy();
  expect(screen.getByText(/^Last used/)).toBeTruthy();
});

test("the audit log is filtered by the address, shows changes, and is exported with the same filters", async () => {
  emptyServer();
  const requests: URLSearchParams[] = [];
  const entry: Schemas["AuditEntry"] = {
    id: "1",
    at: "2026-01-02T03:04:05Z",
    actor: { kind: "user", id: id(2), name: "admin2@example.com" },
    action: "member.changed",
    subject: { kind: "member", id: id(3), name: "<b>responder3@example.com" },
    before: { role: "viewer" },
    after: { role: "responder" },
    address: "192.0.2.1",
    request_id: "abc",
  };
  server.use(
    http.get(`${org}/audit`, ({ request }) => {
      requests.push(new URL(request.url).searchParams);
      return list([entry]);
    }),
  );
  const { user, history } = open(`${people_page}/audit?actor=admin`);
  await screen.findByText(/<b>responder3@example.com/);
  expect(requests[0]?.get("actor")).toBe("admin");
  await user.click(screen.getByText("Details"));
  expect(screen.getByRole("row", { name: "role viewer responder" })).toBeTruthy();
  const csv = screen.getByRole("link", { name: "Export as CSV" }).getAttribute("href");
  expect(csv).toBe("/api/v1/orgs/example/audit/export?actor=admin&format=csv");
  await user.type(screen.getByRole("textbox", { name: "Action" }), "member");
  await user.click(screen.getByRole("button", { name: "Filter" }));
  await waitFor(() => expect(history.location.search).toBe("?actor=admin&action=member"));
  await waitFor(() => expect(requests.at(-1)?.get("action")).toBe("member"));
  await expectAccessible();
});

test("a member without access to the audit log sees an explanation", async () => {
  emptyServer("responder");
  server.use(
    http.get(`${org}/audit`, () => problem(403, "forbidden", "Only admins can read the audit log.")),
  );
  open(`${people_page}/audit`);
  expect(await screen.findByText("You don't have access")).toBeTruthy();
});

test("the organization menu switches to another organization", async () => {
  emptyServer();
  server.use(
    http.get(`${base}/session`, () =>
      HttpResponse.json({
        ...session(),
        orgs: [...session().orgs, { slug: "other", name: "Other", role: "viewer" }],
      }),
    ),
    http.get(`${base}/orgs/other/:kind`, () => list([])),
  );
  const { user, history } = open("/o/example/services");
  await user.click(await screen.findByRole("button", { name: "Switch organization: Example" }));
  await user.click(await screen.findByRole("menuitem", { name: "Other" }));
  await waitFor(() => expect(history.location.pathname).toBe("/o/other/incidents"));
});
