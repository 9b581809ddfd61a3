import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { expectAccessible, list, open, org, quietServer } from "../../test/console";
import { checkout, incident } from "../../test/samples";
import { server } from "../../test/setup";

const summary = (more: Partial<Schemas["IncidentSummary"]> = {}): Schemas["IncidentSummary"] => ({
  since: "2026-01-01T00:00:00Z",
  until: "2026-01-03T12:00:00Z",
  days: [
    { date: "2026-01-01", opened: 4, resolved: 1 },
    { date: "2026-01-02", opened: 0, resolved: 2 },
    { date: "2026-01-03", opened: 1, resolved: 0 },
  ],
  services: [
    {
      service: { id: checkout.id, slug: checkout.slug, name: checkout.name },
      opened: 5,
      still_open: 2,
      acknowledged_after_seconds: 185,
      resolved_after_seconds: null,
    },
  ],
  ...more,
});

test("what a period was like: a chart that is also words and a table, and the times of each service", async () => {
  quietServer("viewer");
  const asked: string[] = [];
  server.use(
    http.get(`${org}/incidents/summary`, ({ request }) => {
      asked.push(new URL(request.url).searchParams.get("since") ?? "");
      return HttpResponse.json(summary());
    }),
  );
  const { user, history } = open("/o/example/incidents/summary");
  const chart = await screen.findByRole("img", { name: /^Incidents a day from 1 Jan to 3 Jan/ });
  expect(chart.getAttribute("aria-label")).toContain("5 opened, 3 resolved, at most 4 a day");
  expect(screen.getByRole("row", { name: "Checkout 5 2 3 min –" })).toBeTruthy();
  await expectAccessible();
  await user.click(screen.getByText("The numbers"));
  expect(screen.getByRole("row", { name: "2 Jan 0 2" })).toBeTruthy();
  await user.click(screen.getByRole("radio", { name: "7 days" }));
  await waitFor(() => expect(history.location.search).toBe("?days=7"));
  await waitFor(() => expect(asked).toHaveLength(2));
  const span = Date.parse(asked[1] ?? "") - Date.parse(asked[0] ?? "");
  expect(span).toBe(23 * 24 * 60 * 60 * 1_000);
});

test("a quiet period says so", async () => {
  quietServer();
  server.use(http.get(`${org}/incidents/summary`, () => HttpResponse.json(summary({ services: [] }))));
  open("/o/example/incidents/summary?days=nonsense");
  expect(await screen.findByText("No incident in this period")).toBeTruthy();
});

test("a view is saved under a name, found again, and forgotten", async () => {
  quietServer();
  server.use(http.get(`${org}/incidents`, () => list([incident(1)])));
  const { user, history } = open("/o/example/incidents?severity=critical&assignee=me");
  await user.click(await screen.findByRole("button", { name: "Views" }));
  await user.click(await screen.findByRole("menuitem", { name: "Save this view…" }));
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "My <b>nights");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByRole("button", { name: "My <b>nights" });
  history.push("/o/example/incidents");
  await user.click(await screen.findByRole("button", { name: "Views" }));
  await user.click(await screen.findByRole("menuitem", { name: "My <b>nights" }));
  await waitFor(() => expect(history.location.search).toBe("?severity=critical&assignee=me"));
  await user.click(await screen.findByRole("button", { name: "My <b>nights" }));
  await user.click(await screen.findByRole("menuitem", { name: /^Forget/ }));
  await screen.findByRole("button", { name: "Views" });
  expect(window.localStorage.getItem("tocsin-views-example")).toBe("[]");
});

test("what somebody else wrote into the storage is no view", async () => {
  window.localStorage.setItem(
    "tocsin-views-example",
    '[1,{"name":2},{"name":"Good","search":{"q":"x","n":1}}]',
  );
  quietServer();
  server.use(http.get(`${org}/incidents`, () => list([incident(1)])));
  const { user, history } = open("/o/example/incidents");
  await user.click(await screen.findByRole("button", { name: "Views" }));
  await user.click(await screen.findByRole("menuitem", { name: "Good" }));
  await waitFor(() => expect(history.location.search).toBe("?q=x"));
});
