import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible, open, problem } from "../../../test/console";
import {
  integration_page,
  integration_url,
  type ServedIntegration,
  serveIntegration,
} from "../../../test/integration_page";
import { id, integration, setup } from "../../../test/samples";
import { server } from "../../../test/setup";

let served: ServedIntegration;

beforeEach(() => {
  served = serveIntegration();
});

const withoutSecret = () =>
  integration({
    mode: "oauth",
    webhook_secret_set: false,
    webhook_url: `https://tocsin.example.com/webhooks/sentry/${id(1)}`,
  });

test("without a secret the page says that webhooks are refused and how to fix it", async () => {
  served.current = withoutSecret();
  const { user } = open(`${integration_page}?connected=1`);
  await screen.findByText("Webhooks are refused");
  expect(screen.getByText(`https://tocsin.example.com/webhooks/sentry/${id(1)}`)).toBeTruthy();
  expect(screen.getByText("client secret missing", { exact: false }));
  await expectAccessible();
  await user.type(screen.getByLabelText("Client secret *"), " not-a-real-secret-0000 ");
  await user.click(screen.getByRole("button", { name: "Save secret" }));
  await waitFor(() => expect(screen.queryByText("Webhooks are refused")).toBeNull());
  await screen.findByText(/The secret is saved/);
  expect(served.patches).toEqual([{ webhook_secret: "not-a-real-secret-0000" }]);
});

test("the schema of the alert rule action has the addresses of this integration", async () => {
  served.current = integration({ mode: "internal", webhook_secret_set: true });
  server.use(http.get("*/api/v1/orgs/:org/integrations/setup", () => HttpResponse.json(setup())));
  const { user } = open(integration_page);
  await user.click(await screen.findByText("Alert rule action"));
  await screen.findByText(new RegExp(`/sentry/${id(1)}/alert-action`));
});

test("a refused secret shows the error at its field", async () => {
  served.current = withoutSecret();
  server.use(
    http.patch(integration_url, () =>
      problem(400, "invalid", "Not valid.", {
        errors: [{ path: "webhook_secret", message: "must have at least 16 characters" }],
      }),
    ),
  );
  const { user } = open(integration_page);
  await user.type(await screen.findByLabelText("Client secret *"), "short");
  await user.click(screen.getByRole("button", { name: "Save secret" }));
  await screen.findByText("must have at least 16 characters");
});
