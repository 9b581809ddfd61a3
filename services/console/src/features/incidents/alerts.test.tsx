import { screen, waitFor } from "@testing-library/react";
import { http } from "msw";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { poll_interval } from "../../api/event_stream";
import { emptyServer, expectAccessible, list, open, org } from "../../test/console";
import { incident } from "../../test/samples";
import { server } from "../../test/setup";
import { setAlertSettings } from "./alerts";

const shown: Array<{ title: string; body: string | undefined }> = [];

class FakeNotification {
  static permission: NotificationPermission = "default";
  static requestPermission = () => {
    FakeNotification.permission = "granted";
    return Promise.resolve(FakeNotification.permission);
  };
  onclick: (() => void) | null = null;
  constructor(title: string, options?: NotificationOptions) {
    shown.push({ title, body: options?.body });
    FakeNotification.last = this;
  }
  static last: FakeNotification | undefined;
  close() {}
}

let incidents = [incident(1)];

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  vi.stubGlobal("Notification", FakeNotification);
  vi.stubGlobal("isSecureContext", true);
  FakeNotification.permission = "default";
  shown.length = 0;
  setAlertSettings({ desktop: false, sound: false, mine: false });
  emptyServer();
  incidents = [incident(1)];
  server.use(http.get(`${org}/incidents`, () => list(incidents)));
});
afterEach(() => {
  vi.useRealTimers();
  setAlertSettings({ desktop: false, sound: false, mine: false });
});

test("new and reopened incidents cause notifications on all pages, if turned on", async () => {
  const { user, history } = open("/o/example/services");
  await user.click(await screen.findByRole("button", { name: "Alerts: off" }));
  await user.click(await screen.findByLabelText(/Desktop notification/));
  await screen.findByRole("button", { name: "Alerts: on" });
  await expectAccessible();
  await vi.advanceTimersByTimeAsync(500);
  expect(shown).toEqual([]);

  incidents = [incident(2, { title: "Checkout is down", severity: "critical" }), incident(1)];
  await vi.advanceTimersByTimeAsync(poll_interval + 500);
  await waitFor(() => expect(shown).toHaveLength(1));
  expect(shown[0]).toEqual({ title: "#2 Checkout is down", body: "Critical · Checkout · production" });
  incidents = [incident(2, { reopened_count: 1 })];
  await vi.advanceTimersByTimeAsync(poll_interval + 500);
  await waitFor(() => expect(shown).toHaveLength(2));
  await vi.advanceTimersByTimeAsync(2 * poll_interval);
  expect(shown).toHaveLength(2);

  FakeNotification.last?.onclick?.();
  await waitFor(() => expect(history.location.pathname).toBe("/o/example/incidents/2"));
});

test("the menu says why the browser shows no notifications", async () => {
  FakeNotification.permission = "denied";
  const { user } = open("/o/example/services");
  await user.click(await screen.findByRole("button", { name: "Alerts: off" }));
  await screen.findByText(/Notifications are blocked/);
  expect(screen.getByLabelText(/Desktop notification/)).toHaveProperty("disabled", true);
});

test("there are no notifications unless turned on", async () => {
  open("/o/example/services");
  await screen.findByRole("heading", { level: 1, name: "Services" });
  incidents = [incident(2), incident(1)];
  await vi.advanceTimersByTimeAsync(3 * poll_interval);
  expect(shown).toEqual([]);
});
