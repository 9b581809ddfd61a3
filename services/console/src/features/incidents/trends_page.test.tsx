import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { emptyServer, expectAccessible, open, org } from "../../test/console";
import { checkout } from "../../test/samples";
import { server } from "../../test/setup";

const summary = (overrides: Partial<Schemas["IncidentSummary"]> = {}): Schemas["IncidentSummary"] => ({
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
  ...overrides,
});

test("the trends of a period: a chart with a label and a table, and the times of each service", async () => {
  emptyServer("viewer");
  const requests: string[] = [];
  server.use(
    http.get(`${org}/incidents/summary`, ({ request }) => {
      requests.push(new URL(request.url).searchParams.get("since") ?? "");
      return HttpResponse.json(summary());
    }),
  );
  const { user, history } = open("/o/example/incidents/summary");
  const chart = await screen.findByRole("img", { name: /^Incidents per day from Jan 1 to Jan 3/ });
  expect(chart.getAttribute("aria-label")).toContain("5 opened, 3 resolved, at most 4 per day");
  expect(screen.getByRole("row", { name: "Checkout 5 2 3m –" })).toBeTruthy();
  await expectAccessible();
  await user.click(screen.getByText("Show data"));
  expect(screen.getByRole("row", { name: "Jan 2 0 2" })).toBeTruthy();
  await user.click(screen.getByRole("radio", { name: "7 days" }));
  await waitFor(() => expect(history.location.search).toBe("?days=7"));
  await waitFor(() => expect(requests).toHaveLength(2));
  const difference = Date.parse(requests[1] ?? "") - Date.parse(requests[0] ?? "");
  expect(difference).toBe(23 * 24 * 60 * 60 * 1_000);
});

test("a period without incidents says so", async () => {
  emptyServer();
  server.use(http.get(`${org}/incidents/summary`, () => HttpResponse.json(summary({ services: [] }))));
  open("/o/example/incidents/summary?days=nonsense");
  expect(await screen.findByText("No incidents in this period")).toBeTruthy();
});
