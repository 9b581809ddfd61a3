import { screen, waitFor } from "@testing-library/react";
import { http } from "msw";
import { expect, test } from "vitest";
import { emptyServer, expectAccessible, list, open, org } from "../../test/console";
import { incident } from "../../test/samples";
import { server } from "../../test/setup";

test("a view is saved under a name, opened, and deleted", async () => {
  emptyServer();
  server.use(http.get(`${org}/incidents`, () => list([incident(1)])));
  const { user, history } = open("/o/example/incidents?severity=critical&assignee=me");
  await user.click(await screen.findByRole("button", { name: "Views" }));
  await user.click(await screen.findByRole("menuitem", { name: "Save view…" }));
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "My <b>nights");
  await expectAccessible();
  await user.click(screen.getByRole("button", { name: "Save" }));
  await screen.findByRole("button", { name: "My <b>nights" });
  history.push("/o/example/incidents");
  await user.click(await screen.findByRole("button", { name: "Views" }));
  await user.click(await screen.findByRole("menuitem", { name: "My <b>nights" }));
  await waitFor(() => expect(history.location.search).toBe("?severity=critical&assignee=me"));
  await user.click(await screen.findByRole("button", { name: "My <b>nights" }));
  await user.click(await screen.findByRole("menuitem", { name: /^Delete/ }));
  await screen.findByRole("button", { name: "Views" });
  expect(window.localStorage.getItem("tocsin-views-example")).toBe("[]");
});

test("invalid entries in the storage are ignored", async () => {
  window.localStorage.setItem(
    "tocsin-views-example",
    '[1,{"name":2},{"name":"Good","search":{"q":"x","n":1}}]',
  );
  emptyServer();
  server.use(http.get(`${org}/incidents`, () => list([incident(1)])));
  const { user, history } = open("/o/example/incidents");
  await user.click(await screen.findByRole("button", { name: "Views" }));
  await user.click(await screen.findByRole("menuitem", { name: "Good" }));
  await waitFor(() => expect(history.location.search).toBe("?q=x"));
});
