import { screen } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { expectAccessible, open, quietServer } from "../../../test/console";

beforeEach(() => quietServer());

test("an empty list leads to the ways of connecting", async () => {
  const { user, history } = open("/o/example/integrations");
  await screen.findByText("Sentry is not connected");
  await expectAccessible();
  await user.click(screen.getByRole("link", { name: "Connect Sentry" }));
  await screen.findByRole("heading", { level: 1, name: "Connect Sentry" });
  expect(history.location.pathname).toBe("/o/example/integrations/connect");
});
