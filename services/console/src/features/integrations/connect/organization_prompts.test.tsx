import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test } from "vitest";
import type { Schemas } from "../../../api/client";
import { expectAccessible, list, open, org, quietServer } from "../../../test/console";
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
