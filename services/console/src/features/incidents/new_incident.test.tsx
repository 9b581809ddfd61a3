import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import { emptyServer, expectAccessible, list, open, org } from "../../test/console";
import { checkout, incident, search } from "../../test/samples";
import { server } from "../../test/setup";

test("a responder opens an incident with a key, and gets to it", async () => {
  emptyServer("responder");
  server.use(
    http.get(`${org}/services`, () => list([checkout, { ...search, archived_at: "2026-01-01T00:00:00Z" }])),
    http.post(`${org}/incidents`, async ({ request }) => {
      expect(await request.json()).toEqual({
        title: "Orders are missing",
        service_id: checkout.id,
        severity: "critical",
        note: "Reported by support.",
      });
      return HttpResponse.json(incident(9, { title: "Orders are missing", source: null }), { status: 201 });
    }),
    http.get(`${org}/incidents/9`, () =>
      HttpResponse.json(incident(9, { title: "Orders are missing", source: null })),
    ),
    http.get(`${org}/incidents/9/timeline`, () => list([])),
  );
  const { user } = open("/o/example/incidents");
  await screen.findByRole("button", { name: "New incident" });
  await user.keyboard("c");
  const dialog = within(await screen.findByRole("dialog", { name: "New incident" }));
  expect(dialog.getByRole("button", { name: "Open incident" })).toHaveProperty("disabled", true);
  await user.type(dialog.getByRole("textbox", { name: "Title" }), "Orders are missing");
  await dialog.findByRole("option", { name: "Checkout" });
  expect(dialog.queryByRole("option", { name: "Search" })).toBeNull();
  await user.selectOptions(dialog.getByRole("combobox", { name: "Service" }), "Checkout");
  await user.selectOptions(dialog.getByRole("combobox", { name: "Severity" }), "Critical");
  await user.type(dialog.getByRole("textbox", { name: "Note" }), "Reported by support.");
  await expectAccessible();
  await user.click(dialog.getByRole("button", { name: "Open incident" }));
  await screen.findByRole("heading", { name: /Orders are missing/, level: 1 });
});

test("a viewer opens no incidents", async () => {
  emptyServer("viewer");
  open("/o/example/incidents");
  await screen.findByText("Sentry is not connected");
  expect(screen.queryByRole("button", { name: "New incident" })).toBeNull();
});
