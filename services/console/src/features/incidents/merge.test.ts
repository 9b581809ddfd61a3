import { expect, test } from "vitest";
import { incident } from "../../test/samples";
import { merge } from "./merge";

const numbers = (merged: ReturnType<typeof merge>) => merged.rows.map(({ incident }) => incident.number);

test("the order on the screen stays", () => {
  const merged = merge([incident(3), incident(1)], [incident(4), incident(1), incident(3)], true);
  expect(numbers(merged)).toEqual([3, 1]);
  expect(merged.fresh).toBe(1);
});

test("rows take the newer state", () => {
  const merged = merge([incident(1)], [incident(1, { status: "acknowledged" })], true);
  expect(merged.rows[0]?.incident.status).toBe("acknowledged");
});

test("a row within the reading but missing from it has left", () => {
  const merged = merge([incident(3), incident(2), incident(1)], [incident(3), incident(1)], false);
  expect(merged.rows.map(({ left }) => left)).toEqual([false, true, false]);
});

test("a row older than the reading is unknown, not gone", () => {
  const merged = merge([incident(3), incident(1)], [incident(3), incident(2)], false);
  expect(merged.rows.map(({ left }) => left)).toEqual([false, false]);
});

test("an empty list that is the whole list means that all have left", () => {
  expect(merge([incident(1)], [], true).rows[0]?.left).toBe(true);
});
