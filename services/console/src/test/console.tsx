import { createMemoryHistory } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { HttpResponse, http } from "msw";
import { expect } from "vitest";
import type { Schemas } from "../api/client";
import { Console } from "../app/console";
import { no_alarm, setup } from "./samples";
import { server } from "./setup";

export const base = `${window.location.origin}/api/v1`;
export const org = `${base}/orgs/example`;

export const list = (items: readonly unknown[]) => HttpResponse.json({ items, next_cursor: null });

export const problem = (status: number, code: string, detail: string, overrides: object = {}) =>
  HttpResponse.json(
    { type: "about:blank", title: "Refused", status, code, detail, ...overrides },
    { status, headers: { "content-type": "application/problem+json" } },
  );

export const session = (role: Schemas["Role"] = "admin") => ({
  user: { email: "admin@example.com", name: "Admin" },
  orgs: [{ slug: "example", name: "Example", role }],
});

/** A server with a session and empty lists. */
export function emptyServer(role: Schemas["Role"] = "admin") {
  server.use(
    http.get(`${base}/session`, () => HttpResponse.json(session(role))),
    http.get(`${org}/:kind`, () => list([])),
    http.get(`${org}/incidents/:number/alarm`, () => HttpResponse.json(no_alarm)),
    http.get(`${org}/incidents/:number/pages`, () => list([])),
    http.get(`${org}/integrations/setup`, () => HttpResponse.json(setup())),
  );
}

/** Renders the console at an address, and returns a simulated user. */
export function open(path: string) {
  const history = createMemoryHistory({ initialEntries: [path] });
  const user = userEvent.setup();
  const { container } = render(<Console history={history} env="test" />);
  return { history, user, container };
}

/** Fails if axe finds a violation. Contrast is tested in a real browser. */
export async function expectAccessible() {
  const { violations } = await axe.run(document.body, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`)).toEqual(
    [],
  );
}
