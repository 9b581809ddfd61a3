import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { base, expectAccessible, list, open, org, problem, quietServer, session } from "../../test/console";
import { id } from "../../test/samples";
import { server } from "../../test/setup";
import type { Member } from "./people_api";

const member = (n: number, role: Member["role"], more: Partial<Member> = {}): Member => ({
  id: id(n),
  email: `${role}${n}@example.com`,
  name: `Person ${n}`,
  role,
  is_me: false,
  created_at: "2026-01-01T00:00:00Z",
  ...more,
});

const people = [member(1, "owner"), member(2, "admin", { is_me: true }), member(3, "responder")];
const here = "/o/example/people";

const invitation: Schemas["Invitation"] = {
  id: id(50),
  email: "new@example.com",
  role: "viewer",
  invited_by: "admin2@example.com",
  created_at: "2026-01-01T00:00:00Z",
  expires_at: "2026-01-04T00:00:00Z",
};

test("an admin sees everybody, changes a role, and cannot touch the owner or herself", async () => {
  quietServer();
  let all = people;
  const asked: unknown[] = [];
  server.use(
    http.get(`${org}/members`, () => list(all)),
    http.patch(`${org}/members/${id(3)}`, async ({ request }) => {
      asked.push(await request.json());
      all = [...people.slice(0, 2), member(3, "viewer")];
      return HttpResponse.json(all[2]);
    }),
  );
  const { user } = open(here);
  const rows = await screen.findByRole("list", { name: "Members" });
  expect(within(rows).getAllByRole("combobox")).toHaveLength(1);
  expect(screen.queryByRole("button", { name: /Make owner/ })).toBeNull();
  await expectAccessible();
  await user.selectOptions(screen.getByRole("combobox", { name: "Role of Person 3" }), "viewer");
  await waitFor(() => expect(asked).toEqual([{ role: "viewer" }]));
  await waitFor(() =>
    expect((screen.getByRole("combobox", { name: "Role of Person 3" }) as HTMLSelectElement).value).toBe(
      "viewer",
    ),
  );
});

test("removing asks first, and says why where it is refused", async () => {
  quietServer();
  server.use(
    http.get(`${org}/members`, () => list(people)),
    http.delete(`${org}/members/${id(3)}`, () => problem(403, "forbidden", "Not yours to remove.")),
  );
  const { user } = open(here);
  await user.click(await screen.findByRole("button", { name: "Remove Person 3" }));
  await screen.findByRole("dialog");
  await expectAccessible();
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Remove" }));
  expect(await screen.findByText("Not yours to remove.")).toBeTruthy();
});

test("the owner hands over only after the address was typed", async () => {
  quietServer("owner");
  let handed = false;
  server.use(
    http.get(`${org}/members`, () => list([member(1, "owner", { is_me: true }), member(3, "responder")])),
    http.post(`${org}/members/${id(3)}/transfer-ownership`, () => {
      handed = true;
      return HttpResponse.json(member(3, "owner"));
    }),
  );
  const { user } = open(here);
  await user.click(await screen.findByRole("button", { name: "Make owner: Person 3" }));
  const dialog = within(await screen.findByRole("dialog"));
  expect((dialog.getByRole("button", { name: "Hand over" }) as HTMLButtonElement).disabled).toBe(true);
  await user.type(dialog.getByRole("textbox"), "responder3@example.com");
  await user.click(dialog.getByRole("button", { name: "Hand over" }));
  await waitFor(() => expect(handed).toBe(true));
});

test("an invitation's link is shown once, and open ones can be withdrawn", async () => {
  quietServer();
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
  const { user } = open(here);
  await user.click(await screen.findByRole("button", { name: "Invite" }));
  await user.type(await screen.findByRole("textbox", { name: "Email" }), "new@example.com");
  await user.click(screen.getByRole("button", { name: "Make the link" }));
  expect(await screen.findByText(link)).toBeTruthy();
  expect(screen.getByRole("button", { name: "Copy the link" })).toBeTruthy();
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Done" }));
  await waitFor(() => expect(screen.queryByText(link)).toBeNull());
  expect(await screen.findByText(/^ran out/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Withdraw the invitation of new@example.com" }));
  expect(await screen.findByText(/Nobody is invited now/)).toBeTruthy();
});

test("a viewer sees the members and nothing to press", async () => {
  quietServer("viewer");
  server.use(http.get(`${org}/members`, () => list(people)));
  open(here);
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
  created_by: "admin2@example.com",
  created_at: "2026-01-01T00:00:00Z",
  expires_at: null,
  last_used_at: null,
};

test("a token is shown once, listed by its beginning, and revoked after a question", async () => {
  quietServer();
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
  const { user } = open(`${here}/tokens`);
  await screen.findByText("never used");
  await user.click(screen.getByRole("button", { name: "New token" }));
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "deploy");
  await user.selectOptions(screen.getByRole("combobox", { name: "Works for" }), "until it is revoked");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Make the token" }));
  expect(await screen.findByText("tocsin_fake_whole")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Done" }));
  await waitFor(() => expect(screen.queryByText("tocsin_fake_whole")).toBeNull());
  await user.click(screen.getByRole("button", { name: "Revoke deploy" }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Revoke" }));
  expect(await screen.findByText(/There are none/)).toBeTruthy();
});

test("the audit log is filtered by the address, tells what changed, and is exported as it is filtered", async () => {
  quietServer();
  const asked: URLSearchParams[] = [];
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
      asked.push(new URL(request.url).searchParams);
      return list([entry]);
    }),
  );
  const { user, history } = open(`${here}/audit?actor=admin`);
  await screen.findByText(/<b>responder3@example.com/);
  expect(asked[0]?.get("actor")).toBe("admin");
  await user.click(screen.getByText("Details"));
  expect(screen.getByRole("row", { name: "role viewer responder" })).toBeTruthy();
  const csv = screen.getByRole("link", { name: "Export as CSV" }).getAttribute("href");
  expect(csv).toBe("/api/v1/orgs/example/audit/export?actor=admin&format=csv");
  await user.type(screen.getByRole("textbox", { name: "Did" }), "member");
  await user.click(screen.getByRole("button", { name: "Filter" }));
  await waitFor(() => expect(history.location.search).toBe("?actor=admin&action=member"));
  await waitFor(() => expect(asked.at(-1)?.get("action")).toBe("member"));
  await expectAccessible();
});

test("who may not read the audit log is told so", async () => {
  quietServer("responder");
  server.use(http.get(`${org}/audit`, () => problem(403, "forbidden", "Your role may not.")));
  open(`${here}/audit`);
  expect(await screen.findByText("Not for your role")).toBeTruthy();
});

test("another organization is a click away", async () => {
  quietServer();
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
  await user.click(await screen.findByRole("button", { name: "Organization Example, change" }));
  await user.click(await screen.findByRole("menuitem", { name: "Other" }));
  await waitFor(() => expect(history.location.pathname).toBe("/o/other/incidents"));
});
