import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Schemas } from "../../api/client";
import { emptyServer, expectAccessible, list, open, org, problem } from "../../test/console";
import { id, incident } from "../../test/samples";
import { server } from "../../test/setup";
import { showAction, undo_window } from "../../ui/action_bar";
import { double_tap_window } from "./action_guard";
import { rememberOrder } from "./list_position";

type Incident = Schemas["Incident"];

const member = { role: "responder", created_at: "2026-01-01T00:00:00Z" };

let incidents: Incident[];
let requests: Array<[string, unknown]>;

const resulting_status: Record<string, Incident["status"]> = {
  acknowledge: "acknowledged",
  resolve: "resolved",
  reopen: "open",
};

function change(number: number, overrides: Partial<Incident>) {
  incidents = incidents.map((incident) =>
    incident.number === number ? { ...incident, ...overrides } : incident,
  );
  return incidents.find((incident) => incident.number === number);
}

beforeEach(() => {
  incidents = [incident(3), incident(2), incident(1, { status: "acknowledged" })];
  requests = [];
  emptyServer();
  server.use(
    http.get(`${org}/incidents`, () => list(incidents)),
    http.get(`${org}/incidents/:number`, ({ params }) =>
      HttpResponse.json(incidents.find(({ number }) => number === Number(params.number))),
    ),
    http.get(`${org}/incidents/:number/timeline`, () => list([])),
    http.get(`${org}/members`, () =>
      list([
        { ...member, id: id(1), email: "admin@example.com", name: "Admin", is_me: true },
        { ...member, id: id(2), email: "lena@example.com", name: "Lena", is_me: false },
      ]),
    ),
    http.post(`${org}/incidents/:number/:action`, async ({ params, request }) => {
      const action = String(params.action);
      requests.push([`${params.number} ${action}`, await request.json()]);
      return HttpResponse.json(change(Number(params.number), { status: resulting_status[action] ?? "open" }));
    }),
    http.post(`${org}/incidents/bulk`, async ({ request }) => {
      const sent = (await request.json()) as Schemas["BulkChange"];
      requests.push(["bulk", sent]);
      const items = sent.numbers.map((number) => {
        if (number === 2) return { number, ok: false, code: "illegal_transition", detail: "It is resolved." };
        change(number, { status: resulting_status[sent.action] ?? "open" });
        return { number, ok: true };
      });
      return HttpResponse.json({ items });
    }),
    http.patch(`${org}/incidents/:number`, async ({ params, request }) => {
      const sent = (await request.json()) as Partial<Incident>;
      requests.push([`${params.number} change`, sent]);
      return HttpResponse.json(change(Number(params.number), { ...sent, severity_pinned: true }));
    }),
  );
});
afterEach(() => {
  vi.useRealTimers();
  showAction(undefined);
  rememberOrder("none", []);
});

const focused = () => document.activeElement?.textContent ?? "";

test("an incident is opened, acknowledged, and resolved with the keyboard", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const { user, history } = open("/o/example/incidents");
  await screen.findByText("Problem 3");
  await user.keyboard("j");
  expect(focused()).toContain("#3");
  await user.keyboard("jk");
  expect(focused()).toContain("#3");
  await user.keyboard("j{Enter}");
  await screen.findByRole("heading", { level: 1, name: "#2 Problem 2" });
  await screen.findByRole("button", { name: "Acknowledge" });
  await user.keyboard("a");
  await screen.findByText("Acknowledged #2.");
  await screen.findByRole("button", { name: "Undo" });
  // Too soon after the acknowledgment to be meant.
  await user.keyboard("r");
  expect(screen.queryByRole("dialog")).toBeNull();
  await vi.advanceTimersByTimeAsync(double_tap_window);
  await user.keyboard("r");
  await screen.findByRole("dialog", { name: "Resolve #2" });
  await user.keyboard("restarted{Enter}");
  await screen.findByText("Resolved #2.");
  expect(requests).toEqual([
    ["2 acknowledge", {}],
    ["2 resolve", { note: "restarted" }],
  ]);
  await expectAccessible();

  await user.keyboard("j");
  await waitFor(() => expect(history.location.pathname).toBe("/o/example/incidents/1"));
  await screen.findByRole("heading", { level: 1, name: "#1 Problem 1" });
  await user.keyboard("u");
  await screen.findByRole("list", { name: "Incidents" });
  await user.keyboard("j");
  expect(focused()).toContain("#1");
});

test("a note is written from the keyboard", async () => {
  const { user } = open("/o/example/incidents/3");
  await screen.findByLabelText("Note");
  await user.keyboard("n");
  expect(document.activeElement).toBe(screen.getByLabelText("Note"));
  await user.keyboard("rolled back, j and k are letters here{Control>}{Enter}{/Control}");
  await waitFor(() =>
    expect(requests).toEqual([["3 notes", { text: "rolled back, j and k are letters here" }]]),
  );
});

test("a bulk action with a note shows which incidents were refused", async () => {
  const { user } = open("/o/example/incidents");
  await screen.findByText("Problem 3");
  await user.keyboard("jxjxjx");
  await screen.findByText("3 selected");
  expect(screen.getByRole("button", { name: "Acknowledge 2" })).toBeTruthy();
  await user.keyboard("n");
  await waitFor(() =>
    expect(document.activeElement).toBe(screen.getByLabelText("Note for all selected incidents")),
  );
  await user.keyboard("deploy 4.18{Escape}r");
  await screen.findByText("1 incident not changed");
  expect(screen.getByText("#2: It is resolved.")).toBeTruthy();
  expect(requests).toEqual([["bulk", { numbers: [3, 2, 1], action: "resolve", note: "deploy 4.18" }]]);
  await screen.findByText("Resolved #3, #1.");
  // The refused incident stays selected and has its old status.
  expect(screen.getByRole("checkbox", { name: "Select #2" })).toHaveProperty("checked", true);
  await expectAccessible();

  requests = [];
  await user.click(screen.getByRole("button", { name: "Undo" }));
  await waitFor(() => expect(requests).toHaveLength(2));
  expect(requests).toEqual([
    ["bulk", { numbers: [3, 1], action: "reopen" }],
    ["1 acknowledge", {}],
  ]);
});

test("a bulk action goes out in chunks, and a failed chunk is shown in the bar", async () => {
  const numbers = Array.from({ length: 450 }, (_, n) => 450 - n);
  incidents = numbers.map((number) => incident(number));
  const chunks: number[] = [];
  server.use(
    http.get(`${org}/incidents`, ({ request }) => {
      const { searchParams } = new URL(request.url);
      const start = Number(searchParams.get("cursor") ?? 0);
      const end = start + Number(searchParams.get("limit"));
      const next_cursor = end < incidents.length ? String(end) : null;
      return HttpResponse.json({ items: incidents.slice(start, end), next_cursor });
    }),
    http.post(`${org}/incidents/bulk`, async ({ request }) => {
      const sent = (await request.json()) as Schemas["BulkChange"];
      chunks.push(sent.numbers.length);
      if (chunks.length === 3) return problem(503, "unavailable", "The database does not respond.");
      return HttpResponse.json({ items: sent.numbers.map((number) => ({ number, ok: true })) });
    }),
  );
  const { user } = open("/o/example/incidents");
  await user.click(await screen.findByRole("checkbox", { name: "Select all shown" }));
  await user.click(await screen.findByRole("button", { name: "Select all 450 matching" }));
  await user.click(screen.getByRole("button", { name: "Acknowledge 450" }));
  const bar = within(screen.getByRole("region", { name: "Selected incidents" }));
  await bar.findByText("50 incidents not changed");
  expect(bar.getByText(/#50, #49, .* and 42 more: The database does not respond\./)).toBeTruthy();
  bar.getByText("50 selected");
  expect(chunks).toEqual([200, 200, 50]);
});

test("Shift selects a range, with the pointer and with the keyboard", async () => {
  const { user } = open("/o/example/incidents");
  await user.click(await screen.findByRole("checkbox", { name: "Select #3" }));
  await user.keyboard("{Shift>}");
  await user.click(screen.getByRole("checkbox", { name: "Select #1" }));
  await user.keyboard("{/Shift}");
  await screen.findByText("3 selected");
  await user.keyboard("{Escape}kkxjX");
  await screen.findByText("2 selected");
});

test("several incidents are assigned to a member", async () => {
  const { user } = open("/o/example/incidents");
  await screen.findByText("Problem 3");
  await user.keyboard("jxm");
  await screen.findByRole("option", { name: "Me (admin@example.com)" });
  await user.selectOptions(screen.getByRole("combobox", { name: "Member" }), "admin@example.com");
  expect(screen.queryByRole("button", { name: "Unassign" })).toBeNull();
  await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Assign" }));
  await screen.findByText("Assigned #3 to admin@example.com.");
  expect(requests).toEqual([["bulk", { numbers: [3], action: "assign", assignee: "admin@example.com" }]]);
});

test("a key undoes an acknowledgment", async () => {
  const { user } = open("/o/example/incidents/3");
  await screen.findByRole("button", { name: "Acknowledge" });
  await user.keyboard("a");
  await screen.findByRole("button", { name: "Undo" });
  await user.keyboard("z");
  await waitFor(() =>
    expect(requests.map(([what]) => what)).toEqual(["3 acknowledge", "3 unacknowledge", "bulk"]),
  );
  await screen.findByRole("button", { name: "Acknowledge" });
});

test("a key undoes a resolution within ten seconds, and not later", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const { user } = open("/o/example/incidents/3");
  await screen.findByRole("button", { name: "Resolve" });
  await user.keyboard("r");
  await screen.findByRole("dialog");
  await user.keyboard("{Enter}");
  await screen.findByRole("button", { name: "Undo" });
  await user.keyboard("z");
  await screen.findByRole("button", { name: "Acknowledge" });
  expect(requests.map(([what]) => what)).toEqual(["3 resolve", "3 reopen"]);
  await vi.advanceTimersByTimeAsync(double_tap_window);
  await user.keyboard("r");
  await screen.findByRole("dialog");
  await user.keyboard("{Enter}");
  await screen.findByRole("button", { name: "Undo" });
  await vi.advanceTimersByTimeAsync(undo_window + 100);
  expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
});

test("a refused change in the list is reverted and shown", async () => {
  server.use(
    http.post(`${org}/incidents/3/acknowledge`, () =>
      problem(409, "illegal_transition", "The incident is resolved; reopen it first."),
    ),
  );
  const { user } = open("/o/example/incidents");
  await screen.findByText("Problem 3");
  await user.keyboard("ja");
  expect((await screen.findByRole("alert")).textContent).toContain("reopen it first");
  const rows = within(screen.getByRole("list", { name: "Incidents" })).getAllByRole("listitem");
  expect(rows[0]?.textContent).toContain("Open");
});

test("the palette finds commands by name and incidents by number", async () => {
  const { user, history } = open("/o/example/services");
  await screen.findByRole("heading", { level: 1, name: "Services" });
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox", { name: "Search incidents and commands" }), "deliver");
  await expectAccessible();
  await user.keyboard("{Enter}");
  await waitFor(() => expect(history.location.pathname).toBe("/o/example/deliveries"));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.keyboard("{Control>}k{/Control}");
  await user.type(
    await screen.findByRole("combobox", { name: "Search incidents and commands" }),
    "#2{Enter}",
  );
  await screen.findByRole("heading", { level: 1, name: "#2 Problem 2" });
});

test("the dialog lists the shortcuts of the page and turns them off", async () => {
  const { user } = open("/o/example/incidents");
  await screen.findByText("Problem 3");
  await user.keyboard("?");
  const dialog = await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
  for (const label of ["Next incident", "Select or deselect this incident", "Search all commands"])
    expect(within(dialog).getByText(label)).toBeTruthy();
  await expectAccessible();
  await user.click(within(dialog).getByLabelText(/Single-key shortcuts/));
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.keyboard("j");
  expect(document.activeElement?.closest("li")).toBeNull();
});

test("a slash focuses the search from any page", async () => {
  const { user } = open("/o/example/services");
  await screen.findByRole("heading", { level: 1, name: "Services" });
  await user.keyboard("/");
  const field = await screen.findByRole("searchbox", { name: "Search incidents" });
  await waitFor(() => expect(document.activeElement).toBe(field));
});

test("a viewer navigates the list and cannot act", async () => {
  emptyServer("viewer");
  server.use(http.get(`${org}/incidents`, () => list(incidents)));
  const { user } = open("/o/example/incidents");
  await screen.findByText("Problem 3");
  await user.keyboard("jxar");
  expect(focused()).toContain("#3");
  expect(screen.queryByRole("checkbox", { name: /^Select/ })).toBeNull();
  expect(requests).toEqual([]);
});

test("severity, assignee, and title are changed in the summary", async () => {
  const { user } = open("/o/example/incidents/3");
  await user.selectOptions(await screen.findByRole("combobox", { name: "Severity" }), "critical");
  await screen.findByText("Set manually");
  await user.click(screen.getByRole("button", { name: "Assign to me" }));
  await user.click(screen.getByRole("button", { name: "Assign…" }));
  await screen.findByRole("option", { name: "Lena (lena@example.com)" });
  await user.selectOptions(screen.getByRole("combobox", { name: "Member" }), "lena@example.com");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Assign" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.click(screen.getByRole("button", { name: "Rename…" }));
  const title = await screen.findByLabelText("Title *");
  await user.clear(title);
  await user.type(title, "Checkout is down");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Rename" }));
  await screen.findByRole("heading", { level: 1, name: "#3 Checkout is down" });
  expect(requests).toEqual([
    ["3 change", { severity: "critical" }],
    ["3 assign", { assignee: "admin@example.com" }],
    ["3 assign", { assignee: "lena@example.com" }],
    ["3 change", { title: "Checkout is down" }],
  ]);
});
