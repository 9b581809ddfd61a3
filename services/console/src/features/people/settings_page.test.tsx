import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import { emptyServer, expectAccessible, open, org, problem } from "../../test/console";
import { server } from "../../test/setup";

test("an admin changes whether acknowledging assigns", async () => {
  emptyServer();
  let isOn = true;
  server.use(
    http.get(`${org}/settings`, () => HttpResponse.json({ assign_on_acknowledge: isOn })),
    http.patch(`${org}/settings`, async ({ request }) => {
      isOn = ((await request.json()) as { assign_on_acknowledge: boolean }).assign_on_acknowledge;
      return HttpResponse.json({ assign_on_acknowledge: isOn });
    }),
  );
  const { user } = open("/o/example/people/settings");
  const control = await screen.findByRole("switch", { name: /Assign to me on acknowledge/ });
  expect(control).toHaveProperty("checked", true);
  await user.click(control);
  await waitFor(() => expect(control).toHaveProperty("checked", false));
  expect(isOn).toBe(false);
  await expectAccessible();
});

test("a refused change is shown, and nothing changes", async () => {
  emptyServer();
  server.use(
    http.get(`${org}/settings`, () => HttpResponse.json({ assign_on_acknowledge: true })),
    http.patch(`${org}/settings`, () => problem(403, "forbidden", "Only admins change settings.")),
  );
  const { user } = open("/o/example/people/settings");
  const control = await screen.findByRole("switch", { name: /Assign to me on acknowledge/ });
  await user.click(control);
  await screen.findByText(/Only admins change settings/);
  expect(control).toHaveProperty("checked", true);
});
