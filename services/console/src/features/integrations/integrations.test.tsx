import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible, list, open, org, problem, quietServer } from "../../test/console";
import { checkout, id, integration, mapping, project, search } from "../../test/samples";
import { server } from "../../test/setup";

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

test("an empty list leads to the ways of connecting", async () => {
  const { user, history } = open("/o/example/integrations");
  await screen.findByText("Sentry is not connected");
  await expectAccessible();
  await user.click(screen.getByRole("link", { name: "Connect Sentry" }));
  await screen.findByRole("heading", { level: 1, name: "Connect Sentry" });
  expect(history.location.pathname).toBe("/o/example/integrations/connect");
});

test.each([
  ["denied", /declined in Sentry/],
  ["access_denied", /declined in Sentry/],
  ["expired", /took too long/],
  ["wrong_browser", /another browser/],
  ["state_mismatch", /does not belong to what was begun here/],
  ["ambiguous", /several organizations/],
  ["confirm", /several organizations/],
  ["other_organization", /another Sentry organization than before\. Nothing was changed/],
  ["already_claimed", /another organization of this deployment/],
  ["sentry_refused", /did not accept/],
  ["unavailable", /did not answer.*uninstall it there first/],
  ["no_organization", /member of none/],
  ["not_configured", /has the exact values/],
  ["installation_without_code", /Uninstall it in Sentry/],
  ["invalid_scope", /adds the permissions listed/],
  ["app_not_configured", /has the exact values/],
  ["unauthorized_client", /no member of it/],
  ["something_new", /did not succeed/],
  ["constructor", /did not succeed/],
])("coming back with connect_error=%s is explained, with a remedy", async (code, words) => {
  const { user, history } = open(`/o/example/integrations?connect_error=${code}`);
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toMatch(words);
  expect(alert.textContent).toMatch(/What to do: ./);
  await user.click(screen.getByRole("button", { name: "Dismiss" }));
  await waitFor(() => expect(history.location.search).toBe(""));
});

test("what is wrong with the settings leads to the right values", async () => {
  open("/o/example/integrations?connect_error=invalid_scope");
  const alert = await screen.findByRole("alert");
  expect(within(alert).getByRole("link", { name: "Setting up Sentry" }).getAttribute("href")).toBe(
    "/o/example/integrations/setup",
  );
});

test("coming back without a known organization is explained in one's own", async () => {
  const { history } = open("/?connect_error=wrong_browser");
  expect((await screen.findByRole("alert")).textContent).toMatch(/another browser/);
  expect(history.location.pathname).toBe("/o/example/integrations");
});

test("coming back connected says so and offers the mapping", async () => {
  server.use(http.get(`${here}/projects`, () => list([project("1", "web")])));
  open(`/o/example/integrations/${id(1)}?connected=1`);
  await screen.findByText("Sentry is connected");
  await screen.findByText("web");
  await expectAccessible();
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

test("the status tells the remedy, the last error and the attempts", async () => {
  server.use(
    http.get(here, () =>
      HttpResponse.json(
        integration({
          status: "degraded",
          status_reason: "refresh_failing",
          remedy: "Nothing yet: it is tried again.",
        }),
      ),
    ),
    http.get(`${here}/attempts`, () =>
      list([
        {
          id: "1",
          started_at: "2026-01-02T03:00:00Z",
          finished_at: "2026-01-02T03:00:00.250Z",
          trigger: "schedule",
          outcome: "failed",
          http_status: 503,
          detail: "Sentry answered 503",
          next_at: null,
        },
      ]),
    ),
    http.post(`${here}/refresh`, () => HttpResponse.json(integration())),
  );
  const { user } = open(`/o/example/integrations/${id(1)}`);
  await screen.findByText("Nothing yet: it is tried again.");
  const attempts = await screen.findByRole("list", { name: /Refresh attempts/ });
  expect(attempts.textContent).toContain("HTTP 503");
  await user.click(screen.getByRole("button", { name: "Refresh now" }));
  await screen.findByText(/The token was refreshed/);
  await expectAccessible();
});
