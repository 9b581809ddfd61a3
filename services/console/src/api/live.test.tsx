import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { expectAccessible, list, open, org, quietServer } from "../test/console";
import { FakeEventSource, useEventStreams } from "../test/event_source";
import { incident } from "../test/samples";
import { server } from "../test/setup";
import { poll_interval } from "./live";

let incidents = [incident(1)];
let read = 0;

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  useEventStreams();
  quietServer();
  incidents = [incident(1)];
  read = 0;
  server.use(
    http.get(`${org}/incidents`, () => {
      read += 1;
      return list(incidents);
    }),
  );
});
afterEach(() => {
  vi.useRealTimers();
});

async function opened() {
  const page = open("/o/example/incidents");
  await screen.findByText("Problem 1");
  expect(FakeEventSource.last.url).toBe("/api/v1/orgs/example/events");
  FakeEventSource.last.open();
  await screen.findByText(/, live$/);
  await vi.advanceTimersByTimeAsync(1_500);
  return page;
}

test("a hint is followed by a reading, and no row moves until it is asked for", async () => {
  const { user } = await opened();
  incidents = [incident(2), incident(1, { status: "acknowledged" })];
  FakeEventSource.last.tell("incident", { number: 2, version: 1 });
  FakeEventSource.last.tell("incident", { number: 1, version: 2 });
  const before = read;
  await vi.advanceTimersByTimeAsync(1_500);
  const show = await screen.findByRole("button", { name: /1 new incident/ });
  expect(read).toBe(before + 1);
  const rows = within(screen.getByRole("list", { name: "Incidents" }));
  expect(rows.getAllByRole("listitem")).toHaveLength(1);
  rows.getByText("acknowledged");
  await user.click(show);
  await screen.findByText("Problem 2");
});

test("a storm of hints is answered seldom, the first hint after it at once", async () => {
  await opened();
  const before = read;
  for (let n = 0; n < 400; n += 1) {
    FakeEventSource.last.tell("incident", { number: n, version: 1 });
    await vi.advanceTimersByTimeAsync(25);
  }
  // Ten seconds of it: a burst, then one a second.
  expect(read - before).toBeLessThan(22);
  await vi.advanceTimersByTimeAsync(12_000);
  const after = read;
  FakeEventSource.last.tell("incident", { number: 1, version: 2 });
  await vi.advanceTimersByTimeAsync(100);
  expect(read).toBe(after + 1);
});

test("while the stream is there, nobody asks every few seconds", async () => {
  await opened();
  const before = read;
  await vi.advanceTimersByTimeAsync(2 * poll_interval);
  expect(read).toBe(before);
});

test("a lost stream says so, is replaced by asking, and is picked up again with what was missed", async () => {
  await opened();
  FakeEventSource.last.fail();
  await vi.advanceTimersByTimeAsync(3_500);
  await screen.findByText(/Live updates are lost/);
  screen.getByText(/, every 10 s$/);
  await expectAccessible();
  incidents = [incident(2), incident(1)];
  await vi.advanceTimersByTimeAsync(poll_interval + 500);
  await screen.findByRole("button", { name: /1 new incident/ });

  expect(FakeEventSource.opened.length).toBeGreaterThan(1);
  incidents = [incident(3), incident(2), incident(1)];
  FakeEventSource.last.open();
  await screen.findByText(/, live$/);
  expect(screen.queryByText(/Live updates are lost/)).toBeNull();
  await screen.findByRole("button", { name: /2 new incidents/ });
});

test("a server without a stream is asked instead, without a word of loss, and seldom tried again", async () => {
  open("/o/example/incidents");
  await screen.findByText("Problem 1");
  for (let tries = 0; tries < 4; tries += 1) {
    FakeEventSource.last.fail();
    await vi.advanceTimersByTimeAsync(40_000);
  }
  expect(FakeEventSource.opened.length).toBeLessThan(7);
  expect(screen.queryByText(/Live updates are lost/)).toBeNull();
  screen.getByText(/, every 10 s$/);
});

test("the screen of an incident follows its hints, whatever they carry", async () => {
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
  FakeEventSource.last.tell("incident", "nonsense");
  await screen.findByRole("button", { name: "Reopen" });
});

test("leaving the organization closes its stream", async () => {
  const { history } = await opened();
  const stream = FakeEventSource.last;
  history.push("/login");
  await waitFor(() => expect(stream.readyState).toBe(FakeEventSource.CLOSED));
});
