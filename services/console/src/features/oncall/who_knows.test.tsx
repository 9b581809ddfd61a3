import { act, screen, waitFor, within } from "@testing-library/react";
import { delay, HttpResponse, http } from "msw";
import { expect, test, vi } from "vitest";
import type { Schemas } from "../../api/client";
import { emptyServer, expectAccessible, list, open, org, problem } from "../../test/console";
import { FakeEventSource, useEventStreams } from "../../test/event_source";
import { id, incident, no_alarm, page, policy } from "../../test/samples";
import { server } from "../../test/setup";
import { formatCountdown } from "../../ui/format";

type Alarm = Schemas["Alarm"];
type Page = Schemas["Page"];

const ada = { email: "ada@example.com", name: "Ada" };
const bob = { email: "bob@example.com", name: "Bob" };
const in3m12s = () => new Date(Date.now() + 192_000).toISOString();

const running = (overrides: Partial<Alarm> = {}): Alarm => ({
  ...no_alarm,
  state: "running",
  policy_id: id(60),
  policy_version: 1,
  urgency: "high",
  step: 1,
  lap: 1,
  due_at: in3m12s(),
  started_at: "2026-01-02T03:04:05Z",
  next: [{ person: bob, at: in3m12s() }],
  ...overrides,
});

/** Serves incident #7 with its alarm and pages, newest first. A test may replace them. */
function servePaging(alarm: Alarm, pages: Page[]) {
  const served = { alarm, pages };
  emptyServer();
  server.use(
    http.get(`${org}/incidents/7`, () => HttpResponse.json(incident(7))),
    http.get(`${org}/incidents/7/timeline`, () => list([])),
    http.get(`${org}/incidents/7/alarm`, () => HttpResponse.json(served.alarm)),
    http.get(`${org}/incidents/7/pages`, () => list(served.pages)),
    http.get(`${org}/policies`, () => list([policy(60)])),
  );
  return served;
}

const panel = async () => within(await screen.findByRole("region", { name: "Who knows" }));
const proofsOf = (person: HTMLElement) =>
  within(within(person).getByRole("list", { name: "Proof" }))
    .getAllByRole("listitem")
    .map(({ textContent }) => textContent);

test.each([
  { left: 192_000, text: "3:12" },
  // Rounded up, so that 0:00 is never shown while time is left.
  { left: 44_001, text: "0:45" },
  { left: 3_723_000, text: "1:02:03" },
  { left: -5_000, text: "0:00" },
])("a countdown of $left ms is $text", ({ left, text }) => {
  expect(formatCountdown(left)).toBe(text);
});

test("a line per person shows the proofs with their times, and the next step with a countdown", async () => {
  const seen = page(2, {
    method: { kind: "push", mask: "Chrome" },
    state: "seen",
    accepted_at: "2026-01-02T03:04:10Z",
    delivered_at: "2026-01-02T03:04:11Z",
    seen_at: "2026-01-02T03:04:20Z",
  });
  const mail = page(1, { state: "accepted", accepted_at: "2026-01-02T03:04:07Z" });
  const due = page(3, { person: bob, step: 1 });
  servePaging(running(), [due, seen, mail]);
  open("/o/example/incidents/7");
  const { findByRole, getByText } = await panel();
  const persons = within(await findByRole("list", { name: "Who was paged" }));
  const [first, second] = ["Ada", "Bob"].map(
    (name) => persons.getByText(name, { selector: "strong" }).closest("li") as HTMLElement,
  );
  expect(proofsOf(first as HTMLElement)).toEqual([
    // The earliest proof, of any method.
    expect.stringMatching(/^Accepted: Jan 02, 2026, \d\d:04:07 .*, Email$/),
    expect.stringMatching(/^Delivered: .*:04:11 .*, Push$/),
    expect.stringMatching(/^Seen: .*:04:20 .*, Push$/),
    "Acted: not yet",
  ]);
  expect(proofsOf(second as HTMLElement).every((text) => text?.endsWith("not yet"))).toBe(true);
  const next = getByText("Next:").closest("p") as HTMLElement;
  expect(next.textContent).toMatch(/^Next: Bob in \d:\d\d step 2, lap 1 · high urgency$/);
  expect(screen.queryByText(/No person has been reached/)).toBeNull();
});

test("a red line says that no person has been reached, and failed attempts have their reason", async () => {
  const attempts: Page["attempts"] = [
    { at: "2026-01-02T03:04:06Z", outcome: "failed", http_status: null, detail: "451 try later" },
    { at: "2026-01-02T03:04:08Z", outcome: "refused", http_status: 410, detail: "gone" },
    { at: "2026-01-02T03:04:09Z", outcome: "unknown", http_status: null, detail: null },
    { at: "2026-01-02T03:04:10Z", outcome: null, http_status: null, detail: null },
  ];
  servePaging(running(), [page(1, { state: "sending", attempts })]);
  open("/o/example/incidents/7");
  const { findByText, getByRole } = await panel();
  await findByText("No person has been reached yet.");
  const failed = within(getByRole("list", { name: "Failed attempts" })).getAllByRole("listitem");
  expect(failed.map(({ textContent }) => textContent?.replace(/^.*\d\d:\d\d:\d\d /, ""))).toEqual([
    "Failed: 451 try later",
    "Refused with status 410: gone",
    "Interrupted",
  ]);
  await expectAccessible();
});

test.each([
  { state: "acknowledged", text: /^A person acknowledged the incident, so no further pages are sent/ },
  { state: "resolved", text: /^The incident was resolved, so/ },
  { state: "moved", text: /^The incident was moved to another service, so/ },
  { state: "exhausted", text: "All laps of the policy are over without an acknowledgment." },
] as const)("an alarm that ended as $state says so", async ({ state, text }) => {
  const accepted = page(1, { state: "accepted", accepted_at: "2026-01-02T03:04:07Z" });
  const cancelled = page(2, { person: bob, state: "cancelled", reason: "acknowledged before" });
  const ended = running({ state, due_at: null, next: [], ended_at: "2026-01-02T03:05:00Z" });
  servePaging(ended, [cancelled, accepted]);
  open("/o/example/incidents/7");
  const { findByText, getByText, queryByText } = await panel();
  await findByText(text);
  expect(getByText("Canceled")).toBeTruthy();
  expect(getByText("acknowledged before")).toBeTruthy();
  expect(queryByText("Next:")).toBeNull();
});

test("pages of an earlier alarm prove nothing about the running one", async () => {
  const old = page(1, {
    state: "acted",
    due_at: "2026-01-01T00:00:00Z",
    accepted_at: "2026-01-01T00:00:01Z",
    acted_at: "2026-01-01T00:00:02Z",
  });
  servePaging(running(), [page(2, { person: ada }), old]);
  open("/o/example/incidents/7");
  const { findByText, getByText } = await panel();
  await findByText("No person has been reached yet.");
  expect(getByText("1 page of earlier alarms")).toBeTruthy();
});

test("the last resort is named, and a person's older pages are behind a button", async () => {
  const pages = [4, 3, 2, 1].map((n) => page(n, { step: n === 4 ? 2 : n === 1 ? 0 : 1 }));
  servePaging(running(), pages);
  open("/o/example/incidents/7");
  const { findByText, getByRole } = await panel();
  await findByText("last resort");
  expect(getByRole("list", { name: "Pages to Ada" }).children).toHaveLength(2);
  await findByText("2 earlier pages");
});

test("an incident without an alarm says why no person is paged", async () => {
  servePaging(no_alarm, []);
  open("/o/example/incidents/7");
  await (await panel()).findByText(/^No person was paged because of this incident/);
  await expectAccessible();
});

test("loading and errors are shown, and the rest of the incident stays", async () => {
  servePaging(running(), []);
  let answers = 0;
  server.use(
    http.get(`${org}/incidents/7/alarm`, async () => {
      answers += 1;
      await delay(20);
      return answers === 1 ? problem(400, "invalid", "Not readable.") : HttpResponse.json(no_alarm);
    }),
  );
  const { user } = open("/o/example/incidents/7");
  const { findByRole, getByRole, findByText } = await panel();
  expect(getByRole("status", { name: "Loading" })).toBeTruthy();
  await findByRole("alert");
  expect(screen.getByRole("button", { name: "Acknowledge" })).toBeTruthy();
  await user.click(getByRole("button", { name: "Try again" }));
  await findByText(/^No person was paged because of this incident/);
});

test("a hint about pages refetches the alarm and the pages, and nothing else of the incident", async () => {
  useEventStreams();
  const served = servePaging(running(), [page(1)]);
  let timelines = 0;
  server.use(
    http.get(`${org}/incidents/7/timeline`, () => {
      timelines += 1;
      return list([]);
    }),
  );
  open("/o/example/incidents/7");
  const { findByText, findAllByText } = await panel();
  await findByText("No person has been reached yet.");
  const read = timelines;
  served.alarm = running({ state: "acknowledged", due_at: null, next: [], ended_at: "2026-01-02T03:05:00Z" });
  served.pages = [page(1, { state: "accepted", accepted_at: "2026-01-02T03:04:07Z" })];
  act(() => FakeEventSource.last.send("page", { number: 7 }));
  await findByText(/^A person acknowledged the incident/);
  await waitFor(async () => expect((await findAllByText("Accepted")).length).toBeGreaterThan(0));
  expect(timelines).toBe(read);
  vi.unstubAllGlobals();
});
