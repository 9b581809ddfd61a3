import { expect, test } from "vitest";
import { readStoredEvent } from "./stored_event";

const frame = (name: string, in_app: boolean) => ({
  function: name,
  filename: `${name}.py`,
  lineno: 7,
  in_app,
});
const body = (event: object, name = "event") =>
  JSON.stringify({ action: "triggered", data: { [name]: event } });
const raised = (type: string, frames: object[]) => ({ type, value: "no answer", stacktrace: { frames } });

test("the exception that was raised last, with the application frames, the newest call first", () => {
  const frames = [
    frame("wsgi", false),
    frame("place_order", true),
    frame("charge", true),
    frame("recv", false),
  ];
  const stored = readStoredEvent(
    body({
      exception: { values: [raised("OSError", []), raised("TimeoutError", frames)] },
      tags: [["browser", "Chrome"], { key: "release", value: "shop@1" }, ["empty", null]],
    }),
  );
  expect(stored?.exceptions.map(({ type }) => type)).toEqual(["TimeoutError", "OSError"]);
  expect(stored?.exceptions[0]?.frames).toEqual([
    { name: "charge", place: "charge.py:7", code: "" },
    { name: "place_order", place: "place_order.py:7", code: "" },
  ]);
  expect(stored?.tags).toEqual([
    { key: "browser", value: "Chrome" },
    { key: "release", value: "shop@1" },
  ]);
});

test("without application frames, all frames; of an error webhook, too", () => {
  const stored = readStoredEvent(
    body({ exception: { values: [raised("E", [frame("a", false), frame("b", false)])] } }, "error"),
  );
  expect(stored?.exceptions[0]?.frames.map(({ name }) => name)).toEqual(["b", "a"]);
});

test.each([
  null,
  "",
  "not JSON",
  "[1]",
  '"text"',
  "null",
  JSON.stringify({ data: null }),
  body({}),
  body({ exception: { values: 7 }, tags: "x" }),
  body({ exception: [], tags: [[], {}, null, 5] }),
  JSON.stringify({ data: { issue: { title: "no event" } } }),
])("nothing of %j", (text) => {
  expect(readStoredEvent(text)).toBeUndefined();
});

test("odd members do no harm, and long texts are cut", () => {
  const stored = readStoredEvent(
    body({
      exception: {
        values: [null, { type: ["x"], value: "y".repeat(5_000), stacktrace: { frames: [null, 3] } }],
      },
    }),
  );
  expect(stored?.exceptions[0]).toEqual({
    type: "Error",
    value: "y".repeat(300),
    frames: [
      { name: "(anonymous)", place: "", code: "" },
      { name: "(anonymous)", place: "", code: "" },
    ],
  });
});
