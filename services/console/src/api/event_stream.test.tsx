import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { emptyServer, expectAccessible, list, open, org } from "../test/console";
import { FakeEventSource, useEventStreams } from "../test/event_source";
import { incident } from "../test/samples";
import { server } from "../test/setup";
import { poll_interval } from "./event_stream";

let incidents = [incident(1)];
let reads = 0;

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  useEventStreams();
  emptyServer();
  incidents = [incident(1)];
  reads = 0;
  server.use(
    http.get(`${org}/incidents`, () => {
      reads += 1;
      return list(incidents);
    }),
  );
});
afterEach(() => {
  vi.useRealTimers();
});

async function openIncidents() {
  const page = open("/o/example/incidents");
  await screen.findByText("Problem 1");
  // While a row is selected, no row is inserted.
  await page.user.click(screen.getByRole("checkbox", { name: "Select #1" }));
  expect(FakeEventSource.last.url).toBe("/api/v1/orgs/example/events");
  FakeEventSource.last.open();
  await screen.findByText("Live");
  await vi.advanceTimersByTimeAsync(1_500);
  return page;
}

test("a hint causes a refetch, and no row moves until it is shown", async () => {
  const { user } = await openIncidents();
  incidents = [incident(2), incident(1, { status: "acknowledged" })];
  FakeEventSource.last.send("incident", { number: 2, version: 1 });
  FakeEventSource.last.send("incident", { number: 1, version: 2 });
  const before = reads;
  await vi.advanceTimersByTimeAsync(1_500);
  const show = await screen.findByRole("button", { name: /1 new incident/ });
  expect(reads).toBe(before + 1);
  const rows = within(screen.getByRole("list", { name: "Incidents" }));
  expect(rows.getAllByRole("listitem")).toHaveLength(1);
  rows.getByText("Acknowledged");
  await user.click(show);
  await screen.findByText("Problem 2");
});

test("many hints cause few refetches, and the next hint after them an immediate one", async () => {
  await openIncidents();
  const before = reads;
  for (let n = 0; n < 400; n += 1) {
    FakeEventSource.last.send("incident", { number: n, version: 1 });
    await vi.advanceTimersByTimeAsync(25);
  }
  // In ten seconds: a burst, then one per second.
  expect(reads - before).toBeLessThan(22);
  await vi.advanceTimersByTimeAsync(12_000);
  const after = reads;
  FakeEventSource.last.send("incident", { number: 1, version: 2 });
  await vi.advanceTimersByTimeAsync(100);
  expect(reads).toBe(after + 1);
});

test("while the stream is open, there is no frequent polling", async () => {
  await openIncidents();
  const before = reads;
  await vi.advanceTimersByTimeAsync(2 * poll_interval);
  expect(reads).toBe(before);
});

test("a lost stream is reported and replaced by polling; when it is back, missed changes are read", async () => {
  await openIncidents();
  FakeEventSource.last.fail();
  await vi.advanceTimersByTimeAsync(3_500);
  await screen.findByText(/Connection lost/);
  screen.getByText("Updates every 10s");
  await expectAccessible();
  incidents = [incident(2), incident(1)];
  await vi.advanceTimersByTimeAsync(poll_interval + 500);
  await screen.findByRole("button", { name: /1 new incident/ });

  expect(FakeEventSource.opened.length).toBeGreaterThan(1);
  incidents = [incident(3), incident(2), incident(1)];
  FakeEventSource.last.open();
  await screen.findByText("Live");
  expect(screen.queryByText(/Connection lost/)).toBeNull();
  await screen.findByRole("button", { name: /2 new incidents/ });
});

test("a server without a stream is polled without a notice, and rarely retried", async () => {
  open("/o/example/incidents");
  await screen.findByText("Problem 1");
  for (let tries = 0; tries < 4; tries += 1) {
    FakeEventSource.last.fail();
    await vi.advanceTimersByTimeAsync(40_000);
  }
  expect(FakeEventSource.opened.length).toBeLessThan(7);
  expect(screen.queryByText(/Connection lost/)).toBeNull();
  screen.getByText("Updates every 10s");
});

test("the page of an incident follows its hints, also invalid ones", async () => {
  let state = incident(7);
  server.use(
    http.get(`${org}/incidents/7`, () => HttpResponse.json(state)),
    http.get(`${org}/incidents/7/timeline`, () => list([])),
  );
  open("/o/example/incidents/7");
  await screen.findByRole("button", { name: "Acknowledge" });
  FakeEventSource.last.open();
  await vi.advanceTimersByTimeAsync(1_500);
  state = incident(7, { status: "resolved", resolution: "sentry", resolved_at: "2026-01-02T04:00:00Z" });
  FakeEventSource.last.send("incident", "nonsense");
  await screen.findByRole("button", { name: "Reopen" });
});

test("leaving the organization closes its stream", async () => {
  const { history } = await openIncidents();
  const stream = FakeEventSource.last;
  history.push("/login");
  await waitFor(() => expect(stream.readyState).toBe(FakeEventSource.CLOSED));
});
