import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible, open, problem } from "../../../test/console";
import {
  integration_page,
  integration_url,
  type ServedIntegration,
  serveIntegration,
} from "../../../test/integration_page";
import { integration } from "../../../test/samples";
import { server } from "../../../test/setup";

let served: ServedIntegration;

beforeEach(() => {
  served = serveIntegration();
});

test("an internal integration is reconnected with a token, and to another organization only after a confirmation", async () => {
  served.current = integration({ mode: "internal", status: "disconnected", status_reason: "refused" });
  const requests: unknown[] = [];
  server.use(
    http.post(`${integration_url}/reconnect`, async ({ request }) => {
      requests.push(await request.json());
      if (requests.length === 1)
        return problem(409, "other_organization", "The token is for Labs, not for Example Shop.");
      served.current = integration({ mode: "internal" });
      return HttpResponse.json({ integration: served.current, authorize_url: null });
    }),
  );
  const { user } = open(integration_page);
  await user.click(await screen.findByRole("button", { name: "Reconnect" }));
  await user.type(await screen.findByLabelText("Token *"), "not-a-real-token-0000");
  await user.type(screen.getByLabelText("Client secret *"), "not-a-real-secret-0000");
  await user.click(screen.getByRole("button", { name: "Verify and reconnect" }));
  await screen.findByText("The token is for Labs, not for Example Shop.");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Reconnect anyway" }));
  await screen.findByText("Reconnected");
  const secrets = { token: "not-a-real-token-0000", client_secret: "not-a-real-secret-0000" };
  expect(requests).toEqual([secrets, { ...secrets, allow_other_organization: true }]);
  expect(screen.queryByRole("button", { name: "Refresh now" })).toBeNull();
});
