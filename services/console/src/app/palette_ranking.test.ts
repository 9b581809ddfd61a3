import { expect, test } from "vitest";
import { ranked } from "./palette_ranking";

const entries = [
  { group: "Incidents", label: "Acknowledge this incident or the selected ones" },
  { group: "Incidents", label: "Select all shown incidents" },
  { group: "Incidents", label: "Search" },
  { group: "All pages", label: "Go to unmapped projects" },
  { group: "All pages", label: "Go to services" },
  { group: "Services", label: "Mapserver" },
];

test.each([
  ["select all", ["Select all shown incidents"]],
  ["select", ["Select all shown incidents", "Acknowledge this incident or the selected ones"]],
  ["map", ["Mapserver", "Go to unmapped projects"]],
  ["services", ["Go to services", "Mapserver"]],
  ["go serv", ["Go to services"]],
  ["zzz", []],
])("%s", (typed, labels) => {
  expect(ranked(entries, typed).map(({ label }) => label)).toEqual(labels);
});
