import { screen, waitFor, within } from "@testing-library/react";
import { delay, HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { emptyServer, expectAccessible, list, open, org, problem } from "../../test/console";
import { delivery, id, incident } from "../../test/samples";
import { server } from "../../test/setup";

const header = () => screen.getByRole("main").querySelector("header") as HTMLElement;

test("an acknowledgment is shown immediately, and reverted with the reason when it is refused", async () => {
  emptyServer();
  let answer = () => {};
  let requests = 0;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  server.use(
    http.get(`${org}/incidents/7`, () => HttpResponse.json(incident(7))),
    http.get(`${org}/incidents/7/timeline`, () => list([])),
    http.post(`${org}/incidents/7/acknowledge`, async () => {
      requests += 1;
      await answered;
      return problem(409, "illegal_transition", "The incident is resolved; reopen it first.");
    }),
  );
  const { user } = open("/o/example/incidents/7");
  await user.click(await screen.findByRole("button", { name: "Acknowledge" }));
  await within(header()).findByText("Acknowledged");
  answer();
  expect((await screen.findByRole("alert")).textContent).toContain(
    "The incident is resolved; reopen it first.",
  );
  await within(header()).findByText("Open");
  // A second try directly after a refusal is meant.
  await user.click(screen.getByRole("button", { name: "Acknowledge" }));
  await waitFor(() => expect(requests).toBe(2));
  await expectAccessible();
});

test("resolving sends one request and shows the answer", async () => {
  emptyServer();
  let state = incident(7, { status: "acknowledged" });
  const sent: unknown[] = [];
  server.use(
    http.get(`${org}/incidents/7`, () => HttpResponse.json(state)),
    http.get(`${org}/incidents/7/timeline`, () => list([])),
    http.post(`${org}/incidents/7/resolve`, async ({ request }) => {
      sent.push(await request.json());
      state = incident(7, { status: "resolved", resolved_at: "2026-01-02T04:00:00Z", resolution: "person" });
      await delay(1);
      return HttpResponse.json(state);
    }),
  );
  const { user } = open("/o/example/incidents/7");
  await user.click(await screen.findByRole("button", { name: "Resolve" }));
  const dialog = await screen.findByRole("dialog");
  await user.click(within(dialog).getByRole("button", { name: /^Resolve/ }));
  await screen.findByRole("button", { name: "Reopen" });
  expect(sent).toEqual([{}]);
  expect(screen.queryByRole("button", { name: "Acknowledge" })).toBeNull();
});

test("a note appears in the timeline", async () => {
  emptyServer();
  const entries: unknown[] = [];
  server.use(
    http.get(`${org}/incidents/7`, () => HttpResponse.json(incident(7))),
    http.get(`${org}/incidents/7/timeline`, () => list(entries)),
    http.post(`${org}/incidents/7/notes`, async ({ request }) => {
      const { text } = (await request.json()) as { text: string };
      const entry = {
        id: "1",
        at: "2026-01-02T03:04:05Z",
        kind: "noted",
        actor: { type: "user", name: "admin@example.com" },
        from: null,
        to: null,
        text,
        delivery_id: null,
        data: {},
      };
      entries.push(entry);
      return HttpResponse.json(entry, { status: 201 });
    }),
  );
  const { user } = open("/o/example/incidents/7");
  await user.type(await screen.findByLabelText("Note"), "rolled back");
  await user.click(screen.getByRole("button", { name: "Add note" }));
  await within(await screen.findByRole("list", { name: /Timeline/ })).findByText("rolled back");
  await waitFor(() => expect(screen.getByLabelText<HTMLTextAreaElement>("Note").value).toBe(""));
});

test("a viewer sees the incident and cannot act on it", async () => {
  emptyServer("viewer");
  server.use(
    http.get(`${org}/incidents/7`, () => HttpResponse.json(incident(7))),
    http.get(`${org}/incidents/7/timeline`, () => list([])),
  );
  open("/o/example/incidents/7");
  expect(await screen.findByRole("button", { name: "Acknowledge" })).toHaveProperty("disabled", true);
  expect(screen.queryByLabelText("Note")).toBeNull();
  await expectAccessible();
});

test("an unknown incident is not found", async () => {
  emptyServer();
  server.use(
    http.get(`${org}/incidents/8`, () => problem(404, "not_found", "No such incident.")),
    http.get(`${org}/incidents/8/timeline`, () => problem(404, "not_found", "No such incident.")),
  );
  open("/o/example/incidents/8");
  await screen.findByText("Not found");
});

test.each([
  { category: "outage", test: true, assignee: "Ada from Sentry", kind: "Outage", isTest: true },
  // A kind that Sentry added later, and none.
  { category: "quantum", test: false, assignee: null, kind: "quantum", isTest: false },
  { category: null, test: false, assignee: null, kind: undefined, isTest: false },
])("the kind $category, Sentry's assignee, and a test notification are shown", async (row) => {
  emptyServer();
  const source = { ...incident(7).source, category: row.category } as Schemas["Incident"]["source"];
  const shown = incident(7, { source, sentry_assignee: row.assignee, test: row.test });
  server.use(
    http.get(`${org}/incidents/7`, () => HttpResponse.json(shown)),
    http.get(`${org}/incidents/7/timeline`, () => list([])),
  );
  open("/o/example/incidents/7");
  await screen.findByText("Last seen");
  const detail = (name: string) =>
    screen.queryByText(name, { selector: "dt" })?.nextElementSibling?.textContent;
  expect(detail("Kind")).toBe(row.kind);
  expect(detail("Assignee in Sentry")).toBe(row.assignee ?? undefined);
  expect(detail("Test") !== undefined).toBe(row.isTest);
});

test("a test notification is marked in the list", async () => {
  emptyServer();
  server.use(http.get(`${org}/incidents`, () => list([incident(7, { test: true }), incident(6)])));
  open("/o/example/incidents");
  await screen.findByText("#6");
  expect(screen.getAllByText("Test", { selector: "strong" })).toHaveLength(1);
});

test("the latest event is read from the newest delivery that has one", async () => {
  emptyServer();
  const stored = (n: number, body: object) =>
    http.get(`${org}/deliveries/${id(n)}`, () =>
      HttpResponse.json(delivery(n, { body: JSON.stringify(body) })),
    );
  const entry = (n: number) => ({
    id: String(n),
    at: `2026-01-02T03:0${n}:00Z`,
    kind: "alert_attached",
    actor: { type: "sentry", name: "Sentry" },
    from: null,
    to: null,
    text: "A rule",
    delivery_id: id(n),
    data: {},
  });
  const frames = [{ function: "charge", filename: "gateway.py", lineno: 87, in_app: true }];
  const values = [{ type: "TimeoutError", value: "<b>no answer</b>", stacktrace: { frames } }];
  server.use(
    http.get(`${org}/incidents/7`, () => HttpResponse.json(incident(7))),
    http.get(`${org}/incidents/7/timeline`, () => list([entry(1), entry(2)])),
    stored(2, { action: "created", data: { issue: {} } }),
    stored(1, {
      action: "triggered",
      data: { event: { exception: { values }, tags: [["browser", "Chrome"]] } },
    }),
  );
  open("/o/example/incidents/7");
  const panel = within(await screen.findByRole("region", { name: "Latest event" }));
  panel.getByText(/: <b>no answer<\/b>/);
  panel.getByText("charge");
  panel.getByText("gateway.py:87");
  panel.getByText("Chrome");
  expect(panel.getByRole("link", { name: "Delivery" }).getAttribute("href")).toContain(id(1));
  await expectAccessible();
});
