import { screen } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { emptyServer, expectAccessible, open } from "../../../test/console";

beforeEach(() => emptyServer());

test("an empty list links to the connect page", async () => {
  const { user, history } = open("/o/example/integrations");
  await screen.findByText("Sentry is not connected");
  await expectAccessible();
  await user.click(screen.getByRole("link", { name: "Connect Sentry" }));
  await screen.findByRole("heading", { level: 1, name: "Connect Sentry" });
  expect(history.location.pathname).toBe("/o/example/integrations/connect");
});
