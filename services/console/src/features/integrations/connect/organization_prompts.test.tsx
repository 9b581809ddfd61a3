import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible, open } from "../../../test/console";
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

test("an admin chooses one of the organizations that the token has access to", async () => {
  served.current = integration({
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
  const { user } = open(`${integration_page}?connected=1`);
  await screen.findByText("Choose the Sentry organization for Example");
  expect(screen.queryByText("Sentry is connected")).toBeNull();
  expect(screen.getByRole("button", { name: "Use this organization" })).toHaveProperty("disabled", true);
  await user.click(screen.getByRole("radio", { name: /<b>Labs<\/b>/ }));
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Use labs" }));
  await screen.findByText("Connected");
  expect(served.patches).toEqual([{ sentry_org: "46" }]);
});

test("an admin confirms an organization; the prompt names both sides", async () => {
  served.current = integration({
    status: "pending",
    status_reason: "confirm_organization",
    credential: null,
  });
  const requests: string[] = [];
  server.use(
    http.post(`${integration_url}/:action`, ({ params }) => {
      requests.push(String(params.action));
      served.current = integration();
      return HttpResponse.json(served.current);
    }),
  );
  const { user } = open(`${integration_page}`);
  const question = await screen.findByText(/^Connect Sentry organization/);
  expect(question.textContent).toBe(
    "Connect Sentry organization Example Shop (example-shop, ID 45, on sentry.example.com) to Example (example)?",
  );
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Connect" }));
  await screen.findByText("Connected");
  expect(requests).toEqual(["confirm"]);
});
