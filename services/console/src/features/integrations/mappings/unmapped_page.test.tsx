import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible, list, open, org, problem, quietServer } from "../../../test/console";
import { checkout, id, integration, search } from "../../../test/samples";
import { server } from "../../../test/setup";
import type { Unmapped } from "./unmapped_api";

const unmapped = (n: number, slug: string, more: Partial<Unmapped> = {}): Unmapped => ({
  integration_id: id(1),
  project: { id: String(n), slug },
  deliveries: 12,
  first_at: "2026-01-01T00:00:00Z",
  last_at: "2026-01-02T00:00:00Z",
  suggested_service: null,
  ...more,
});

interface Sent {
  mappings: unknown[];
  replays: unknown[];
}

/** A server that holds these, and lets them go when they are mapped. */
function inbox(first: readonly Unmapped[], role: "admin" | "viewer" = "admin"): Sent {
  quietServer(role);
  let items = first;
  const sent: Sent = { mappings: [], replays: [] };
  server.use(
    http.get(`${org}/services`, () => list([checkout, search])),
    http.get(`${org}/integrations`, () => list([integration()])),
    http.get(`${org}/unmapped`, () => list(items)),
    http.post(`${org}/integrations/${id(1)}/mappings`, async ({ request }) => {
      const asked = (await request.json()) as { sentry_project: string }[];
      sent.mappings.push(asked);
      items = items.filter(({ project }) => !asked.some((each) => each.sentry_project === project.id));
      return HttpResponse.json({ items: [], next_cursor: null }, { status: 201 });
    }),
    http.post(`${org}/unmapped/replay`, async ({ request }) => {
      sent.replays.push(await request.json());
      return HttpResponse.json({ dry_run: false, outcomes: { opened: 1, updated: 11 } });
    }),
  );
  return sent;
}

const here = "/o/example/integrations/unmapped";
let sent: Sent;

beforeEach(() => {
  const like = { id: search.id, slug: search.slug, name: search.name };
  sent = inbox([
    unmapped(9, "mobile", { suggested_service: like }),
    unmapped(10, "search", { suggested_service: like }),
  ]);
});

test("a project is mapped and what it sent is run, in one step", async () => {
  const { user } = open(here);
  const rows = await screen.findByRole("list", { name: "Unmapped projects" });
  expect(rows.textContent).toContain("12 deliveries");
  await expectAccessible();
  await screen.findAllByRole("option", { name: "Search" });
  await user.selectOptions(screen.getByRole("combobox", { name: "Map mobile to" }), "Search");
  await user.click(screen.getByRole("button", { name: "Map 1 project and run 12 held" }));
  await screen.findByText("1 project mapped, 12 held deliveries run");
  expect(sent.mappings).toEqual([[{ sentry_project: "9", service_id: search.id }]]);
  expect(sent.replays).toEqual([{ integration_id: id(1), project_id: "9", dry_run: false }]);
  expect(within(rows).queryByText("mobile")).toBeNull();
  await expectAccessible();
});

test("same-named services are chosen at once, those of a name that is only alike are not", async () => {
  const { user } = open(here);
  await user.click(await screen.findByRole("button", { name: "Choose same-named services (1)" }));
  expect((screen.getByRole("combobox", { name: "Map search to" }) as HTMLSelectElement).value).toBe(
    search.id,
  );
  expect(screen.queryByRole("button", { name: /Choose same-named/ })).toBeNull();
  await user.click(screen.getByRole("button", { name: "Discard" }));
  expect(screen.queryByRole("button", { name: /^Map 1/ })).toBeNull();
});

test("one suggestion is taken for its project; an archived service is none", async () => {
  inbox([
    unmapped(9, "mobile", { suggested_service: { id: checkout.id, slug: "checkout", name: "Checkout" } }),
    unmapped(10, "search", { suggested_service: { id: id(400), slug: "gone", name: "Gone" } }),
  ]);
  const { user } = open(here);
  await user.click(await screen.findByRole("button", { name: /mobile: take Checkout/ }));
  expect(screen.getByRole("button", { name: "Map 1 project and run 12 held" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: /search: take/ })).toBeNull();
});

test("many are selected by what the filter shows, and mapped together", async () => {
  const many = inbox([unmapped(1, "shop-a"), unmapped(2, "shop-b"), unmapped(3, "other")]);
  const { user } = open(here);
  await user.type(await screen.findByRole("searchbox", { name: "Find projects" }), "shop-");
  await screen.findByText("2 of 3");
  await user.click(screen.getByRole("checkbox", { name: "Select all projects in the list" }));
  await screen.findAllByRole("option", { name: "Checkout" });
  await user.selectOptions(
    screen.getByRole("combobox", { name: "Service for the selected projects" }),
    "Checkout",
  );
  await user.click(screen.getByRole("button", { name: "Map 2 projects and run 24 held" }));
  await screen.findByText("2 projects mapped, 24 held deliveries run");
  expect(many.mappings).toEqual([
    [
      { sentry_project: "1", service_id: checkout.id },
      { sentry_project: "2", service_id: checkout.id },
    ],
  ]);
});

test("a service is made in place, named after the project", async () => {
  const made = { ...search, id: id(300), slug: "mobile", name: "mobile" };
  server.use(
    http.post(`${org}/services`, async ({ request }) => {
      expect(await request.json()).toMatchObject({ name: "mobile", slug: "mobile" });
      server.use(http.get(`${org}/services`, () => list([checkout, search, made])));
      return HttpResponse.json(made, { status: 201 });
    }),
  );
  const { user } = open(here);
  await screen.findByRole("list", { name: "Unmapped projects" });
  await user.selectOptions(screen.getByRole("combobox", { name: "Map mobile to" }), "New service…");
  await user.click(await screen.findByRole("button", { name: "Create service" }));
  await user.click(await screen.findByRole("button", { name: "Map 1 project and run 12 held" }));
  await waitFor(() => expect(sent.mappings).toEqual([[{ sentry_project: "9", service_id: made.id }]]));
});

test("a refused mapping changes nothing and keeps what was chosen", async () => {
  server.use(
    http.post(`${org}/integrations/${id(1)}/mappings`, () =>
      problem(409, "conflict", "The project is mapped already."),
    ),
  );
  const { user } = open(here);
  await screen.findAllByRole("option", { name: "Search" });
  await user.selectOptions(screen.getByRole("combobox", { name: "Map mobile to" }), "Search");
  await user.click(screen.getByRole("button", { name: "Map 1 project and run 12 held" }));
  expect(await screen.findByText("The project is mapped already.")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Map 1 project and run 12 held" })).toBeTruthy();
  expect(sent.replays).toEqual([]);
});

test("what could not be run is said, and run again", async () => {
  let broken = true;
  server.use(
    http.post(`${org}/unmapped/replay`, () =>
      broken
        ? problem(503, "unavailable", "The database is away.")
        : HttpResponse.json({ dry_run: false, outcomes: { opened: 1 } }),
    ),
  );
  const { user } = open(here);
  await screen.findAllByRole("option", { name: "Search" });
  await user.selectOptions(screen.getByRole("combobox", { name: "Map mobile to" }), "Search");
  await user.click(screen.getByRole("button", { name: "Map 1 project and run 12 held" }));
  await screen.findByText("What was held of 1 project could not be run");
  broken = false;
  await user.click(screen.getByRole("button", { name: "Run it again" }));
  await screen.findByText("1 held delivery run");
  expect(sent.mappings).toHaveLength(1);
});

test("a viewer sees what is unmapped and can change nothing", async () => {
  inbox([unmapped(9, "mobile")], "viewer");
  open(here);
  await screen.findByText("mobile");
  expect(screen.queryByRole("combobox")).toBeNull();
  expect(screen.queryByRole("checkbox")).toBeNull();
  await expectAccessible();
});
