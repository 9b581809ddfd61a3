import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { expectAccessible, list, open, org, problem, quietServer } from "../../test/console";
import { id, integration } from "../../test/samples";
import { server } from "../../test/setup";

const here = `${org}/integrations/${id(1)}`;
const page = `/o/example/integrations/${id(1)}`;

let current: Schemas["Integration"];
let sent: unknown[];

beforeEach(() => {
  sent = [];
  quietServer();
  server.use(
    http.get(here, () => HttpResponse.json(current)),
    http.get(`${here}/:part`, () => list([])),
    http.patch(here, async ({ request }) => {
      sent.push(await request.json());
      current = integration({ mode: "oauth" });
      return HttpResponse.json(current);
    }),
  );
});

const deaf = () =>
  integration({
    mode: "oauth",
    webhook_secret_set: false,
    webhook_url: `https://tocsin.example.com/webhooks/sentry/${id(1)}`,
  });

test("the organization is chosen among those that the token sees", async () => {
  current = integration({
    mode: "oauth",
    status: "pending",
    status_reason: "choose_organization",
    sentry_org: null,
    available_orgs: [
      { id: "45", slug: "example-shop", name: "Example Shop" },
      { id: "46", slug: "labs", name: "<b>Labs</b>" },
    ],
    credential: null,
  });
  const { user } = open(`${page}?connected=1`);
  await screen.findByText("Which Sentry organization is for Example?");
  expect(screen.queryByText("Sentry is connected")).toBeNull();
  expect(screen.getByRole("button", { name: "Use this organization" })).toHaveProperty("disabled", true);
  await user.click(screen.getByRole("radio", { name: /<b>Labs<\/b>/ }));
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Use labs" }));
  await screen.findByText("connected");
  expect(sent).toEqual([{ sentry_org: "46" }]);
});

test("an organization that is not clear is confirmed, with both sides named", async () => {
  current = integration({ status: "pending", status_reason: "confirm_organization", credential: null });
  const asked: string[] = [];
  server.use(
    http.post(`${here}/:action`, ({ params }) => {
      asked.push(String(params.action));
      current = integration();
      return HttpResponse.json(current);
    }),
  );
  const { user } = open(`${page}?connect_error=confirm`);
  const question = await screen.findByText(/^Connect Sentry organization/);
  expect(question.textContent).toBe(
    "Connect Sentry organization Example Shop (example-shop, id 45, on sentry.example.com) to Example (example)?",
  );
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Yes, connect" }));
  await screen.findByText("connected");
  expect(asked).toEqual(["confirm"]);
});

test("until the secret is entered it says that webhooks are refused, and how to mend it", async () => {
  current = deaf();
  const { user } = open(`${page}?connected=1`);
  await screen.findByText("Webhooks are refused");
  expect(screen.getByText(`https://tocsin.example.com/webhooks/sentry/${id(1)}`)).toBeTruthy();
  expect(screen.getByText("Its webhooks are refused until their client secret is entered", { exact: false }));
  await expectAccessible();
  await user.type(screen.getByLabelText("Client secret *"), " not-a-real-secret-0000 ");
  await user.click(screen.getByRole("button", { name: "Save secret" }));
  await waitFor(() => expect(screen.queryByText("Webhooks are refused")).toBeNull());
  await screen.findByText(/The secret is kept/);
  expect(sent).toEqual([{ webhook_secret: "not-a-real-secret-0000" }]);
});

test("a refused secret stands at its field", async () => {
  current = deaf();
  server.use(
    http.patch(here, () =>
      problem(400, "invalid", "Not valid.", {
        errors: [{ path: "webhook_secret", message: "has at least 16 characters" }],
      }),
    ),
  );
  const { user } = open(page);
  await user.type(await screen.findByLabelText("Client secret *"), "short");
  await user.click(screen.getByRole("button", { name: "Save secret" }));
  await screen.findByText("has at least 16 characters");
});

test("missing scopes name what does not work, and the remedy", async () => {
  current = integration({
    mode: "oauth",
    missing_scopes: [{ scope: "event:read", without: "issues cannot be read" }],
  });
  open(page);
  await screen.findByText("issues cannot be read");
  expect(screen.getByText(/Press Reconnect and authorize again/)).toBeTruthy();
  expect(screen.getByText(/It works, with scopes missing/)).toBeTruthy();
  await expectAccessible();
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
