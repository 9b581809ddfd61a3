import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import type { Schemas } from "../../../api/client";
import { expectAccessible, list, open, org, quietServer } from "../../../test/console";
import { id, integration } from "../../../test/samples";
import { server } from "../../../test/setup";

const named = (n: number, name: string, more: Partial<Schemas["Integration"]>) =>
  integration({ id: id(n), sentry_org: { id: String(n), slug: name.toLowerCase(), name }, ...more });

const degraded = (n: number, name: string) =>
  named(n, name, { status: "degraded", status_reason: "refresh_failing" });
const disconnected = (n: number, name: string) =>
  named(n, name, { status: "disconnected", status_reason: "uninstalled", credential: null });

function serve(role: Schemas["Role"], integrations: readonly Schemas["Integration"][]) {
  const asked: string[] = [];
  quietServer(role);
  server.use(
    http.get(`${org}/integrations`, ({ request }) => {
      asked.push(request.url);
      return list(integrations);
    }),
    http.get(`${org}/integrations/:id`, ({ params }) =>
      HttpResponse.json(integrations.find((each) => each.id === params.id)),
    ),
    http.get(`${org}/integrations/:id/:part`, () => list([])),
  );
  return asked;
}

const linkTo = (name: string) => screen.queryByRole("link", { name: `Sentry: ${name}` });

test.each(["admin", "owner"] as const)(
  "a broken integration is announced everywhere to the %s",
  async (role) => {
    serve(role, [named(1, "Shop", {}), degraded(2, "Labs"), disconnected(3, "Attic")]);
    const { user, history } = open("/o/example/incidents");
    const link = await screen.findByRole("link", { name: "Sentry: Labs" });
    const region = link.closest("[role=status]");
    expect(region?.textContent).toBe(
      "disconnectedSentry: AtticIt was uninstalled in SentrydegradedSentry: LabsRefreshing the token fails; it is tried again",
    );
    expect(linkTo("Shop")).toBeNull();
    await expectAccessible();

    await user.click(within(screen.getByRole("navigation", { name: "Main" })).getByText("Services"));
    await screen.findByRole("heading", { level: 1, name: "Services" });
    expect(linkTo("Labs")).not.toBeNull();

    await user.click(screen.getByRole("link", { name: "Sentry: Labs" }));
    await screen.findByRole("heading", { level: 1, name: "Labs" });
    expect(history.location.pathname).toBe(`/o/example/integrations/${id(2)}`);
    // Not on its own page, where its status stands; the other stays.
    await waitFor(() => expect(linkTo("Labs")).toBeNull());
    await user.click(screen.getByRole("link", { name: "Sentry: Attic" }));
    await screen.findByRole("heading", { level: 1, name: "Attic" });
    expect(linkTo("Labs")).not.toBeNull();
  },
);

test("others are not told, and nothing is asked for them", async () => {
  const asked = serve("responder", [disconnected(3, "Attic")]);
  open("/o/example/incidents");
  await screen.findByRole("heading", { level: 1 });
  await screen.findByText("All quiet");
  expect(linkTo("Attic")).toBeNull();
  expect(asked).toEqual([]);
});

test("many are counted", async () => {
  serve(
    "admin",
    [1, 2, 3, 4, 5].map((n) => degraded(n, `Org${n}`)),
  );
  open("/o/example/incidents");
  await screen.findByText("2 more integrations do not work");
  expect(screen.getAllByRole("link", { name: /^Sentry: / })).toHaveLength(3);
});
