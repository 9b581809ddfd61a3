import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import { emptyServer, expectAccessible, list, open, org, problem } from "../../../test/console";
import { checkout, id, integration, search } from "../../../test/samples";
import { server } from "../../../test/setup";
import type { Unmapped } from "./unmapped_api";

const unmapped = (n: number, slug: string, overrides: Partial<Unmapped> = {}): Unmapped => ({
  integration_id: id(1),
  project: { id: String(n), slug },
  requested_service: null,
  deliveries: 12,
  first_at: "2026-01-01T00:00:00Z",
  last_at: "2026-01-02T00:00:00Z",
  suggested_service: null,
  ...overrides,
});

interface Sent {
  mappings: unknown[];
  replays: unknown[];
}

/** Serves unmapped projects until they are mapped. */
function serveInbox(first: readonly Unmapped[], role: "admin" | "viewer" = "admin"): Sent {
  emptyServer(role);
  let items = first;
  const sent: Sent = { mappings: [], replays: [] };
  server.use(
    http.get(`${org}/services`, () => list([checkout, search])),
    http.get(`${org}/integrations`, () => list([integration()])),
    http.get(`${org}/unmapped`, () => list(items)),
    http.post(`${org}/integrations/${id(1)}/mappings`, async ({ request }) => {
      const mappings = (await request.json()) as { sentry_project: string }[];
      sent.mappings.push(mappings);
      items = items.filter(
        ({ project }) => !mappings.some((mapping) => mapping.sentry_project === project.id),
      );
      return HttpResponse.json({ items: [], next_cursor: null }, { status: 201 });
    }),
    http.post(`${org}/unmapped/replay`, async ({ request }) => {
      sent.replays.push(await request.json());
      return HttpResponse.json({ dry_run: false, outcomes: { opened: 1, updated: 11 } });
    }),
  );
  return sent;
}

const inbox_page = "/o/example/integrations/unmapped";
let sent: Sent;

beforeEach(() => {
  const suggestion = { id: search.id, slug: search.slug, name: search.name };
  sent = serveInbox([
    unmapped(9, "mobile", { suggested_service: suggestion }),
    unmapped(10, "search", { suggested_service: suggestion }),
  ]);
});

test("a project is mapped and its held deliveries are replayed", async () => {
  const { user } = open(inbox_page);
  const rows = await screen.findByRole("list", { name: "Unmapped projects" });
  expect(rows.textContent).toContain("12 deliveries");
  await expectAccessible();
  await screen.findAllByRole("option", { name: "Search" });
  await user.selectOptions(screen.getByRole("combobox", { name: "Service for mobile" }), "Search");
  await user.click(screen.getByRole("button", { name: "Map 1 project and replay 12 held deliveries" }));
  await screen.findByText("1 project mapped, 12 held deliveries replayed");
  expect(sent.mappings).toEqual([[{ sentry_project: "9", service_id: search.id }]]);
  expect(sent.replays).toEqual([{ integration_id: id(1), project_id: "9", dry_run: false }]);
  expect(within(rows).queryByText("mobile")).toBeNull();
  await expectAccessible();
});

test("services are matched by equal names only, not by similar ones", async () => {
  const { user } = open(inbox_page);
  await user.click(await screen.findByRole("button", { name: "Match by name (1)" }));
  expect((screen.getByRole("combobox", { name: "Service for search" }) as HTMLSelectElement).value).toBe(
    search.id,
  );
  expect(screen.queryByRole("button", { name: /Match by name/ })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Discard" }));
  expect(screen.queryByRole("button", { name: /^Map 1/ })).toBeNull();
});

test("a suggestion is accepted in its row; an archived service is not suggested", async () => {
  serveInbox([
    unmapped(9, "mobile", { suggested_service: { id: checkout.id, slug: "checkout", name: "Checkout" } }),
    unmapped(10, "search", { suggested_service: { id: id(400), slug: "gone", name: "Gone" } }),
  ]);
  const { user } = open(inbox_page);
  await user.click(await screen.findByRole("button", { name: "Map to Checkout: mobile" }));
  expect(screen.getByRole("button", { name: "Map 1 project and replay 12 held deliveries" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: /^Map to .*: search$/ })).toBeNull();
});

test("all projects that match the search are selected and mapped together", async () => {
  const requests = serveInbox([unmapped(1, "shop-a"), unmapped(2, "shop-b"), unmapped(3, "other")]);
  const { user } = open(inbox_page);
  await user.type(await screen.findByRole("searchbox", { name: "Search projects" }), "shop-");
  await screen.findByText("2 of 3");
  await user.click(screen.getByRole("checkbox", { name: "Select all projects in the list" }));
  await screen.findAllByRole("option", { name: "Checkout" });
  await user.selectOptions(
    screen.getByRole("combobox", { name: "Service for the selected projects" }),
    "Checkout",
  );
  await user.click(screen.getByRole("button", { name: "Map 2 projects and replay 24 held deliveries" }));
  await screen.findByText("2 projects mapped, 24 held deliveries replayed");
  expect(requests.mappings).toEqual([
    [
      { sentry_project: "1", service_id: checkout.id },
      { sentry_project: "2", service_id: checkout.id },
    ],
  ]);
});

test("a project has a row for each service that its deliveries request, and is mapped once", async () => {
  const requests = serveInbox([unmapped(9, "mobile"), unmapped(9, "mobile", { requested_service: "web" })]);
  const { user } = open(inbox_page);
  await screen.findByText("Requests service web");
  await user.click(screen.getByRole("checkbox", { name: "Select all projects in the list" }));
  await screen.findAllByRole("option", { name: "Checkout" });
  await user.selectOptions(
    screen.getByRole("combobox", { name: "Service for the selected projects" }),
    "Checkout",
  );
  await user.click(screen.getByRole("button", { name: "Map 2 projects and replay 24 held deliveries" }));
  await screen.findByText(/24 held deliveries replayed/);
  expect(requests.mappings).toEqual([[{ sentry_project: "9", service_id: checkout.id }]]);
  expect(requests.replays).toEqual([
    { integration_id: id(1), project_id: "9", dry_run: false },
    { integration_id: id(1), project_id: "9", requested_service: "web", dry_run: false },
  ]);
});

test("a service is created in place, named after the project", async () => {
  const created = { ...search, id: id(300), slug: "mobile", name: "mobile" };
  server.use(
    http.post(`${org}/services`, async ({ request }) => {
      expect(await request.json()).toMatchObject({ name: "mobile", slug: "mobile" });
      server.use(http.get(`${org}/services`, () => list([checkout, search, created])));
      return HttpResponse.json(created, { status: 201 });
    }),
  );
  const { user } = open(inbox_page);
  await screen.findByRole("list", { name: "Unmapped projects" });
  await user.selectOptions(screen.getByRole("combobox", { name: "Service for mobile" }), "New service…");
  await user.click(await screen.findByRole("button", { name: "Create service" }));
  await user.click(
    await screen.findByRole("button", { name: "Map 1 project and replay 12 held deliveries" }),
  );
  await waitFor(() => expect(sent.mappings).toEqual([[{ sentry_project: "9", service_id: created.id }]]));
});

test("a refused mapping changes nothing and keeps the drafts", async () => {
  server.use(
    http.post(`${org}/integrations/${id(1)}/mappings`, () =>
      problem(409, "conflict", "The project is mapped already."),
    ),
  );
  const { user } = open(inbox_page);
  await screen.findAllByRole("option", { name: "Search" });
  await user.selectOptions(screen.getByRole("combobox", { name: "Service for mobile" }), "Search");
  await user.click(screen.getByRole("button", { name: "Map 1 project and replay 12 held deliveries" }));
  expect(await screen.findByText("The project is mapped already.")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Map 1 project and replay 12 held deliveries" })).toBeTruthy();
  expect(sent.replays).toEqual([]);
});

test("a failed replay is shown and can be repeated", async () => {
  let isFailing = true;
  server.use(
    http.post(`${org}/unmapped/replay`, () =>
      isFailing
        ? problem(503, "unavailable", "The database is unavailable.")
        : HttpResponse.json({ dry_run: false, outcomes: { opened: 1 } }),
    ),
  );
  const { user } = open(inbox_page);
  await screen.findAllByRole("option", { name: "Search" });
  await user.selectOptions(screen.getByRole("combobox", { name: "Service for mobile" }), "Search");
  await user.click(screen.getByRole("button", { name: "Map 1 project and replay 12 held deliveries" }));
  await screen.findByText("The held deliveries of 1 project could not be replayed");
  isFailing = false;
  await user.click(screen.getByRole("button", { name: "Replay again" }));
  await screen.findByText("1 held delivery replayed");
  expect(sent.mappings).toHaveLength(1);
});

test("a viewer sees the unmapped projects and no actions", async () => {
  serveInbox([unmapped(9, "mobile")], "viewer");
  open(inbox_page);
  await screen.findByText("mobile");
  expect(screen.queryByRole("combobox")).toBeNull();
  expect(screen.queryByRole("checkbox")).toBeNull();
  await expectAccessible();
});
