import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** The width and the height in the header of a PNG file. */
function sizeOf(path: string) {
  const bytes = readFileSync(path);
  expect(bytes.subarray(1, 4).toString("latin1")).toBe("PNG");
  return `${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`;
}

interface Manifest {
  start_url: string;
  display: string;
  icons: { src: string; sizes: string; purpose: string }[];
}

test("the console can be installed: the manifest's icons exist in their sizes, one of them maskable", () => {
  const { start_url, display, icons } = JSON.parse(
    readFileSync("public/manifest.webmanifest", "utf8"),
  ) as Manifest;
  expect({ start_url, display }).toEqual({ start_url: "/", display: "standalone" });
  for (const { src, sizes } of icons) expect(sizeOf(`public${src}`)).toBe(sizes);
  expect(icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`)).toEqual([
    "192x192 any",
    "512x512 any",
    "512x512 maskable",
  ]);
  expect(sizeOf("public/icon-180.png")).toBe("180x180");
});

test("the page names its manifest and its icon for iOS", () => {
  const page = readFileSync("index.html", "utf8");
  expect(page).toContain('<link rel="manifest" href="/manifest.webmanifest" />');
  expect(page).toContain('<link rel="apple-touch-icon" href="/icon-180.png" />');
});
