import { screen, waitFor, within } from "@testing-library/react";
import { http } from "msw";
import { expect, test } from "vitest";
import type { Schemas } from "../../api/client";
import { emptyServer, expectAccessible, list, open, org } from "../../test/console";
import { checkout, incident, search } from "../../test/samples";
import { server } from "../../test/setup";

const counts = { open: 0, acknowledged: 0, critical: 0, error: 0, warning: 0, info: 0 };
const me = { email: "admin@example.com", name: "Admin" };

function serve(services: readonly Schemas["Service"][]) {
  emptyServer();
  const asked: string[][] = [];
  server.use(
    http.get(`${org}/services`, () => list(services)),
    http.get(`${org}/incidents`, ({ request }) => {
      asked.push(new URL(request.url).searchParams.getAll("service"));
      return list([incident(7)]);
    }),
  );
  return asked;
}

const two = [
  { ...checkout, owners: [me], incidents: { ...counts, open: 3, acknowledged: 1, critical: 2, error: 2 } },
  { ...search, incidents: { ...counts, open: 10, info: 10 } },
];

const textOf = (name: string) =>
  screen.getByRole("radio", { name: new RegExp(`^${name}`) }).parentElement?.textContent;

test("tabs and severities have the number of their incidents, of the chosen services", async () => {
  serve(two);
  const { user } = open("/o/example/incidents");
  await waitFor(() => expect(textOf("Active")).toBe("Active 14"));
  expect([textOf("Open"), textOf("Acknowledged"), textOf("Resolved")]).toEqual([
    "Open 13",
    "Acknowledged 1",
    "Resolved",
  ]);
  screen.getByRole("checkbox", { name: "Critical 2" });
  await user.selectOptions(screen.getByRole("combobox", { name: "Service" }), "Search");
  await waitFor(() => expect(textOf("Active")).toBe("Active 10"));
  await user.selectOptions(screen.getByRole("combobox", { name: "Assignee" }), "Unassigned");
  await waitFor(() => expect(textOf("Active")).toBe("Active"));
  await expectAccessible();
});

test("my services are those of which the user is an owner", async () => {
  const asked = serve([...two, { ...search, id: checkout.id, slug: "mail", name: "Mail", owners: [me] }]);
  const { user } = open("/o/example/incidents");
  const field = await screen.findByRole("combobox", { name: "Service" });
  await within(field).findByRole("option", { name: "My services" });
  await user.selectOptions(field, "My services");
  await waitFor(() => expect(asked.at(-1)?.join()).toBe("checkout,mail"));
});

test("an owner of nothing is not offered own services, and their address matches nothing", async () => {
  const asked = serve([search]);
  open("/o/example/incidents");
  const field = await screen.findByRole("combobox", { name: "Service" });
  await within(field).findByRole("option", { name: "Search" });
  expect(within(field).queryByRole("option", { name: "My services" })).toBeNull();
  asked.length = 0;
  open("/o/example/incidents?service=_mine");
  await waitFor(() => expect(asked.at(-1)).toEqual(["_mine"]));
});
