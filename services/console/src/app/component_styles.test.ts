import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter((name) =>
  /\.tsx?$/.test(name),
);
const textOf = (name: string) => readFileSync(`src/${name}`, "utf8");

test("the styles of all used components are imported", () => {
  const used = new Set(
    sources.flatMap((name) =>
      [...textOf(name).matchAll(/import \{([^}]*)\} from "@mantine\/core"/g)].flatMap(([, names = ""]) =>
        names.split(",").map((word) => word.trim()),
      ),
    ),
  );
  const styles = textOf("app/component_styles.ts");
  const missing = [...used].filter(
    (name) =>
      existsSync(`node_modules/@mantine/core/styles/${name}.css`) && !styles.includes(`/${name}.css"`),
  );
  expect(used.size).toBeGreaterThan(15);
  expect(missing).toEqual([]);
});
