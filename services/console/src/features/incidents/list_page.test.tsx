import { screen, waitFor, within } from "@testing-library/react";
import { http } from "msw";
import { afterEach, expect, test, vi } from "vitest";
import { poll_interval } from "../../api/event_stream";
import { emptyServer, expectAccessible, list, open, org, problem } from "../../test/console";
import { checkout, incident, integration, mapping, project, search } from "../../test/samples";
import { server } from "../../test/setup";

afterEach(() => {
  vi.useRealTimers();
});

const titles = () =>
  within(screen.getByRole("list", { name: "Incidents" }))
    .getAllByRole("link")
    .map((link) => link.textContent);

test("the filters are in the address and in the request", async () => {
  emptyServer();
  const requests: URLSearchParams[] = [];
  server.use(
    http.get(`${org}/services`, () => list([checkout, search])),
    http.get(`${org}/incidents`, ({ request }) => {
      requests.push(new URL(request.url).searchParams);
      return list([incident(2)]);
    }),
  );
  const { user, history } = open("/o/example/incidents?severity=critical,error");
  await screen.findByText("Problem 2");
  expect(requests[0]?.getAll("severity")).toEqual(["critical", "error"]);
  expect(requests[0]?.getAll("status")).toEqual(["open", "acknowledged"]);
  expect(screen.getByRole("checkbox", { name: /^Critical/ })).toHaveProperty("checked", true);

  await user.click(screen.getByRole("radio", { name: "Resolved" }));
  await waitFor(() => expect(history.location.search).toBe("?severity=critical,error&status=resolved"));
  await user.click(screen.getByRole("checkbox", { name: /^Critical/ }));
  await waitFor(() => expect(history.location.search).toBe("?severity=error&status=resolved"));
  await screen.findByRole("option", { name: "Search" });
  await user.selectOptions(screen.getByRole("combobox", { name: "Service" }), "Search");
  await waitFor(() => expect(history.location.search).toContain("service=search"));
  await user.type(screen.getByRole("searchbox", { name: "Search incidents" }), "time out");
  await waitFor(() => expect(history.location.search).toContain("q=time+out"));
  await waitFor(() => expect(requests.at(-1)?.get("q")).toBe("time out"));
  expect(requests.at(-1)?.getAll("service")).toEqual(["search"]);
  expect(requests.at(-1)?.getAll("status")).toEqual(["resolved"]);
  await expectAccessible();
});

test("new incidents are announced, and no row moves until they are shown", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  emptyServer();
  let incidents = [incident(2), incident(1)];
  server.use(http.get(`${org}/incidents`, () => list(incidents)));
  const { user } = open("/o/example/incidents");
  await screen.findByText("Problem 2");
  await user.click(screen.getByRole("checkbox", { name: "Select #2" }));

  incidents = [incident(4), incident(3, { severity: "critical" }), incident(2, { severity: "critical" })];
  await vi.advanceTimersByTimeAsync(poll_interval + 100);
  const show = await screen.findByRole("button", { name: "Show 2 new incidents, 1 critical, 1 changed" });
  expect(show.closest("[aria-live=polite]")).not.toBeNull();
  expect(titles()).toEqual(["#2 Problem 2", "#1 Problem 1"]);
  expect(screen.getByText("No longer matches")).toBeTruthy();
  expect(within(screen.getByRole("list", { name: "Incidents" })).getByText("Critical")).toBeTruthy();
  await expectAccessible();

  await user.click(show);
  await waitFor(() => expect(titles()).toEqual(["#3 Problem 3", "#2 Problem 2", "#4 Problem 4"]));
  expect(screen.queryByRole("button", { name: /new incident/ })).toBeNull();
  expect(screen.getByRole("checkbox", { name: "Select #2" })).toHaveProperty("checked", true);
});

test("new incidents appear at once in an empty list, and at the start of a list that is not touched", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  emptyServer();
  let incidents = [] as ReturnType<typeof incident>[];
  server.use(http.get(`${org}/incidents`, () => list(incidents)));
  const { user } = open("/o/example/incidents");
  await screen.findByText("Sentry is not connected");
  incidents = [incident(1)];
  await vi.advanceTimersByTimeAsync(poll_interval + 100);
  await screen.findByText("Problem 1");
  incidents = [incident(2), incident(1)];
  await vi.advanceTimersByTimeAsync(poll_interval + 100);
  await waitFor(() => expect(titles()).toEqual(["#2 Problem 2", "#1 Problem 1"]));
  // A row that has the focus does not move.
  await user.keyboard("j");
  incidents = [incident(3), incident(2), incident(1)];
  await vi.advanceTimersByTimeAsync(2 * poll_interval);
  await screen.findByRole("button", { name: "Show 1 new incident" });
  expect(titles()).toEqual(["#2 Problem 2", "#1 Problem 1"]);
});

test("a list that is loaded completely is sorted, and the order is in the address", async () => {
  emptyServer();
  server.use(
    http.get(`${org}/incidents`, () =>
      list([
        incident(4, { occurrences: 9 }),
        incident(3, { severity: "critical", occurrences: 1 }),
        incident(2, { severity: "info" }),
        incident(1, { severity: "critical" }),
      ]),
    ),
  );
  const { user, history } = open("/o/example/incidents");
  await screen.findByText("Problem 4");
  const numbers = () => titles().map((title) => title?.split(" ")[0]);
  expect(numbers()).toEqual(["#3", "#1", "#4", "#2"]);
  await user.selectOptions(screen.getByRole("combobox", { name: "Sort by" }), "Most events");
  await waitFor(() => expect(history.location.search).toBe("?sort=occurrences"));
  expect(numbers()).toEqual(["#4", "#2", "#1", "#3"]);
  await user.click(screen.getByRole("radio", { name: "All" }));
  await user.selectOptions(await screen.findByRole("combobox", { name: "Sort by" }), "Newest");
  await waitFor(() => expect(numbers()).toEqual(["#4", "#3", "#2", "#1"]));
});

test("an empty list says what is missing", async () => {
  emptyServer();
  const connected = integration();
  const path = `${org}/integrations/${connected.id}/mappings`;
  let mappings: unknown[] = [];
  server.use(
    http.get(`${org}/integrations`, () => list([connected])),
    http.get(path, () => list(mappings)),
  );
  const { history } = open("/o/example/incidents");
  await screen.findByText("No Sentry project is mapped");
  expect(screen.getAllByLabelText("Done")).toHaveLength(1);
  await expectAccessible();
  mappings = [mapping(1, project("7", "shop"), checkout)];
  history.push("/o/example/services");
  await screen.findByRole("heading", { name: "Services" });
  history.push("/o/example/incidents");
  await screen.findByText("No active incidents");
});

test("an action that does not reach the server is offered again", async () => {
  emptyServer();
  let isOnline = false;
  server.use(
    http.get(`${org}/incidents`, () => list([incident(1)])),
    http.post(`${org}/incidents/1/acknowledge`, () =>
      isOnline ? Response.json(incident(1, { status: "acknowledged" })) : Response.error(),
    ),
  );
  const { user } = open("/o/example/incidents");
  await screen.findByText("Problem 1");
  await user.keyboard("ja");
  await screen.findByText("Not sent");
  isOnline = true;
  await user.click(screen.getByRole("button", { name: "Retry" }));
  await screen.findByText("Acknowledged #1.");
  await waitFor(() => expect(screen.queryByText("Not sent")).toBeNull());
});

test("all shown rows are read, also beyond the first page of the server", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  emptyServer();
  let incidents = Array.from({ length: 260 }, (_, n) => incident(260 - n));
  server.use(
    http.get(`${org}/incidents`, ({ request }) => {
      const { searchParams } = new URL(request.url);
      const before = Number(searchParams.get("cursor") ?? Number.MAX_SAFE_INTEGER);
      const rest = incidents.filter(({ number }) => number < before);
      const items = rest.slice(0, Number(searchParams.get("limit")));
      return Response.json({ items, next_cursor: rest.length > items.length ? items.at(-1)?.number : null });
    }),
  );
  const { user } = open("/o/example/incidents");
  for (const last of [61, 1]) {
    await user.click(await screen.findByRole("button", { name: "Load more" }));
    await screen.findByText(`Problem ${last}`);
  }
  await user.click(screen.getByRole("checkbox", { name: "Select #1" }));
  incidents = incidents.map((old) => (old.number === 1 ? { ...old, status: "acknowledged" } : old));
  incidents = [...Array.from({ length: 300 }, (_, n) => incident(560 - n)), ...incidents];
  await vi.advanceTimersByTimeAsync(poll_interval + 500);
  await screen.findByRole("button", { name: "Show 300 new incidents" });
  const row = screen.getByText("Problem 1").closest("li");
  expect(row?.textContent).toContain("Acknowledged");
});

test("text from Sentry is never markup, and only http URLs are links", async () => {
  emptyServer();
  const hostile = `<img src=x onerror="document.title='executed'"><script>alert(1)</script>`;
  const shown = incident(5, {
    title: hostile,
    context: { culprit: "<b>bold</b>" },
    source: {
      kind: "issue",
      category: null,
      sentry_id: "5",
      short_id: "SHOP-5",
      url: "javascript:alert(1)",
      project: null,
    },
  });
  server.use(
    http.get(`${org}/incidents`, () => list([shown])),
    http.get(`${org}/incidents/5`, () => Response.json(shown)),
    http.get(`${org}/incidents/5/timeline`, () =>
      list([
        {
          id: "1",
          at: "2026-01-02T03:04:05Z",
          kind: "noted",
          actor: { type: "sentry", name: "<i>someone</i>" },
          from: null,
          to: null,
          text: "<a href='javascript:alert(1)'>press</a>",
          delivery_id: null,
          data: {},
        },
      ]),
    ),
  );
  const { user, container } = open("/o/example/incidents");
  await user.click(await screen.findByRole("link", { name: `#5 ${hostile}` }));
  await screen.findByRole("heading", { level: 1, name: `#5 ${hostile}` });
  await screen.findByText("<a href='javascript:alert(1)'>press</a>");
  expect(screen.getByText("<b>bold</b>")).toBeTruthy();
  expect(screen.getByText("SHOP-5").closest("a")).toBeNull();
  expect(container.querySelectorAll("img, script, [href^='javascript:']")).toHaveLength(0);
});

test("the next page is loaded with the cursor", async () => {
  emptyServer();
  server.use(
    http.get(`${org}/incidents`, ({ request }) => {
      const cursor = new URL(request.url).searchParams.get("cursor");
      return Response.json(
        cursor === "after-2"
          ? { items: [incident(1)], next_cursor: null }
          : { items: [incident(3), incident(2)], next_cursor: "after-2" },
      );
    }),
  );
  const { user } = open("/o/example/incidents");
  await user.click(await screen.findByRole("button", { name: "Load more" }));
  await screen.findByText("Problem 1");
  expect(titles()).toEqual(["#3 Problem 3", "#2 Problem 2", "#1 Problem 1"]);
  expect(screen.queryByText("No longer matches")).toBeNull();
});

test("a list that cannot be loaded shows the reason", async () => {
  emptyServer();
  server.use(http.get(`${org}/incidents`, () => problem(403, "forbidden", "Viewers have no access.")));
  open("/o/example/incidents");
  await screen.findByText("You don't have access");
  await expectAccessible();
});

test("a list that stops updating says so and keeps its rows", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  emptyServer();
  let isFailing = false;
  server.use(
    http.get(`${org}/incidents`, () =>
      isFailing ? problem(503, "unavailable", "The database does not respond.") : list([incident(1)]),
    ),
  );
  open("/o/example/incidents");
  await screen.findByText("Problem 1");
  isFailing = true;
  await vi.advanceTimersByTimeAsync(poll_interval * 2);
  await screen.findByText("Not updating");
  expect(titles()).toEqual(["#1 Problem 1"]);
});
