import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible, list, open, org, problem, quietServer } from "../../../test/console";
import { checkout, id, integration, mapping, project, search } from "../../../test/samples";
import { server } from "../../../test/setup";

const here = `${org}/integrations/${id(1)}`;

beforeEach(() => {
  quietServer();
  server.use(
    http.get(`${org}/services`, () => list([checkout, search])),
    http.get(here, () => HttpResponse.json(integration())),
    http.get(`${here}/attempts`, () => list([])),
    http.get(`${here}/projects`, () => list([])),
  );
});

test("several projects are mapped in one go", async () => {
  const projects = [project("1", "web"), project("2", "api"), project("3", "other")];
  const sent: unknown[] = [];
  server.use(
    http.get(`${here}/projects`, () => list(projects)),
    http.post(`${here}/mappings`, async ({ request }) => {
      const wanted = (await request.json()) as Array<{ sentry_project: string; service_id: string }>;
      sent.push(wanted);
      for (const each of projects)
        if (wanted.some(({ sentry_project }) => sentry_project === each.id))
          each.mapping = mapping(200 + Number(each.id), each, checkout);
      return HttpResponse.json({ items: [], next_cursor: null }, { status: 201 });
    }),
  );
  const { user } = open(`/o/example/integrations/${id(1)}`);
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

test("same-named services are offered together, and a refusal keeps the choice", async () => {
  server.use(
    http.get(`${here}/projects`, () =>
      list([project("1", "checkout"), project("2", "search"), project("3", "x")]),
    ),
    http.post(`${here}/mappings`, () => problem(409, "conflict", "checkout is mapped already.")),
  );
  const { user } = open(`/o/example/integrations/${id(1)}`);
  await user.click(await screen.findByRole("button", { name: "Choose same-named services (2)" }));
  await user.click(screen.getByRole("button", { name: "Map 2 projects" }));
  expect((await screen.findByRole("alert")).textContent).toContain("checkout is mapped already.");
  expect(screen.getByRole("button", { name: "Map 2 projects" })).toBeTruthy();
});

test("a service can be made while mapping", async () => {
  const made = { ...checkout, id: id(150), slug: "mail", name: "Mail" };
  const services = [checkout];
  server.use(
    http.get(`${org}/services`, () => list(services)),
    http.get(`${here}/projects`, () => list([project("1", "worker")])),
    http.post(`${org}/services`, () => {
      services.push(made);
      return HttpResponse.json(made, { status: 201 });
    }),
  );
  const { user } = open(`/o/example/integrations/${id(1)}`);
  await user.selectOptions(
    await screen.findByRole("combobox", { name: "Service for worker" }),
    "New service…",
  );
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Mail{Enter}");
  await screen.findByRole("button", { name: "Map 1 project" });
  await waitFor(() =>
    expect(screen.getByRole<HTMLSelectElement>("combobox", { name: "Service for worker" }).value).toBe(
      made.id,
    ),
  );
});

test("a mapping is paused and taken away", async () => {
  const web = project("1", "web");
  web.mapping = mapping(201, web, checkout);
  const sent: unknown[] = [];
  server.use(
    http.get(`${here}/projects`, () => list([web])),
    http.patch(`${here}/mappings/${id(201)}`, async ({ request }) => {
      sent.push(await request.json());
      if (web.mapping) web.mapping = { ...web.mapping, active: false };
      return HttpResponse.json(web.mapping);
    }),
    http.delete(`${here}/mappings/${id(201)}`, () => {
      web.mapping = null;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = open(`/o/example/integrations/${id(1)}`);
  await user.click(await screen.findByRole("button", { name: "More for web" }));
  await user.click(await screen.findByRole("menuitem", { name: "Pause" }));
  await screen.findByText("paused");
  expect(sent).toEqual([{ active: false, inactive_until: null }]);
  await user.click(screen.getByRole("button", { name: "More for web" }));
  await user.click(await screen.findByRole("menuitem", { name: "Unmap" }));
  await screen.findByText("0 of 1 mapped");
});

test.each([
  [{ id: "7", slug: null, name: "Shop" }, "Shop → Checkout"],
  [{ id: "7", slug: null, name: null }, "project 7 → Checkout"],
  [{ id: null, slug: "shop", name: null }, "shop → Checkout"],
  [{ id: null, slug: null, name: null }, "unknown project → Checkout"],
])("a mapping whose project is half known shows what there is", async (sentry_project, title) => {
  const web = project("1", "web");
  web.mapping = { ...mapping(201, web, checkout), sentry_project };
  server.use(http.get(`${here}/projects`, () => list([web])));
  const { user } = open(`/o/example/integrations/${id(1)}`);
  await user.click(await screen.findByRole("button", { name: "More for web" }));
  await user.click(await screen.findByRole("menuitem", { name: "Conditions…" }));
  await screen.findByRole("dialog", { name: title });
});

test("what archiving and bare errors do is a condition of a mapping", async () => {
  const web = project("1", "web");
  web.mapping = mapping(201, web, checkout);
  const sent: unknown[] = [];
  server.use(
    http.get(`${here}/projects`, () => list([web])),
    http.patch(`${here}/mappings/${id(201)}`, async ({ request }) => {
      sent.push(await request.json());
      return HttpResponse.json(web.mapping);
    }),
  );
  const { user } = open(`/o/example/integrations/${id(1)}`);
  await user.click(await screen.findByRole("button", { name: "More for web" }));
  await user.click(await screen.findByRole("menuitem", { name: "Conditions…" }));
  await user.click(await screen.findByRole("switch", { name: /keep the incident open/ }));
  await user.click(screen.getByRole("switch", { name: /bare error may open/ }));
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(sent).toHaveLength(1));
  expect(sent[0]).toMatchObject({ on_archive: "keep", open_on_error: true, environments: [] });
});
