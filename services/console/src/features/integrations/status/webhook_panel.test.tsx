import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import type { Schemas } from "../../../api/client";
import { expectAccessible, list, open, org, problem, quietServer } from "../../../test/console";
import { id, integration } from "../../../test/samples";
import { server } from "../../../test/setup";

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
