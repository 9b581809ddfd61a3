import { expect, test } from "vitest";
import { incident } from "../../test/samples";
import { merge } from "./merge";

const numbers = (merged: ReturnType<typeof merge>) => merged.rows.map(({ incident }) => incident.number);

test("the order on the screen stays", () => {
  const merged = merge([incident(3), incident(1)], [incident(4), incident(1), incident(3)], 0, true);
  expect(numbers(merged)).toEqual([3, 1]);
  expect(merged.fresh.map(({ number }) => number)).toEqual([4]);
});

test("rows take the newer state", () => {
  const merged = merge([incident(1)], [incident(1, { status: "acknowledged" })], 0, true);
  expect(merged.rows[0]?.incident.status).toBe("acknowledged");
});

test("a row within the reading but missing from it has left", () => {
  const merged = merge([incident(3), incident(2), incident(1)], [incident(3), incident(1)], 1, true);
  expect(merged.rows.map(({ left }) => left)).toEqual([false, true, false]);
});

test("a row older than an incomplete reading is unknown, not gone", () => {
  const merged = merge([incident(3), incident(1)], [incident(3), incident(2)], 1, false);
  expect(merged.rows.map(({ left }) => left)).toEqual([false, false]);
});

test("an empty list that is the whole list means that all have left", () => {
  expect(merge([incident(1)], [], 0, true).rows[0]?.left).toBe(true);
});

test("rows that are older than the loaded ones are not new", () => {
  const merged = merge([incident(5), incident(3)], [incident(6), incident(5), incident(2)], 3, true);
  expect(merged.fresh.map(({ number }) => number)).toEqual([6]);
});
