import { fireEvent, screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible, list, open, org, problem, quietServer } from "../../test/console";
import { delivery, id, incident } from "../../test/samples";
import { server } from "../../test/setup";
import { layOut, pieces } from "./pretty";

beforeEach(() => server.use(http.get(`${org}/incidents/42`, () => HttpResponse.json(incident(42)))));

test("the log shows outcomes and asks for what the filters say", async () => {
  quietServer();
  const asked: URLSearchParams[] = [];
  server.use(
    http.get(`${org}/deliveries`, ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return list([
        delivery(1),
        delivery(2, { outcome: "unmapped", rule: "no mapping", incident_number: null }),
      ]);
    }),
  );
  const { user, history } = open("/o/example/deliveries?outcome=unmapped");
  await screen.findByText("no mapping");
  expect(asked[0]?.getAll("outcome")).toEqual(["unmapped"]);
  await expectAccessible();
  await user.selectOptions(screen.getByRole("combobox", { name: "Resource" }), "issue");
  await user.type(screen.getByRole("textbox", { name: "Project" }), "shop{Enter}");
  await waitFor(() => expect(history.location.search).toContain("project=shop"));
  await waitFor(() => expect(asked.at(-1)?.get("project")).toBe("shop"));
  expect(asked.at(-1)?.getAll("resource")).toEqual(["issue"]);
});

test("a span of time stands in the address, and what is no time is left out", async () => {
  quietServer();
  const asked: URLSearchParams[] = [];
  server.use(
    http.get(`${org}/deliveries`, ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return list([delivery(1)]);
    }),
  );
  const { user, history } = open("/o/example/deliveries?since=2026-01-02T03:04:00.000Z&until=soon");
  await screen.findByRole("link", { name: "issue.created" });
  expect(asked[0]?.get("since")).toBe("2026-01-02T03:04:00.000Z");
  expect(asked[0]?.has("until")).toBe(false);
  fireEvent.change(screen.getByLabelText("Until"), { target: { value: "2026-01-03T00:00" } });
  await user.click(screen.getByRole("button", { name: "Filter" }));
  await waitFor(() => expect(history.location.search).toContain("until=2026-01-0"));
  await waitFor(() => expect(asked.at(-1)?.get("until")).toBe(new Date("2026-01-03T00:00").toISOString()));
  await expectAccessible();
});

test("one delivery tells what decided, and shows its body as text", async () => {
  quietServer();
  const body = `{"title":"</pre><script>alert(1)</script>","id":12345678901234567890}`;
  server.use(http.get(`${org}/deliveries/${id(1)}`, () => HttpResponse.json(delivery(1, { body }))));
  const { user, container } = open(`/o/example/deliveries/${id(1)}`);
  await screen.findByText("issue.created without an open incident");
  const shown = screen.getByRole("region", { name: "Body of the delivery" });
  expect(shown.textContent).toContain(`"id": 12345678901234567890`);
  expect(container.querySelector("script")).toBeNull();
  await user.click(screen.getByRole("switch", { name: "As it was sent" }));
  expect(shown.textContent).toBe(body);
  await expectAccessible();
});

test("a duplicate leads to the delivery that it repeats", async () => {
  quietServer();
  server.use(
    http.get(`${org}/deliveries/${id(2)}`, () =>
      HttpResponse.json(delivery(2, { outcome: "duplicate", duplicate_of: id(1), body: null })),
    ),
  );
  open(`/o/example/deliveries/${id(2)}`);
  const link = await screen.findByRole("link", { name: "an earlier delivery" });
  expect(link.getAttribute("href")).toBe(`/o/example/deliveries/${id(1)}`);
  expect(screen.getByText(/Kept once/)).toBeTruthy();
});

test.each([
  ["{}", "{}"],
  ["[ ]", "[]"],
  ['{"a":1,"b":[true,null]}', '{\n  "a": 1,\n  "b": [\n    true,\n    null\n  ]\n}'],
  ['{"a":"{,:}\\"["}', '{\n  "a": "{,:}\\"["\n}'],
  ["12345678901234567890.10", "12345678901234567890.10"],
  ['"open', '"open'],
])("%s is laid out", (json, laid) => {
  expect(layOut(json)).toEqual({ text: laid, whole: true });
});

test("a body of nothing but brackets is laid out without harm", () => {
  const deep = "[".repeat(20_000);
  expect(layOut(deep).text.replace(/\s/g, "")).toBe(deep);
  expect(layOut(deep, 1_000).text).toHaveLength(1_000);
});

test("a long text is cut between lines, and nothing is lost", () => {
  const text = Array.from({ length: 500 }, (_, n) => `line ${n}`).join("\n");
  const cut = pieces(text, 100);
  expect(cut.join("")).toBe(text);
  expect(cut.slice(0, -1).every((piece) => piece.endsWith("\n"))).toBe(true);
  expect(pieces("x".repeat(250), 100)).toEqual(["x".repeat(100), "x".repeat(100), "x".repeat(50)]);
});

test("a body of millions of characters shows its beginning, and more on demand", async () => {
  quietServer();
  const body = JSON.stringify({ values: Array.from({ length: 200_000 }, (_, n) => n) });
  server.use(http.get(`${org}/deliveries/${id(1)}`, () => HttpResponse.json(delivery(1, { body }))));
  const { user } = open(`/o/example/deliveries/${id(1)}`);
  const shown = await screen.findByRole("region", { name: "Body of the delivery" });
  const first = shown.textContent?.length ?? 0;
  expect(first).toBe(100_000);
  await user.click(screen.getByRole("button", { name: "Show more" }));
  expect(shown.textContent?.length).toBeGreaterThan(first);
});

test("it tells each step from the wire to the incident", async () => {
  quietServer();
  server.use(
    http.get(`${org}/deliveries/${id(1)}`, () => HttpResponse.json(delivery(1))),
    http.get(`${org}/incidents/42`, () => HttpResponse.json(incident(42, { status: "acknowledged" }))),
  );
  open(`/o/example/deliveries/${id(1)}`);
  expect((await screen.findByRole("link", { name: "#42 Problem 42" })).getAttribute("href")).toBe(
    "/o/example/incidents/42",
  );
  expect(screen.getAllByRole("heading", { level: 3 }).map((each) => each.textContent)).toEqual([
    "Received",
    "Signature verified",
    "Read",
    "Mapping",
    "Decision",
    "Incident",
  ]);
  await expectAccessible();
});

test("an unmapped delivery says where it ended and leads to the inbox", async () => {
  quietServer();
  server.use(
    http.get(`${org}/deliveries/${id(1)}`, () =>
      HttpResponse.json(delivery(1, { outcome: "unmapped", rule: "not mapped", incident_number: null })),
    ),
  );
  open(`/o/example/deliveries/${id(1)}`);
  expect(await screen.findByRole("heading", { name: "No mapping" })).toBeTruthy();
  const link = screen.getByRole("link", { name: "Map it and run what was held" });
  expect(link.getAttribute("href")).toBe("/o/example/integrations/unmapped");
  expect(screen.getByRole("heading", { name: "No incident" })).toBeTruthy();
});

function replayable(first: object, then: object) {
  const asked: (string | null)[] = [];
  server.use(
    http.get(`${org}/deliveries/${id(1)}`, () => HttpResponse.json(delivery(1, { outcome: "unmapped" }))),
    http.post(`${org}/deliveries/${id(1)}/replay`, ({ request }) => {
      const dry = new URL(request.url).searchParams.get("dry_run");
      asked.push(dry);
      return HttpResponse.json(dry === "true" ? first : then);
    }),
  );
  return asked;
}

test("it is tried without effect, then run for real after a question", async () => {
  quietServer();
  const rule = "a new issue in Sentry";
  const asked = replayable(
    { dry_run: true, delivery_id: null, outcome: "opened", rule, incident: 77 },
    { dry_run: false, delivery_id: id(9), outcome: "opened", rule, incident: 77 },
  );
  const { user } = open(`/o/example/deliveries/${id(1)}`);
  await user.click(await screen.findByRole("button", { name: "Try it, without effect" }));
  expect(await screen.findByText(`because: ${rule}`)).toBeTruthy();
  expect(asked).toEqual(["true"]);
  expect(screen.queryByRole("link", { name: "Incident #77" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Run it for real…" }));
  await screen.findByRole("dialog");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Run it for real" }));
  const made = await screen.findByRole("link", { name: "Incident #77" });
  expect(made.getAttribute("href")).toBe("/o/example/incidents/77");
  expect(screen.getByRole("link", { name: "The delivery that this made" }).getAttribute("href")).toBe(
    `/o/example/deliveries/${id(9)}`,
  );
  expect(asked).toEqual(["true", "false"]);
  expect(screen.queryByRole("button", { name: "Run it for real…" })).toBeNull();
});

test("what would change nothing is not offered for real", async () => {
  quietServer();
  replayable(
    { dry_run: true, delivery_id: null, outcome: "duplicate", rule: "it had its effect", incident: null },
    {},
  );
  const { user } = open(`/o/example/deliveries/${id(1)}`);
  await user.click(await screen.findByRole("button", { name: "Try it, without effect" }));
  expect(await screen.findByText("Running it for real would change nothing.")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Run it for real…" })).toBeNull();
});

test("a refused replay says why; who is no admin is told who can", async () => {
  quietServer();
  server.use(
    http.get(`${org}/deliveries/${id(1)}`, () => HttpResponse.json(delivery(1))),
    http.post(`${org}/deliveries/${id(1)}/replay`, () =>
      problem(409, "conflict", "The body of this delivery is not kept."),
    ),
  );
  const { user } = open(`/o/example/deliveries/${id(1)}`);
  await user.click(await screen.findByRole("button", { name: "Try it, without effect" }));
  expect(await screen.findByText("The body of this delivery is not kept.")).toBeTruthy();
});

test("a responder sees the explanation without the replay", async () => {
  quietServer("responder");
  server.use(http.get(`${org}/deliveries/${id(1)}`, () => HttpResponse.json(delivery(1))));
  open(`/o/example/deliveries/${id(1)}`);
  expect(await screen.findByText(/An admin can try this delivery again/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: /Try it/ })).toBeNull();
});
