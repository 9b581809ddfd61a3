import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { emptyServer, expectAccessible, list, open, org, problem } from "../../test/console";
import { id, policy } from "../../test/samples";
import { server } from "../../test/setup";
import { formatWait, type Ladder, type Member, parseWait, simulate, type Target } from "./simulation";

const member = (name: string, role: Member["role"]): Member => ({
  email: `${name.toLowerCase()}@example.com`,
  name,
  role,
});
const members = [member("Olga", "owner"), member("Ada", "admin"), member("Bob", "responder")];
const bob: Target = { kind: "user", id: "bob@example.com" };
const admins: Target = { kind: "role", id: "admin" };
const former: Target = { kind: "user", id: "gone@example.com" };

const ladder = (steps: [number, ...Target[]][], overrides: Partial<Ladder> = {}): Ladder => ({
  laps: 1,
  last_resort: true,
  steps: steps.map(([wait, ...targets]) => ({ wait, targets })),
  ...overrides,
});
const linesOf = (simulated: Ladder) =>
  simulate(simulated, members).map(({ after, text }) => `${formatWait(after)}: ${text}`);

test.each([
  {
    title: "steps in order",
    of: ladder([
      [300, bob],
      [600, admins],
    ]),
    lines: ["0s: Bob.", "5m: Olga and Ada.", "15m: Olga and Ada, as the last resort. Then the alarm ends."],
  },
  {
    title: "several laps",
    of: ladder([[300, bob]], { laps: 3 }),
    lines: [
      "0s: Bob.",
      "5m: the same steps again, 2 times.",
      "15m: Olga and Ada, as the last resort. Then the alarm ends.",
    ],
  },
  {
    title: "a step without people",
    of: ladder([
      [300, former],
      [600, bob],
    ]),
    lines: [
      "0s: Step 1 reaches no person, so it is skipped.",
      "0s: Bob.",
      "10m: Olga and Ada, as the last resort. Then the alarm ends.",
    ],
  },
  {
    title: "no people at all",
    of: ladder([[300, former]], { last_resort: false }),
    lines: [
      "0s: Step 1 reaches no person, so it is skipped.",
      "0s: Olga and Ada, because no step reaches a person.",
    ],
  },
  {
    title: "no last resort",
    of: ladder([[300, bob]], { last_resort: false }),
    lines: ["0s: Bob.", "5m: the alarm ends, and no further person is paged."],
  },
  {
    title: "a lap ends after a minute at the earliest",
    of: ladder(
      [
        [0, bob],
        [0, admins],
      ],
      { laps: 2 },
    ),
    lines: [
      "0s: Bob.",
      "0s: Olga and Ada.",
      "1m: the same steps again, once.",
      "2m: Olga and Ada, as the last resort. Then the alarm ends.",
    ],
  },
  {
    title: "a person in two targets",
    of: ladder([[300, { ...bob, urgency: "low" }, { kind: "role", id: "responder" }]]),
    lines: [
      "0s: Bob, with low urgency, Olga, and Ada.",
      "5m: Olga and Ada, as the last resort. Then the alarm ends.",
    ],
  },
])("the simulation says whom an alarm pages: $title", ({ of, lines }) => {
  expect(linesOf(of)).toEqual(lines);
});

test.each([
  ["30s", 30],
  ["5m", 300],
  ["1h", 3_600],
  ["7d", 604_800],
  [" 5m ", 300],
  ["0s", 0],
  ["", undefined],
  ["5", undefined],
  ["5 m", undefined],
  ["-5m", undefined],
  ["169h", undefined],
  ["1h30m", undefined],
])("the wait %s is %s seconds", (text, seconds) => {
  expect(parseWait(text)).toBe(seconds);
});

const policies_url = `${org}/policies`;

/** Serves policies and the members above. */
function servePolicies(policies: Schemas["Policy"][], role: Schemas["Role"] = "admin") {
  emptyServer(role);
  server.use(
    http.get(policies_url, () => list(policies)),
    http.get(`${org}/members`, () =>
      list(
        members.map((each, n) => ({ ...each, id: id(n), is_me: false, created_at: "2026-01-01T00:00:00Z" })),
      ),
    ),
  );
}

const stored = policy(60, {
  steps: [
    { wait: "5m", everyone_must_ack: false, targets: [{ ...bob, urgency: "as_is", pick: "all" }] },
    { wait: "10m", everyone_must_ack: false, targets: [{ ...admins, urgency: "as_is", pick: "all" }] },
  ],
});
const page_of_policy = `/o/example/paging/policies/${id(60)}`;
const simulation = () =>
  within(screen.getByRole("list", { name: "Simulation" }))
    .getAllByRole("listitem")
    .map(({ textContent }) => textContent);

test("policies are listed with what uses them and whom they page first", async () => {
  servePolicies([policy(61, { name: "Everything", is_default: true }), stored]);
  open("/o/example/paging");
  const rows = within(await screen.findByRole("list", { name: "Policies" }));
  const [first, second] = rows.getAllByRole("listitem");
  expect(first?.textContent).toContain("Default: for every service that names no other policy");
  await waitFor(() => expect(second?.textContent).toContain("At once: Bob."));
  expect(screen.getByRole("link", { name: "New policy" })).toBeTruthy();
  await expectAccessible();
});

test("an admin edits the ladder, and the simulation follows", async () => {
  servePolicies([stored]);
  const sent: Schemas["PolicyPatch"][] = [];
  server.use(
    http.patch(`${policies_url}/${id(60)}`, async ({ request }) => {
      sent.push((await request.json()) as Schemas["PolicyPatch"]);
      return HttpResponse.json({ ...stored, version: 2 });
    }),
  );
  const { user } = open(page_of_policy);
  await screen.findByText("Bob.");
  await user.click(await screen.findByRole("button", { name: "Move step 2 up" }));
  const wait = screen.getByRole("textbox", { name: "Wait after step 1" });
  await user.clear(wait);
  expect(screen.queryByRole("list", { name: "Simulation" })).toBeNull();
  await user.type(wait, "2m");
  await user.selectOptions(
    screen.getByRole("combobox", { name: "Whom target 1 of step 2 pages" }),
    "role viewer",
  );
  expect(simulation().slice(0, 2)).toEqual(["At once: Olga and Ada.", "After 2m: Olga, Ada, and Bob."]);
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByText("Saved as version 2. Running alarms keep theirs.");
  expect(sent).toEqual([
    {
      name: "Policy 60",
      slug: "policy-60",
      laps: 3,
      last_resort: true,
      steps: [
        { wait: "2m", targets: [{ ...admins, urgency: "as_is", pick: "all" }] },
        { wait: "5m", targets: [{ kind: "role", id: "viewer", urgency: "as_is", pick: "all" }] },
      ],
    },
  ]);
});

test("errors of the server are shown at their fields", async () => {
  servePolicies([stored]);
  server.use(
    http.patch(`${policies_url}/${id(60)}`, () =>
      problem(400, "invalid", "A field is not valid.", {
        errors: [
          { path: "slug", message: "is taken by another policy" },
          { path: "steps[0].targets[0].id", message: "must be the email address of a member" },
          { path: "steps[1].wait", message: "must be a duration" },
        ],
      }),
    ),
  );
  const { user } = open(page_of_policy);
  await user.click(await screen.findByRole("button", { name: "Save" }));
  await screen.findByText("is taken by another policy");
  const invalid = (role: string, name: string) =>
    screen.getByRole(role, { name }).getAttribute("aria-invalid");
  expect(invalid("combobox", "Whom target 1 of step 1 pages")).toBe("true");
  expect(invalid("textbox", "Wait after step 2")).toBe("true");
  expect(screen.getByText("must be the email address of a member")).toBeTruthy();
});

test("a new policy is created and opened", async () => {
  const all: Schemas["Policy"][] = [];
  servePolicies(all);
  server.use(
    http.post(policies_url, async ({ request }) => {
      const created = { ...stored, ...((await request.json()) as object) };
      all.push(created);
      return HttpResponse.json(created, { status: 201 });
    }),
  );
  const { user, history } = open("/o/example/paging/policies/new");
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Night shift");
  await user.click(screen.getByRole("button", { name: "Add step" }));
  await user.click(screen.getByRole("button", { name: "Add a person or role to step 1" }));
  await user.click(screen.getByRole("button", { name: "Remove target 1 of step 1" }));
  await user.click(screen.getByRole("button", { name: "Remove step 2" }));
  await user.click(screen.getByRole("button", { name: "Create policy" }));
  await waitFor(() => expect(history.location.pathname).toBe(page_of_policy));
  expect(all[0]).toMatchObject({ name: "Night shift", slug: "night-shift", laps: 3 });
  expect(all[0]?.steps).toHaveLength(1);
});

test("a policy in use is not deleted, and says why", async () => {
  servePolicies([stored]);
  server.use(
    http.delete(`${policies_url}/${id(60)}`, () =>
      problem(409, "in_use", "A service uses this policy. Give the service another one first."),
    ),
  );
  const { user } = open(page_of_policy);
  await user.click(await screen.findByRole("button", { name: "Delete" }));
  await user.click(within(await screen.findByRole("dialog")).getByRole("button", { name: "Delete" }));
  await screen.findByText("A service uses this policy. Give the service another one first.");
});

test("a viewer reads a policy and its simulation, and cannot change it", async () => {
  servePolicies([stored], "viewer");
  open(page_of_policy);
  await screen.findByText("Only admins can change policies.");
  await waitFor(() => expect(simulation()[0]).toBe("At once: Bob."));
  expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
  expect(screen.queryByRole("button", { name: "Delete" })).toBeNull();
  await expectAccessible();
});
