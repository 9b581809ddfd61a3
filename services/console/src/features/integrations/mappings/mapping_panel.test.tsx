import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible, list, open, org, problem } from "../../../test/console";
import { integration_page, integration_url, serveIntegration } from "../../../test/integration_page";
import { checkout, id, mapping, project } from "../../../test/samples";
import { server } from "../../../test/setup";

beforeEach(() => void serveIntegration());

test("several projects are mapped with one request", async () => {
  const projects = [project("1", "web"), project("2", "api"), project("3", "other")];
  const sent: unknown[] = [];
  server.use(
    http.get(`${integration_url}/projects`, () => list(projects)),
    http.post(`${integration_url}/mappings`, async ({ request }) => {
      const mappings = (await request.json()) as Array<{ sentry_project: string; service_id: string }>;
      sent.push(mappings);
      for (const item of projects)
        if (mappings.some(({ sentry_project }) => sentry_project === item.id))
          item.mapping = mapping(200 + Number(item.id), item, checkout);
      return HttpResponse.json({ items: [], next_cursor: null }, { status: 201 });
    }),
  );
  const { user } = open(integration_page);
  await user.click(await screen.findByRole("checkbox", { name: "Select web" }));
  await user.click(screen.getByRole("checkbox", { name: "Select api" }));
  await user.selectOptions(
    screen.getByRole("combobox", { name: "Service for the selected projects" }),
    "Checkout",
  );
  await user.click(screen.getByRole("button", { name: "Map 2 projects" }));
  await screen.findByText("2 of 3 mapped");
  expect(sent).toEqual([
    [
      { sentry_project: "1", service_id: checkout.id },
      { sentry_project: "2", service_id: checkout.id },
    ],
  ]);
  expect(screen.queryByRole("button", { name: /Map \d/ })).toBeNull();
  await expectAccessible();
});

test("services are matched by name, and a refusal keeps the drafts", async () => {
  server.use(
    http.get(`${integration_url}/projects`, () =>
      list([project("1", "checkout"), project("2", "search"), project("3", "x")]),
    ),
    http.post(`${integration_url}/mappings`, () => problem(409, "conflict", "checkout is mapped already.")),
  );
  const { user } = open(integration_page);
  await user.click(await screen.findByRole("button", { name: "Match by name (2)" }));
  await user.click(screen.getByRole("button", { name: "Map 2 projects" }));
  expect((await screen.findByRole("alert")).textContent).toContain("checkout is mapped already.");
  expect(screen.getByRole("button", { name: "Map 2 projects" })).toBeTruthy();
});

test("a service can be created while mapping", async () => {
  const created = { ...checkout, id: id(150), slug: "mail", name: "Mail" };
  const services = [checkout];
  server.use(
    http.get(`${org}/services`, () => list(services)),
    http.get(`${integration_url}/projects`, () => list([project("1", "worker")])),
    http.post(`${org}/services`, () => {
      services.push(created);
      return HttpResponse.json(created, { status: 201 });
    }),
  );
  const { user } = open(integration_page);
  await user.selectOptions(
    await screen.findByRole("combobox", { name: "Service for worker" }),
    "New service…",
  );
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Mail{Enter}");
  await screen.findByRole("button", { name: "Map 1 project" });
  await waitFor(() =>
    expect(screen.getByRole<HTMLSelectElement>("combobox", { name: "Service for worker" }).value).toBe(
      created.id,
    ),
  );
});

test("a mapping is paused and removed", async () => {
  const web = project("1", "web");
  web.mapping = mapping(201, web, checkout);
  const sent: unknown[] = [];
  server.use(
    http.get(`${integration_url}/projects`, () => list([web])),
    http.patch(`${integration_url}/mappings/${id(201)}`, async ({ request }) => {
      sent.push(await request.json());
      if (web.mapping) web.mapping = { ...web.mapping, active: false };
      return HttpResponse.json(web.mapping);
    }),
    http.delete(`${integration_url}/mappings/${id(201)}`, () => {
      web.mapping = null;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = open(integration_page);
  await user.click(await screen.findByRole("button", { name: "More actions for web" }));
  await user.click(await screen.findByRole("menuitem", { name: "Pause" }));
  await screen.findByText("Paused");
  expect(sent).toEqual([{ active: false, inactive_until: null }]);
  await user.click(screen.getByRole("button", { name: "More actions for web" }));
  await user.click(await screen.findByRole("menuitem", { name: "Unmap" }));
  await screen.findByText("0 of 1 mapped");
});

test.each([
  [{ id: "7", slug: null, name: "Shop" }, "Shop → Checkout"],
  [{ id: "7", slug: null, name: null }, "Project 7 → Checkout"],
  [{ id: null, slug: "shop", name: null }, "shop → Checkout"],
  [{ id: null, slug: null, name: null }, "Unknown project → Checkout"],
])("a mapping shows what is known of its project", async (sentry_project, title) => {
  const web = project("1", "web");
  web.mapping = { ...mapping(201, web, checkout), sentry_project };
  server.use(http.get(`${integration_url}/projects`, () => list([web])));
  const { user } = open(integration_page);
  await user.click(await screen.findByRole("button", { name: "More actions for web" }));
  await user.click(await screen.findByRole("menuitem", { name: "Conditions…" }));
  await screen.findByRole("dialog", { name: title });
});

test("the effect of archived issues and of errors is a condition of a mapping", async () => {
  const web = project("1", "web");
  web.mapping = mapping(201, web, checkout);
  const sent: unknown[] = [];
  server.use(
    http.get(`${integration_url}/projects`, () => list([web])),
    http.patch(`${integration_url}/mappings/${id(201)}`, async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(web.mapping);
    }),
  );
  const { user } = open(integration_page);
  await user.click(await screen.findByRole("button", { name: "More actions for web" }));
  await user.click(await screen.findByRole("menuitem", { name: "Conditions…" }));
  await user.click(await screen.findByRole("switch", { name: /Keep incidents open/ }));
  await user.click(screen.getByRole("switch", { name: /Open incidents from error events/ }));
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toMatchObject({ on_archive: "keep", open_on_error: true, environments: [] });
});
