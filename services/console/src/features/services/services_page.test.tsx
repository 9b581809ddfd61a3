import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import { emptyServer, expectAccessible, list, open, org, problem } from "../../test/console";
import { checkout, id, incident, service } from "../../test/samples";
import { server } from "../../test/setup";
import { slugOf } from "../../ui/service_form";

test("a service is created with a slug made from its name", async () => {
  emptyServer();
  const services = [checkout];
  server.use(
    http.get(`${org}/services`, () => list(services)),
    http.post(`${org}/services`, async ({ request }) => {
      const fields = (await request.json()) as { slug: string; name: string };
      expect(fields).toEqual({
        slug: "user-accounts",
        name: "User accounts",
        description: "",
        runbook_url: "",
        owners: [],
      });
      const created = { ...service(102, fields.name), slug: fields.slug };
      services.push(created);
      return HttpResponse.json(created, { status: 201 });
    }),
  );
  const { user } = open("/o/example/services");
  await user.click(await screen.findByRole("button", { name: "New service" }));
  const dialog = await screen.findByRole("dialog", { name: "New service" });
  await user.type(within(dialog).getByRole("textbox", { name: "Name" }), "User accounts");
  await expectAccessible();
  await user.click(within(dialog).getByRole("button", { name: "Create service" }));
  await within(screen.getByRole("list", { name: "Services" })).findByText("User accounts");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("a field shows its error from the server", async () => {
  emptyServer();
  server.use(
    http.post(`${org}/services`, () =>
      problem(400, "invalid", "One field is wrong.", { errors: [{ path: "/slug", message: "is taken" }] }),
    ),
  );
  const { user } = open("/o/example/services");
  await user.click(await screen.findByRole("button", { name: "New service" }));
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Checkout{Enter}");
  await screen.findByText("is taken");
});

test("a service in use cannot be archived, and the dialog explains how to proceed", async () => {
  emptyServer();
  server.use(
    http.get(`${org}/services`, () => list([checkout])),
    http.delete(`${org}/services/${checkout.id}`, () =>
      problem(409, "in_use", "The mapping of shop points at this service."),
    ),
  );
  const { user } = open("/o/example/services");
  await user.click(await screen.findByRole("button", { name: "Archive Checkout" }));
  const dialog = await screen.findByRole("dialog");
  await user.click(within(dialog).getByRole("button", { name: "Archive" }));
  expect((await within(dialog).findByRole("alert")).textContent).toContain("The mapping of shop points");
  expect(within(dialog).getByRole("link", { name: "the integration" })).toBeTruthy();
  await expectAccessible();
});

test("a viewer sees the services and no actions", async () => {
  emptyServer("viewer");
  server.use(http.get(`${org}/services`, () => list([checkout])));
  open("/o/example/services");
  await screen.findByText("Checkout");
  expect(screen.queryByRole("button", { name: /New service|Edit|Archive/ })).toBeNull();
});

test.each([
  ["Checkout", "checkout"],
  ["  User  Accounts! ", "user-accounts"],
  ["Größe", "gro-e"],
  ["é", "e"],
  ["***", ""],
  ["x".repeat(80), "x".repeat(63)],
])("the slug of %j is %j", (name, slug) => {
  expect(slugOf(name)).toBe(slug);
});

test("the page of a service shows its runbook, owners, projects, and incidents", async () => {
  emptyServer();
  const owned = {
    ...checkout,
    description: "Cart and payment",
    runbook_url: "https://wiki.example.com/checkout",
    owners: [{ email: "ada@example.com", name: "Ada" }],
    projects: [{ integration_id: id(1), id: "7", slug: "shop", active: false }],
    incidents: { open: 2, acknowledged: 1, critical: 1, error: 2, warning: 0, info: 0 },
  };
  server.use(
    http.get(`${org}/services`, () => list([owned])),
    http.get(`${org}/services/${checkout.id}`, () => HttpResponse.json(owned)),
    http.get(`${org}/incidents`, ({ request }) => {
      expect(new URL(request.url).searchParams.get("service")).toBe("checkout");
      return list([incident(7, { title: "No answer" })]);
    }),
  );
  const { user } = open("/o/example/services");
  await user.click(await screen.findByRole("link", { name: "Checkout" }));
  await screen.findByRole("heading", { name: "Checkout", level: 1 });
  expect(screen.getByRole("link", { name: /Runbook/ }).getAttribute("href")).toBe(owned.runbook_url);
  await screen.findByRole("link", { name: "#7 No answer" });
  screen.getByText("ada@example.com");
  const project = screen.getByRole("link", { name: "shop" });
  expect(project.getAttribute("href")).toBe(`/o/example/integrations/${id(1)}`);
  screen.getByText("Paused");
  screen.getByRole("link", { name: "Incidents of Checkout: 1 critical, 2 open, 1 acknowledged" });
  await expectAccessible();
});

test("an address that is not a service says so", async () => {
  emptyServer();
  server.use(
    http.get(`${org}/services/${id(5)}`, () => problem(404, "not_found", "There is no such service.")),
  );
  open(`/o/example/services/${id(5)}`);
  await screen.findByText("Not found");
});
