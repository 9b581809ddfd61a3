import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, test, vi } from "vitest";
import { emptyServer, expectAccessible, open, org, problem } from "../../../test/console";
import { setup } from "../../../test/samples";
import { server } from "../../../test/setup";

const page = "/o/example/integrations/setup";

beforeEach(() => {
  emptyServer();
  server.use(http.get(`${org}/integrations/setup`, () => HttpResponse.json(setup())));
});

test("the values of the public integration can be copied", async () => {
  const { user } = open(page);
  await screen.findByText("https://tocsin.example.com/oauth/sentry/callback");
  expect(screen.getByText("https://tocsin.example.com/webhooks/sentry")).toBeTruthy();
  expect(screen.getByText("org:read")).toBeTruthy();
  expect(screen.getByText("issue, error, comment")).toBeTruthy();
  expect(screen.getByText(/alert-rule-action/)).toBeTruthy();
  expect(screen.getByText(/installed only on the Sentry organization that owns it/)).toBeTruthy();
  const write = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();
  await user.click(screen.getByRole("button", { name: "Copy the redirect URL" }));
  await screen.findByText("Copied the redirect URL");
  expect(write).toHaveBeenCalledWith("https://tocsin.example.com/oauth/sentry/callback");
  await expectAccessible();
});

test("without a clipboard, the value is selected", async () => {
  const { user } = open(page);
  await screen.findByText("https://tocsin.example.com/webhooks/sentry");
  vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("not allowed"));
  await user.click(screen.getByRole("button", { name: "Copy the webhook URL" }));
  await screen.findByText("Selected the webhook URL. Copy it now.");
  expect(String(window.getSelection())).toBe("https://tocsin.example.com/webhooks/sentry");
});

test("a mode that is not set up says so, and the mode is in the address", async () => {
  const { user, history } = open(`${page}?mode=oauth`);
  await screen.findByText("Not set up yet");
  await screen.findByText("Authorized Redirect URI");
  await user.click(screen.getByRole("radio", { name: "Internal integration" }));
  await waitFor(() => expect(history.location.search).toBe("?mode=internal"));
  await screen.findByText("One for each Sentry organization.");
  expect(screen.queryByText(/Redirect/)).toBeNull();
  await expectAccessible();
});

test("a setup that cannot be loaded shows the reason", async () => {
  server.use(
    http.get(`${org}/integrations/setup`, () => problem(403, "forbidden", "Viewers have no access.")),
  );
  open(page);
  await screen.findByText("You don't have access");
});
