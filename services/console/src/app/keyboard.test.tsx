import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { emptyServer, open } from "../test/console";

test("g and a second key go to a page; other keys do not", async () => {
  emptyServer();
  const { user } = open("/o/example/incidents");
  await screen.findByRole("heading", { name: "Incidents", level: 1 });
  await user.keyboard("gs");
  await screen.findByRole("heading", { name: "Services", level: 1 });
  await user.keyboard("gxs");
  expect(screen.getByRole("heading", { name: "Services", level: 1 })).toBeTruthy();
  await user.keyboard("gd");
  await screen.findByRole("heading", { name: "Deliveries", level: 1 });
});
