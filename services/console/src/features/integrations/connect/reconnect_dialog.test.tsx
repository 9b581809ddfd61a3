import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import type { Schemas } from "../../../api/client";
import { expectAccessible, list, open, org, problem, quietServer } from "../../../test/console";
import { id, integration } from "../../../test/samples";
import { server } from "../../../test/setup";

const here = `${org}/integrations/${id(1)}`;
const page = `/o/example/integrations/${id(1)}`;

let current: Schemas["Integration"];

beforeEach(() => {
  quietServer();
  server.use(
    http.get(here, () => HttpResponse.json(current)),
    http.get(`${here}/:part`, () => list([])),
  );
});

test("an internal integration is reconnected with a token, and with another organization only when meant", async () => {
  current = integration({ mode: "internal", status: "disconnected", status_reason: "refused" });
  const asked: unknown[] = [];
  server.use(
    http.post(`${here}/reconnect`, async ({ request }) => {
      asked.push(await request.json());
      if (asked.length === 1)
        return problem(409, "other_organization", "The token is for Labs, not for Example Shop.");
      current = integration({ mode: "internal" });
      return HttpResponse.json({ integration: current, authorize_url: null });
    }),
  );
  const { user } = open(page);
  await user.click(await screen.findByRole("button", { name: "Reconnect" }));
  await user.type(await screen.findByLabelText("Token *"), "not-a-real-token-0000");
  await user.type(screen.getByLabelText("Client secret *"), "not-a-real-secret-0000");
  await user.click(screen.getByRole("button", { name: "Verify and reconnect" }));
  await screen.findByText("The token is for Labs, not for Example Shop.");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Reconnect to it anyway" }));
  await screen.findByText("Connected again");
  const secrets = { token: "not-a-real-token-0000", client_secret: "not-a-real-secret-0000" };
  expect(asked).toEqual([secrets, { ...secrets, allow_other_organization: true }]);
  expect(screen.queryByRole("button", { name: "Refresh now" })).toBeNull();
});
