import { screen, waitFor, within } from "@testing-library/react";
import { http } from "msw";
import { afterEach, expect, test, vi } from "vitest";
import { poll_interval } from "../../api/event_stream";
import { emptyServer, expectAccessible, list, open, org, problem } from "../../test/console";
import { checkout, incident, search } from "../../test/samples";
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
  expect(screen.getByRole("checkbox", { name: "Critical" })).toHaveProperty("checked", true);

  await user.click(screen.getByRole("radio", { name: "Resolved" }));
  await waitFor(() => expect(history.location.search).toBe("?severity=critical,error&status=resolved"));
  await user.click(screen.getByRole("checkbox", { name: "Critical" }));
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

  incidents = [incident(4), incident(3), incident(2, { severity: "critical" })];
  await vi.advanceTimersByTimeAsync(poll_interval + 100);
  const show = await screen.findByRole("button", { name: "Show 2 new incidents, 1 changed" });
  expect(show.closest("[aria-live=polite]")).not.toBeNull();
  expect(titles()).toEqual(["#2 Problem 2", "#1 Problem 1"]);
  expect(screen.getByText("No longer matches")).toBeTruthy();
  expect(within(screen.getByRole("list", { name: "Incidents" })).getByText("Critical")).toBeTruthy();
  await expectAccessible();

  await user.click(show);
  await waitFor(() => expect(titles()).toEqual(["#4 Problem 4", "#3 Problem 3", "#2 Problem 2"]));
  expect(screen.queryByRole("button", { name: /new incident/ })).toBeNull();
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
