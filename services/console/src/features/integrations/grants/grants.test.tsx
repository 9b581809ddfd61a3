import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import type { Schemas } from "../../../api/client";
import { emptyServer, expectAccessible, list, open, org, problem } from "../../../test/console";
import { id, integration } from "../../../test/samples";
import { server } from "../../../test/setup";
import type { Approval, Grant } from "./grants_api";
import { operation_names, operationsText, reading_operations } from "./labels";

const grants_page = "/o/example/integrations/grants";
const approvals_page = "/o/example/integrations/approvals";

const grant: Grant = {
  id: id(70),
  name: "release script",
  integration_id: id(1),
  holder: { token_id: id(60), name: "release script" },
  operations: ["list_issues", "resolve_issue"],
  projects: ["shop"],
  approval: "writes",
  per_minute: 30,
  created_by: "admin@example.com",
  created_at: "2026-01-01T00:00:00Z",
  expires_at: null,
  last_used_at: null,
};

const approval = (n: number, overrides: Partial<Approval> = {}): Approval => ({
  id: id(n),
  grant_id: grant.id,
  grant_name: grant.name,
  operation: "resolve_issue",
  request: {
    method: "PUT",
    path: "organizations/{org}/issues/{issue}",
    captures: [
      ["org", "1"],
      ["issue", "SHOP-7"],
    ],
    query: [],
    body: [["status", "resolved"]],
  } as unknown as Approval["request"],
  asked_by: "release script",
  asked_at: new Date(Date.now() - 60_000).toISOString(),
  expires_at: new Date(Date.now() + 3_600_000).toISOString(),
  state: "asked",
  decided_by: null,
  decided_at: null,
  result_status: null,
  detail: null,
  result: null,
  ...overrides,
});

/** Serves the lists that the pages read. */
function serve(grants: () => readonly Grant[], approvals: () => readonly Approval[] = () => []) {
  server.use(
    http.get(`${org}/integrations`, () => list([integration()])),
    http.get(`${org}/grants`, () => list(grants())),
    http.get(`${org}/approvals`, () => list(approvals())),
  );
}

/** Pastes, which is quicker than typing. */
async function fill(user: ReturnType<typeof open>["user"], field: HTMLElement, text: string) {
  await user.click(field);
  await user.paste(text);
}

const dialog = async () => within(await screen.findByRole("dialog"));

test("a grant is created with a token, which is shown once, and revoked after a confirmation", async () => {
  emptyServer();
  let grants: Grant[] = [];
  const requests: unknown[] = [];
  serve(() => grants);
  server.use(
    http.post(`${org}/tokens`, async ({ request }) => {
      requests.push(await request.json());
      return HttpResponse.json({ id: id(60), token: "tocsin_fake_whole" }, { status: 201 });
    }),
    http.post(`${org}/grants`, async ({ request }) => {
      requests.push(await request.json());
      grants = [grant];
      return HttpResponse.json(grant, { status: 201 });
    }),
    http.delete(`${org}/grants/${grant.id}`, () => {
      grants = [];
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = open(grants_page);
  expect(await screen.findByText(/No grants yet/)).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "New grant" }));
  const form = await dialog();
  await fill(user, form.getByRole("textbox", { name: "Name" }), "release script");
  await fill(user, form.getByRole("textbox", { name: "Projects" }), "shop, ");
  for (const name of [/^Read a release/, /Resolve an issue/])
    await user.click(form.getByRole("checkbox", { name }));
  await user.selectOptions(form.getByRole("combobox", { name: "Expires" }), "Never");
  await expectAccessible();
  await user.click(form.getByRole("button", { name: "Create grant" }));
  expect(await screen.findByText("tocsin_fake_whole")).toBeTruthy();
  expect(screen.getByText(new RegExp(`/api/v1/orgs/example/grants/${grant.id}/sentry$`))).toBeTruthy();
  expect(requests).toEqual([
    { name: "release script", role: "deployer", scopes: ["grants:call"], expires_at: null },
    {
      name: "release script",
      integration_id: id(1),
      token_id: id(60),
      operations: [...reading_operations.filter((name) => name !== "get_release"), "resolve_issue"],
      projects: ["shop"],
      approval: "writes",
      per_minute: 60,
      expires_at: null,
    },
  ]);
  await user.click(screen.getByRole("button", { name: "Done" }));
  await waitFor(() => expect(screen.queryByText("tocsin_fake_whole")).toBeNull());
  const row = within(await screen.findByRole("list", { name: "Grants" }));
  for (const text of [/only shop/, "Used by API token release script", /Up to 30 calls/, "Never used"])
    expect(row.getByText(text)).toBeTruthy();
  await expectAccessible();
  await user.click(row.getByRole("button", { name: "Revoke release script" }));
  await user.click((await dialog()).getByRole("button", { name: "Revoke" }));
  expect(await screen.findByText(/No grants yet/)).toBeTruthy();
});

test("a refused grant leaves no token behind, and the field shows why", async () => {
  emptyServer();
  let revoked = false;
  serve(() => []);
  server.use(
    http.post(`${org}/tokens`, () =>
      HttpResponse.json({ id: id(60), token: "tocsin_fake_whole" }, { status: 201 }),
    ),
    http.post(`${org}/grants`, () =>
      problem(400, "invalid", "A project of the grant is not known.", {
        errors: [{ path: "projects[1]", message: "is no project of the integration" }],
      }),
    ),
    http.delete(`${org}/tokens/${id(60)}`, () => {
      revoked = true;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = open(grants_page);
  await user.click(await screen.findByRole("button", { name: "New grant" }));
  const form = await dialog();
  await fill(user, form.getByRole("textbox", { name: "Name" }), "release script");
  await fill(user, form.getByRole("textbox", { name: "Projects" }), "shop, unknown");
  await user.click(form.getByRole("button", { name: "Create grant" }));
  await waitFor(() => expect(revoked).toBe(true));
  expect((await screen.findAllByText("is no project of the integration")).length).toBeGreaterThan(0);
});

test("a grant for a member needs no token", async () => {
  emptyServer();
  const requests: unknown[] = [];
  serve(() => []);
  server.use(
    http.get(`${org}/members`, () => list([{ id: id(3), email: "ada@example.com", name: "Ada" }])),
    http.post(`${org}/grants`, async ({ request }) => {
      requests.push(await request.json());
      return HttpResponse.json(grant, { status: 201 });
    }),
  );
  const { user } = open(grants_page);
  await user.click(await screen.findByRole("button", { name: "New grant" }));
  const form = await dialog();
  await fill(user, form.getByRole("textbox", { name: "Name" }), "mine");
  await user.selectOptions(await form.findByRole("combobox", { name: "Who calls" }), "Ada");
  await user.click(form.getByRole("button", { name: "Create grant" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(requests).toMatchObject([{ name: "mine", member: "ada@example.com" }]);
});

test("an admin finds waiting calls through the bell, approves one, and denies one", async () => {
  emptyServer();
  let approvals = [approval(80), approval(81, { operation: "comment_issue" })];
  serve(
    () => [],
    () => approvals,
  );
  server.use(
    http.post(`${org}/approvals/${id(80)}/approve`, () => {
      const done = approval(80, { state: "done", decided_by: "admin@example.com", result_status: 200 });
      approvals = [done, ...approvals.slice(1)];
      return HttpResponse.json(done);
    }),
    http.post(`${org}/approvals/${id(81)}/deny`, () => {
      const denied = approval(81, {
        operation: "comment_issue",
        state: "denied",
        decided_by: "ada@example.com",
      });
      approvals = [...approvals.slice(0, 1), denied];
      return HttpResponse.json(denied);
    }),
  );
  const { user, history } = open("/o/example/services");
  await user.click(await screen.findByRole("button", { name: /calls that wait for your approval: 2/ }));
  await user.click(await screen.findByRole("link", { name: "2 calls wait for your approval" }));
  await waitFor(() => expect(history.location.pathname).toBe(approvals_page));
  const waiting = within(await screen.findByRole("list", { name: "Waiting calls" }));
  expect(waiting.getAllByText("SHOP-7")).toHaveLength(2);
  await expectAccessible();
  await user.click(
    waiting.getByRole("button", { name: "Approve: Resolve an issue, asked by release script" }),
  );
  expect(
    await screen.findByText("Approved by admin@example.com; Sentry responded with status 200"),
  ).toBeTruthy();
  await user.click(screen.getByRole("button", { name: /^Deny: Comment on an issue/ }));
  expect(await screen.findByText("Denied by ada@example.com")).toBeTruthy();
  expect(await screen.findByText(/No call waits/)).toBeTruthy();
});

test("a refused decision says why, and an expired call has no buttons", async () => {
  emptyServer();
  const late = approval(82, { expires_at: new Date(Date.now() - 1_000).toISOString() });
  serve(
    () => [],
    () => [approval(80), late],
  );
  server.use(
    http.post(`${org}/approvals/${id(80)}/approve`, () =>
      problem(403, "forbidden", "Another admin must approve your own change."),
    ),
  );
  const { user } = open(approvals_page);
  await user.click(await screen.findByRole("button", { name: /^Approve/ }));
  expect(await screen.findByText("Another admin must approve your own change.")).toBeTruthy();
  expect(screen.getAllByRole("button", { name: /^Approve/ })).toHaveLength(1);
  expect(screen.getByText("Expired without a decision")).toBeTruthy();
});

test("one approval has a page of its own, for the one who asked, too", async () => {
  emptyServer("viewer");
  server.use(http.get(`${org}/approvals/${id(80)}`, () => HttpResponse.json(approval(80))));
  open(`/o/example/approvals/${id(80)}`);
  expect(await screen.findByText("Asked by release script")).toBeTruthy();
  expect(screen.queryByRole("button", { name: /^Approve/ })).toBeNull();
  await expectAccessible();
});

test("a viewer sees the grants, but neither actions nor approvals", async () => {
  emptyServer("viewer");
  serve(() => [grant]);
  open(grants_page);
  await screen.findByText("release script");
  expect(screen.queryByRole("button", { name: /New grant|Revoke/ })).toBeNull();
  expect(screen.queryByRole("link", { name: /Approvals/ })).toBeNull();
});

test("operations are summed up in words", () => {
  expect(operationsText(reading_operations)).toBe("Everything that only reads");
  expect(operationsText(["list_issues", "get_issue"])).toBe("List issues, Read an issue");
  const all = operationsText(operation_names satisfies readonly Schemas["GrantOperation"][]);
  expect(all).toBe("Everything that only reads, Resolve an issue, Assign an issue, Comment on an issue");
});
