import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Schemas } from "../../api/client";
import { expectAccessible, list, open, org, problem, quietServer } from "../../test/console";
import { incident } from "../../test/samples";
import { server } from "../../test/setup";
import { tellDone, undo_window } from "../../ui/undo";
import { rememberOrder } from "./list_position";

type Incident = Schemas["Incident"];

let incidents: Incident[];
let asked: Array<[string, unknown]>;

const becomes: Record<string, Incident["status"]> = {
  acknowledge: "acknowledged",
  resolve: "resolved",
  reopen: "open",
};

function change(number: number, more: Partial<Incident>) {
  incidents = incidents.map((each) => (each.number === number ? { ...each, ...more } : each));
  return incidents.find((each) => each.number === number);
}

beforeEach(() => {
  incidents = [incident(3), incident(2), incident(1, { status: "acknowledged" })];
  asked = [];
  quietServer();
  server.use(
    http.get(`${org}/incidents`, () => list(incidents)),
    http.get(`${org}/incidents/:number`, ({ params }) =>
      HttpResponse.json(incidents.find(({ number }) => number === Number(params.number))),
    ),
    http.get(`${org}/incidents/:number/timeline`, () => list([])),
    http.post(`${org}/incidents/:number/:action`, async ({ params, request }) => {
      const action = String(params.action);
      asked.push([`${params.number} ${action}`, await request.json()]);
      return HttpResponse.json(change(Number(params.number), { status: becomes[action] ?? "open" }));
    }),
    http.post(`${org}/incidents/bulk`, async ({ request }) => {
      const sent = (await request.json()) as Schemas["BulkChange"];
      asked.push(["bulk", sent]);
      const items = sent.numbers.map((number) => {
        if (number === 2) return { number, ok: false, code: "illegal_transition", detail: "It is resolved." };
        change(number, { status: becomes[sent.action] ?? "open" });
        return { number, ok: true };
      });
      return HttpResponse.json({ items });
    }),
    http.patch(`${org}/incidents/:number`, async ({ params, request }) => {
      const sent = (await request.json()) as Partial<Incident>;
      asked.push([`${params.number} change`, sent]);
      return HttpResponse.json(change(Number(params.number), { ...sent, severity_pinned: true }));
    }),
  );
});
afterEach(() => {
  vi.useRealTimers();
  tellDone(undefined);
  rememberOrder("none", []);
});

const focused = () => document.activeElement?.textContent ?? "";

test("from the list to acknowledged and resolved without a pointer", async () => {
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
  await screen.findByRole("button", { name: "Undo: unacknowledge" });
  await user.keyboard("r");
  await screen.findByText("Resolved #2.");
  expect(asked.map(([what]) => what)).toEqual(["2 acknowledge", "2 resolve"]);
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
    expect(asked).toEqual([["3 notes", { text: "rolled back, j and k are letters here" }]]),
  );
});

test("several are changed at once with one note, and what was refused is told", async () => {
  const { user } = open("/o/example/incidents");
  await screen.findByText("Problem 3");
  await user.keyboard("jxjxjx");
  await screen.findByText("3 selected");
  expect(screen.getByRole("button", { name: "Acknowledge 2" })).toBeTruthy();
  await user.keyboard("n");
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Note for all of them")));
  await user.keyboard("deploy 4.18{Escape}r");
  await screen.findByText("Not all of them were changed");
  expect(screen.getByText("#2: It is resolved.")).toBeTruthy();
  expect(asked).toEqual([["bulk", { numbers: [3, 2, 1], action: "resolve", note: "deploy 4.18" }]]);
  await screen.findByText("Resolved #3, #1.");
  // The refused one stays selected and has its old status back.
  expect(screen.getByRole("checkbox", { name: "Select #2" })).toHaveProperty("checked", true);
  await expectAccessible();

  asked = [];
  await user.click(screen.getByRole("button", { name: "Undo: reopen and acknowledge" }));
  await waitFor(() => expect(asked).toHaveLength(2));
  expect(asked).toEqual([
    ["bulk", { numbers: [3, 1], action: "reopen" }],
    ["1 acknowledge", {}],
  ]);
});

test("an acknowledgement is taken back by a key", async () => {
  const { user } = open("/o/example/incidents/3");
  await screen.findByRole("button", { name: "Acknowledge" });
  await user.keyboard("a");
  await screen.findByRole("button", { name: "Undo: unacknowledge" });
  await user.keyboard("z");
  await waitFor(() => expect(asked.map(([what]) => what)).toEqual(["3 acknowledge", "3 unacknowledge"]));
  await screen.findByRole("button", { name: "Acknowledge" });
});

test("a resolved one is put back by a key within ten seconds, and not after", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const { user } = open("/o/example/incidents/3");
  await screen.findByRole("button", { name: "Resolve" });
  await user.keyboard("r");
  await screen.findByRole("button", { name: "Undo: reopen" });
  await user.keyboard("z");
  await screen.findByRole("button", { name: "Acknowledge" });
  expect(asked.map(([what]) => what)).toEqual(["3 resolve", "3 reopen"]);
  await user.keyboard("r");
  await screen.findByRole("button", { name: "Undo: reopen" });
  await vi.advanceTimersByTimeAsync(undo_window + 100);
  expect(screen.queryByRole("button", { name: "Undo: reopen" })).toBeNull();
});

test("a refused change in the list goes back and is told", async () => {
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
  expect(rows[0]?.textContent).toContain("open");
});

test("the palette finds commands by name and incidents by number", async () => {
  const { user, history } = open("/o/example/services");
  await screen.findByRole("heading", { level: 1, name: "Services" });
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox", { name: "Find a command" }), "deliver");
  await expectAccessible();
  await user.keyboard("{Enter}");
  await waitFor(() => expect(history.location.pathname).toBe("/o/example/deliveries"));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.keyboard("{Control>}k{/Control}");
  await user.type(await screen.findByRole("combobox", { name: "Find a command" }), "#2{Enter}");
  await screen.findByRole("heading", { level: 1, name: "#2 Problem 2" });
});

test("the sheet tells the keys of the screen, and switches them off", async () => {
  const { user } = open("/o/example/incidents");
  await screen.findByText("Problem 3");
  await user.keyboard("?");
  const sheet = await screen.findByRole("dialog", { name: "Keyboard" });
  for (const label of ["Next incident", "Select this incident, or not", "All commands, by name"])
    expect(within(sheet).getByText(label)).toBeTruthy();
  await expectAccessible();
  await user.click(within(sheet).getByLabelText(/Single keys/));
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.keyboard("j");
  expect(document.activeElement?.closest("li")).toBeNull();
});

test("the search is reached with a slash from anywhere", async () => {
  const { user } = open("/o/example/services");
  await screen.findByRole("heading", { level: 1, name: "Services" });
  await user.keyboard("/");
  const field = await screen.findByRole("searchbox", { name: "Search incidents" });
  await waitFor(() => expect(document.activeElement).toBe(field));
});

test("a viewer moves along the list and acts on nothing", async () => {
  quietServer("viewer");
  server.use(http.get(`${org}/incidents`, () => list(incidents)));
  const { user } = open("/o/example/incidents");
  await screen.findByText("Problem 3");
  await user.keyboard("jxar");
  expect(focused()).toContain("#3");
  expect(screen.queryByRole("checkbox", { name: /^Select/ })).toBeNull();
  expect(asked).toEqual([]);
});

test("severity, assignee and title are changed where they are shown", async () => {
  const { user } = open("/o/example/incidents/3");
  await user.selectOptions(await screen.findByRole("combobox", { name: "Severity" }), "critical");
  await screen.findByText("set by a person");
  await user.click(screen.getByRole("button", { name: "Assign to me" }));
  await user.click(screen.getByRole("button", { name: "Rename…" }));
  const title = await screen.findByLabelText("Title *");
  await user.clear(title);
  await user.type(title, "Checkout is down");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Rename" }));
  await screen.findByRole("heading", { level: 1, name: "#3 Checkout is down" });
  expect(asked).toEqual([
    ["3 change", { severity: "critical" }],
    ["3 assign", { assignee: "admin@example.com" }],
    ["3 change", { title: "Checkout is down" }],
  ]);
});
