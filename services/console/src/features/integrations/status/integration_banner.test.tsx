import { screen, waitFor, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import type { Schemas } from "../../../api/client";
import { emptyServer, expectAccessible, list, open, org } from "../../../test/console";
import { id, integration } from "../../../test/samples";
import { server } from "../../../test/setup";

const named = (n: number, name: string, overrides: Partial<Schemas["Integration"]>) =>
  integration({ id: id(n), sentry_org: { id: String(n), slug: name.toLowerCase(), name }, ...overrides });

const degraded = (n: number, name: string) =>
  named(n, name, { status: "degraded", status_reason: "refresh_failing" });
const disconnected = (n: number, name: string) =>
  named(n, name, { status: "disconnected", status_reason: "uninstalled", credential: null });

function serve(role: Schemas["Role"], integrations: readonly Schemas["Integration"][]) {
  const requests: string[] = [];
  emptyServer(role);
  server.use(
    http.get(`${org}/integrations`, ({ request }) => {
      requests.push(request.url);
      return list(integrations);
    }),
    http.get(`${org}/integrations/:id`, ({ params }) =>
      HttpResponse.json(integrations.find((item) => item.id === params.id)),
    ),
    http.get(`${org}/integrations/:id/:part`, () => list([])),
  );
  return requests;
}

const linkTo = (name: string) => screen.queryByRole("link", { name: `Sentry: ${name}` });

test.each(["admin", "owner"] as const)(
  "the banner shows broken integrations to the %s on all pages",
  async (role) => {
    serve(role, [named(1, "Shop", {}), degraded(2, "Labs"), disconnected(3, "Attic")]);
    const { user, history } = open("/o/example/incidents");
    const toggle = await screen.findByRole("button", { name: "2 integrations need attention" });
    expect(linkTo("Labs")).toBeNull();
    await user.click(toggle);
    const link = await screen.findByRole("link", { name: "Sentry: Labs" });
    const region = link.closest("[role=status]");
    expect(region?.textContent).toBe(
      "2 integrations need attention DisconnectedSentry: AtticUninstalled in SentryDegradedSentry: LabsToken refresh failing, retrying",
    );
    expect(linkTo("Shop")).toBeNull();
    await expectAccessible();

    await user.click(within(screen.getByRole("navigation", { name: "Main" })).getByText("Services"));
    await screen.findByRole("heading", { level: 1, name: "Services" });
    expect(linkTo("Labs")).not.toBeNull();

    await user.click(screen.getByRole("link", { name: "Sentry: Labs" }));
    await screen.findByRole("heading", { level: 1, name: "Labs" });
    expect(history.location.pathname).toBe(`/o/example/integrations/${id(2)}`);
    // The page of an integration shows its status already.
    await waitFor(() => expect(linkTo("Labs")).toBeNull());
    await user.click(screen.getByRole("link", { name: "Sentry: Attic" }));
    await screen.findByRole("heading", { level: 1, name: "Attic" });
    expect(linkTo("Labs")).not.toBeNull();
  },
);

test("other roles see no banner and send no request for it", async () => {
  const requests = serve("responder", [disconnected(3, "Attic")]);
  open("/o/example/services");
  await screen.findByText("No services yet");
  expect(linkTo("Attic")).toBeNull();
  expect(requests).toEqual([]);
});
