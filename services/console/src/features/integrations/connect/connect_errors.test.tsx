import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { emptyServer, open } from "../../../test/console";

beforeEach(() => emptyServer());

test.each([
  ["denied", /Declined in Sentry/],
  ["expired", /took too long/],
  ["wrong_browser", /another browser/],
  [
    "other_organization",
    /Another Sentry organization than before was chosen in Sentry\. Nothing was changed/,
  ],
  ["already_claimed", /another organization of this deployment/],
  ["sentry_refused", /did not accept/],
  ["unavailable", /did not respond.*uninstall it there/],
  ["no_organization", /belongs to no organization/],
  ["not_configured", /lists the exact values/],
  ["installation_without_code", /Uninstall the integration in Sentry/],
  ["invalid_scope", /add the permissions listed/],
  ["something_new", /Connecting failed/],
  ["constructor", /Connecting failed/],
])("connect_error=%s is explained, with a remedy", async (code, pattern) => {
  const { user, history } = open(`/o/example/integrations?connect_error=${code}`);
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toMatch(pattern);
  expect(alert.textContent).toMatch(/What to do: ./);
  await user.click(screen.getByRole("button", { name: "Dismiss" }));
  await waitFor(() => expect(history.location.search).toBe(""));
});

test("an error of the settings links to the setup page", async () => {
  open("/o/example/integrations?connect_error=invalid_scope");
  const alert = await screen.findByRole("alert");
  expect(within(alert).getByRole("link", { name: "Sentry setup" }).getAttribute("href")).toBe(
    "/o/example/integrations/setup",
  );
});

test("an error without a known organization is explained in the user's own organization", async () => {
  const { history } = open("/?connect_error=wrong_browser");
  expect((await screen.findByRole("alert")).textContent).toMatch(/another browser/);
  expect(history.location.pathname).toBe("/o/example/integrations");
});
