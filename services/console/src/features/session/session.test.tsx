import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import { safeNext } from "../../api/urls";
import { base, emptyServer, expectAccessible, list, open, org, problem, session } from "../../test/console";
import { incident } from "../../test/samples";
import { server } from "../../test/setup";

test("a wrong password shows an error and keeps the email", async () => {
  server.use(
    http.post(`${base}/session`, () =>
      problem(401, "unauthenticated", "The address or the password is wrong."),
    ),
  );
  const { user, history } = open("/login");
  await user.type(await screen.findByLabelText("Email"), "admin@example.com");
  await user.type(screen.getByLabelText("Password"), "wrong{Enter}");
  expect((await screen.findByRole("alert")).textContent).toContain("The address or the password is wrong.");
  expect(screen.getByLabelText<HTMLInputElement>("Email").value).toBe("admin@example.com");
  expect(screen.getByLabelText<HTMLInputElement>("Password").value).toBe("");
  expect(history.location.pathname).toBe("/login");
  await expectAccessible();
});

test("a link that needs a session goes to the login page and then to its target", async () => {
  emptyServer();
  let signedIn = false;
  server.use(
    http.get(`${base}/session`, () =>
      signedIn ? HttpResponse.json(session()) : problem(401, "unauthenticated", "Sign in first."),
    ),
    http.post(`${base}/session`, () => {
      signedIn = true;
      return HttpResponse.json(session());
    }),
    http.get(`${org}/incidents/7`, () => HttpResponse.json(incident(7))),
    http.get(`${org}/incidents/7/timeline`, () => list([])),
  );
  const { user, history } = open("/o/example/incidents/7");
  await user.type(await screen.findByLabelText("Email"), "admin@example.com");
  await user.type(screen.getByLabelText("Password"), "fake-password");
  await user.click(screen.getByRole("button", { name: "Sign in" }));
  await screen.findByRole("heading", { level: 1, name: /#7 Problem 7/ });
  expect(history.location.pathname).toBe("/o/example/incidents/7");
});

test("a session that ends while the console is open redirects to the login page", async () => {
  emptyServer();
  server.use(http.get(`${org}/services`, () => problem(401, "unauthenticated", "The session has ended.")));
  const { history } = open("/o/example/services");
  await screen.findByRole("heading", { level: 1, name: "Sign in" });
  expect(history.location.search).toContain(encodeURIComponent("/o/example/services"));
});

test("signing out goes to the login page", async () => {
  emptyServer();
  let ended = false;
  server.use(
    http.delete(`${base}/session`, () => {
      ended = true;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user, history } = open("/o/example/services");
  await user.click(await screen.findByRole("button", { name: "Your account" }));
  await user.click(await screen.findByRole("menuitem", { name: "Sign out" }));
  await waitFor(() => expect(history.location.pathname).toBe("/login"));
  expect(ended).toBe(true);
});

test("an organization without membership is not found", async () => {
  emptyServer();
  open("/o/elsewhere/services");
  await screen.findByText("Organization not found");
  await expectAccessible();
});

test.each([
  ["/o/example/incidents?status=all", "/o/example/incidents?status=all"],
  ["https://evil.example/", "/"],
  ["//evil.example/", "/"],
  ["/\\evil.example/", "/"],
  ["javascript:alert(1)", "/"],
  ["/login?next=/", "/"],
  ["/.//evil.example", "/"],
  ["/o/..//evil.example", "/"],
  ["/%2e//evil.example", "/"],
  ["/\t/evil.example", "/"],
  ["/\\evil.example", "/"],
  [undefined, "/"],
])("after signing in, %s goes to %s", (next, target) => {
  expect(safeNext(next)).toBe(target);
});

// Ways to name another site, or a script, in what looks like a path.
const slashes = ["/", "\\", "\t", "\n", "\r", "%2f", "%5c", "%09", "\u2215", "\u2044", "\uff0f", "\u3002"];
const forged = [
  ...slashes.flatMap((first) => [`/${first}evil.example`, `${first}/evil.example`, `/${first}/evil.example`]),
  ...[
    "http:",
    "https:",
    "HTTPS:",
    "ftp:",
    "file:",
    "blob:",
    "data:text/html,",
    "javascript:",
    "JaVaScRiPt:",
  ].flatMap((scheme) => [`${scheme}evil.example`, `${scheme}//evil.example`]),
  ..."@evil.example|user@evil.example|.evil.example|//user:secret@evil.example|///evil.example|////evil.example".split(
    "|",
  ),
  ...[
    "/.//evil.example",
    "/..//evil.example",
    "/o/../..//evil.example",
    "/%2e//evil.example",
    "/./\\evil.example",
  ],
  ...[
    "/\u0000/evil.example",
    "\u0001/evil.example",
    "/ /evil.example",
    "/#//evil.example",
    "/?next=//evil.example",
  ],
  ...[
    "/o/example\r\nLocation: https://evil.example",
    "//[::1]/",
    "//0x7f.1/",
    "/;//evil.example",
    "?//evil.example",
  ],
];
test(`none of ${forged.length} forged targets leaves the console after signing in`, () => {
  expect(forged.length).toBeGreaterThanOrEqual(60);
  for (const next of forged) {
    const target = safeNext(next);
    expect(target, next).toMatch(/^\/(?![/\\])/);
    expect(new URL(target, window.location.origin).origin, next).toBe(window.location.origin);
  }
});
