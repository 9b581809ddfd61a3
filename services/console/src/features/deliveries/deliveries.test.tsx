import { screen, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { expect, test } from "vitest";
import { expectAccessible, list, open, org, quietServer } from "../../test/console";
import { delivery, id } from "../../test/samples";
import { server } from "../../test/setup";
import { layOut } from "./pretty";

test("the log shows outcomes and asks for what the filters say", async () => {
  quietServer();
  const asked: URLSearchParams[] = [];
  server.use(
    http.get(`${org}/deliveries`, ({ request }) => {
      asked.push(new URL(request.url).searchParams);
      return list([
        delivery(1),
        delivery(2, { outcome: "unmapped", rule: "no mapping", incident_number: null }),
      ]);
    }),
  );
  const { user, history } = open("/o/example/deliveries?outcome=unmapped");
  await screen.findByText("no mapping");
  expect(asked[0]?.getAll("outcome")).toEqual(["unmapped"]);
  await expectAccessible();
  await user.selectOptions(screen.getByRole("combobox", { name: "Resource" }), "issue");
  await user.type(screen.getByRole("textbox", { name: "Project" }), "shop{Enter}");
  await waitFor(() => expect(history.location.search).toContain("project=shop"));
  await waitFor(() => expect(asked.at(-1)?.get("project")).toBe("shop"));
  expect(asked.at(-1)?.getAll("resource")).toEqual(["issue"]);
});

test("one delivery tells what decided, and shows its body as text", async () => {
  quietServer();
  const body = `{"title":"</pre><script>alert(1)</script>","id":12345678901234567890}`;
  server.use(http.get(`${org}/deliveries/${id(1)}`, () => HttpResponse.json(delivery(1, { body }))));
  const { user, container } = open(`/o/example/deliveries/${id(1)}`);
  await screen.findByText("issue.created without an open incident");
  const shown = screen.getByRole("region", { name: "Body of the delivery" });
  expect(shown.textContent).toContain(`"id": 12345678901234567890`);
  expect(container.querySelector("script")).toBeNull();
  await user.click(screen.getByRole("switch", { name: "As it was sent" }));
  expect(shown.textContent).toBe(body);
  await expectAccessible();
});

test("a duplicate leads to the delivery that it repeats", async () => {
  quietServer();
  server.use(
    http.get(`${org}/deliveries/${id(2)}`, () =>
      HttpResponse.json(delivery(2, { outcome: "duplicate", duplicate_of: id(1), body: null })),
    ),
  );
  open(`/o/example/deliveries/${id(2)}`);
  const link = await screen.findByRole("link", { name: "an earlier delivery" });
  expect(link.getAttribute("href")).toBe(`/o/example/deliveries/${id(1)}`);
  expect(screen.getByText(/Kept once/)).toBeTruthy();
});

test.each([
  ["{}", "{}"],
  ["[ ]", "[]"],
  ['{"a":1,"b":[true,null]}', '{\n  "a": 1,\n  "b": [\n    true,\n    null\n  ]\n}'],
  ['{"a":"{,:}\\"["}', '{\n  "a": "{,:}\\"["\n}'],
  ["12345678901234567890.10", "12345678901234567890.10"],
  ['"open', '"open'],
])("%s is laid out", (json, laid) => {
  expect(layOut(json)).toBe(laid);
});

test("a body of nothing but brackets is laid out without harm", () => {
  const deep = "[".repeat(20_000);
  expect(layOut(deep).replace(/\s/g, "")).toBe(deep);
});
