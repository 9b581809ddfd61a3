import { fireEvent, screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import { emptyServer, expectAccessible, list, open, org, problem } from "../../test/console";
import { delivery, id, incident } from "../../test/samples";
import { server } from "../../test/setup";
import { formatJson, splitIntoChunks } from "./json_format";

beforeEach(() => server.use(http.get(`${org}/incidents/42`, () => HttpResponse.json(incident(42)))));

test("the list shows outcomes and requests what the filters select", async () => {
  emptyServer();
  const requests: URLSearchParams[] = [];
  server.use(
    http.get(`${org}/deliveries`, ({ request }) => {
      requests.push(new URL(request.url).searchParams);
      return list([
        delivery(1),
        delivery(2, { outcome: "unmapped", rule: "no mapping", incident_number: null }),
      ]);
    }),
  );
  const { user, history } = open("/o/example/deliveries?outcome=unmapped&status=all");
  await screen.findByText("no mapping");
  expect(requests[0]?.getAll("outcome")).toEqual(["unmapped"]);
  expect(requests[0]?.has("status")).toBe(false);
  await expectAccessible();
  await user.selectOptions(screen.getByRole("combobox", { name: "Resource" }), "issue");
  await user.type(screen.getByRole("textbox", { name: "Project" }), "shop{Enter}");
  await waitFor(() => expect(history.location.search).toContain("project=shop"));
  await waitFor(() => expect(requests.at(-1)?.get("project")).toBe("shop"));
  expect(requests.at(-1)?.getAll("resource")).toEqual(["issue"]);
});

test("a time range is kept in the address, and an invalid time is ignored", async () => {
  emptyServer();
  const requests: URLSearchParams[] = [];
  server.use(
    http.get(`${org}/deliveries`, ({ request }) => {
      requests.push(new URL(request.url).searchParams);
      return list([delivery(1)]);
    }),
  );
  const { user, history } = open("/o/example/deliveries?since=2026-01-02T03:04:00.000Z&until=soon");
  await screen.findByRole("link", { name: "issue.created" });
  expect(requests[0]?.get("since")).toBe("2026-01-02T03:04:00.000Z");
  expect(requests[0]?.has("until")).toBe(false);
  fireEvent.change(screen.getByLabelText("Until"), { target: { value: "2026-01-03T00:00" } });
  await user.click(screen.getByRole("button", { name: "Filter" }));
  await waitFor(() => expect(history.location.search).toContain("until=2026-01-0"));
  await waitFor(() => expect(requests.at(-1)?.get("until")).toBe(new Date("2026-01-03T00:00").toISOString()));
  await expectAccessible();
});

test("a delivery shows the deciding rule, and its body as text", async () => {
  emptyServer();
  const body = `{"title":"</pre><script>alert(1)</script>","id":12345678901234567890}`;
  server.use(http.get(`${org}/deliveries/${id(1)}`, () => HttpResponse.json(delivery(1, { body }))));
  const { user, container } = open(`/o/example/deliveries/${id(1)}`);
  await screen.findByText("issue.created without an open incident");
  const shown = screen.getByRole("region", { name: "Body of the delivery" });
  expect(shown.textContent).toContain(`"id": 12345678901234567890`);
  expect(container.querySelector("script")).toBeNull();
  await user.click(screen.getByRole("switch", { name: "Show original" }));
  expect(shown.textContent).toBe(body);
  await expectAccessible();
});

test("a duplicate links to the delivery that it repeats", async () => {
  emptyServer();
  server.use(
    http.get(`${org}/deliveries/${id(2)}`, () =>
      HttpResponse.json(delivery(2, { outcome: "duplicate", duplicate_of: id(1), body: null })),
    ),
  );
  open(`/o/example/deliveries/${id(2)}`);
  const link = await screen.findByRole("link", { name: "an earlier delivery" });
  expect(link.getAttribute("href")).toBe(`/o/example/deliveries/${id(1)}`);
  expect(screen.getByText(/Not stored again/)).toBeTruthy();
});

test.each([
  ["{}", "{}"],
  ["[ ]", "[]"],
  ['{"a":1,"b":[true,null]}', '{\n  "a": 1,\n  "b": [\n    true,\n    null\n  ]\n}'],
  ['{"a":"{,:}\\"["}', '{\n  "a": "{,:}\\"["\n}'],
  ["12345678901234567890.10", "12345678901234567890.10"],
  ['"open', '"open'],
])("%s is formatted", (json, text) => {
  expect(formatJson(json)).toEqual({ text, isComplete: true });
});

test("a body that is shown in part can be downloaded", async () => {
  emptyServer();
  server.use(
    http.get(`${org}/deliveries/${id(1)}`, () =>
      HttpResponse.json(delivery(1, { body: "{", body_truncated: true })),
    ),
  );
  open(`/o/example/deliveries/${id(1)}`);
  const link = await screen.findByRole("link", { name: "Download the body" });
  expect(link.getAttribute("href")).toBe(`/api/v1/orgs/example/deliveries/${id(1)}/body`);
});

test("a body of only brackets is formatted", () => {
  const deep = "[".repeat(20_000);
  expect(formatJson(deep).text.replace(/\s/g, "")).toBe(deep);
  expect(formatJson(deep, 1_000).text).toHaveLength(1_000);
});

test("a long text is split between lines, and nothing is lost", () => {
  const text = Array.from({ length: 500 }, (_, n) => `line ${n}`).join("\n");
  const chunks = splitIntoChunks(text, 100);
  expect(chunks.join("")).toBe(text);
  expect(chunks.slice(0, -1).every((chunk) => chunk.endsWith("\n"))).toBe(true);
  expect(splitIntoChunks("x".repeat(250), 100)).toEqual(["x".repeat(100), "x".repeat(100), "x".repeat(50)]);
});

test("a body of millions of characters shows its beginning, then more on request", async () => {
  emptyServer();
  const body = JSON.stringify({ values: Array.from({ length: 200_000 }, (_, n) => n) });
  server.use(http.get(`${org}/deliveries/${id(1)}`, () => HttpResponse.json(delivery(1, { body }))));
  const { user } = open(`/o/example/deliveries/${id(1)}`);
  const shown = await screen.findByRole("region", { name: "Body of the delivery" });
  const first = shown.textContent?.length ?? 0;
  expect(first).toBe(100_000);
  await user.click(screen.getByRole("button", { name: "Show more" }));
  expect(shown.textContent?.length).toBeGreaterThan(first);
});

test("all processing steps are shown", async () => {
  emptyServer();
  server.use(
    http.get(`${org}/deliveries/${id(1)}`, () => HttpResponse.json(delivery(1))),
    http.get(`${org}/incidents/42`, () => HttpResponse.json(incident(42, { status: "acknowledged" }))),
  );
  open(`/o/example/deliveries/${id(1)}`);
  expect((await screen.findByRole("link", { name: "#42 Problem 42" })).getAttribute("href")).toBe(
    "/o/example/incidents/42",
  );
  expect(screen.getAllByRole("heading", { level: 3 }).map((heading) => heading.textContent)).toEqual([
    "Received",
    "Signature",
    "Content",
    "Mapping",
    "Decision",
    "Incident",
  ]);
  await expectAccessible();
});

test("an unmapped delivery shows where processing stopped and links to the unmapped projects", async () => {
  emptyServer();
  server.use(
    http.get(`${org}/deliveries/${id(1)}`, () =>
      HttpResponse.json(delivery(1, { outcome: "unmapped", rule: "not mapped", incident_number: null })),
    ),
  );
  open(`/o/example/deliveries/${id(1)}`);
  expect(await screen.findByRole("heading", { name: "No mapping" })).toBeTruthy();
  const link = screen.getByRole("link", { name: "Map it and replay the held deliveries" });
  expect(link.getAttribute("href")).toBe("/o/example/integrations/unmapped");
  expect(screen.getByRole("heading", { name: "No incident" })).toBeTruthy();
});

function serveReplay(dryRun: object, replay: object) {
  const requests: (string | null)[] = [];
  server.use(
    http.get(`${org}/deliveries/${id(1)}`, () => HttpResponse.json(delivery(1, { outcome: "unmapped" }))),
    http.post(`${org}/deliveries/${id(1)}/replay`, ({ request }) => {
      const dry_run = new URL(request.url).searchParams.get("dry_run");
      requests.push(dry_run);
      return HttpResponse.json(dry_run === "true" ? dryRun : replay);
    }),
  );
  return requests;
}

test("a dry run is followed by a replay after a confirmation", async () => {
  emptyServer();
  const rule = "a new issue in Sentry";
  const requests = serveReplay(
    { dry_run: true, delivery_id: null, outcome: "opened", rule, incident: 77 },
    { dry_run: false, delivery_id: id(9), outcome: "opened", rule, incident: 77 },
  );
  const { user } = open(`/o/example/deliveries/${id(1)}`);
  await user.click(await screen.findByRole("button", { name: "Dry run" }));
  expect(await screen.findByText(`Reason: ${rule}`)).toBeTruthy();
  expect(requests).toEqual(["true"]);
  expect(screen.queryByRole("link", { name: "Incident #77" })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Replay…" }));
  await screen.findByRole("dialog");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Replay" }));
  const link = await screen.findByRole("link", { name: "Incident #77" });
  expect(link.getAttribute("href")).toBe("/o/example/incidents/77");
  expect(screen.getByRole("link", { name: "New delivery" }).getAttribute("href")).toBe(
    `/o/example/deliveries/${id(9)}`,
  );
  expect(requests).toEqual(["true", "false"]);
  expect(screen.queryByRole("button", { name: "Replay…" })).toBeNull();
});

test("a replay is not offered if it would change nothing", async () => {
  emptyServer();
  serveReplay(
    { dry_run: true, delivery_id: null, outcome: "duplicate", rule: "it had its effect", incident: null },
    {},
  );
  const { user } = open(`/o/example/deliveries/${id(1)}`);
  await user.click(await screen.findByRole("button", { name: "Dry run" }));
  expect(await screen.findByText("A replay would not change anything.")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Replay…" })).toBeNull();
});

test("a refused replay shows the reason", async () => {
  emptyServer();
  server.use(
    http.get(`${org}/deliveries/${id(1)}`, () => HttpResponse.json(delivery(1))),
    http.post(`${org}/deliveries/${id(1)}/replay`, () =>
      problem(409, "conflict", "The body of this delivery is not stored."),
    ),
  );
  const { user } = open(`/o/example/deliveries/${id(1)}`);
  await user.click(await screen.findByRole("button", { name: "Dry run" }));
  expect(await screen.findByText("The body of this delivery is not stored.")).toBeTruthy();
});

test("a responder sees the processing steps without the replay", async () => {
  emptyServer("responder");
  server.use(http.get(`${org}/deliveries/${id(1)}`, () => HttpResponse.json(delivery(1))));
  open(`/o/example/deliveries/${id(1)}`);
  expect(await screen.findByText(/Only admins can replay a delivery/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: /Dry run/ })).toBeNull();
});
