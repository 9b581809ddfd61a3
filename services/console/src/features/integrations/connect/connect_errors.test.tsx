import { screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import { open, quietServer } from "../../../test/console";

beforeEach(() => quietServer());

test.each([
  ["denied", /declined in Sentry/],
  ["access_denied", /declined in Sentry/],
  ["expired", /took too long/],
  ["wrong_browser", /another browser/],
  ["state_mismatch", /does not belong to what was begun here/],
  ["ambiguous", /several organizations/],
  ["confirm", /several organizations/],
  ["other_organization", /another Sentry organization than before\. Nothing was changed/],
  ["already_claimed", /another organization of this deployment/],
  ["sentry_refused", /did not accept/],
  ["unavailable", /did not answer.*uninstall it there first/],
  ["no_organization", /member of none/],
  ["not_configured", /has the exact values/],
  ["installation_without_code", /Uninstall it in Sentry/],
  ["invalid_scope", /adds the permissions listed/],
  ["app_not_configured", /has the exact values/],
  ["unauthorized_client", /no member of it/],
  ["something_new", /did not succeed/],
  ["constructor", /did not succeed/],
])("coming back with connect_error=%s is explained, with a remedy", async (code, words) => {
  const { user, history } = open(`/o/example/integrations?connect_error=${code}`);
  const alert = await screen.findByRole("alert");
  expect(alert.textContent).toMatch(words);
  expect(alert.textContent).toMatch(/What to do: ./);
  await user.click(screen.getByRole("button", { name: "Dismiss" }));
  await waitFor(() => expect(history.location.search).toBe(""));
});

test("what is wrong with the settings leads to the right values", async () => {
  open("/o/example/integrations?connect_error=invalid_scope");
  const alert = await screen.findByRole("alert");
  expect(within(alert).getByRole("link", { name: "Setting up Sentry" }).getAttribute("href")).toBe(
    "/o/example/integrations/setup",
  );
});

test("coming back without a known organization is explained in one's own", async () => {
  const { history } = open("/?connect_error=wrong_browser");
  expect((await screen.findByRole("alert")).textContent).toMatch(/another browser/);
  expect(history.location.pathname).toBe("/o/example/integrations");
});
