import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const gateway = process.env.TOCSIN_GATEWAY ?? "http://127.0.0.1:8080";

// Smaller files fit into one packet anyway.
const min_size = 1_000;

/** Writes NAME.br and NAME.gz beside each text under assets/. The gateway serves them. */
const compress = (): Plugin => ({
  name: "compress",
  apply: "build",
  writeBundle({ dir = "" }, bundle) {
    for (const name of Object.keys(bundle)) {
      if (!/^assets\/.*\.(js|css|svg)$/.test(name)) continue;
      const path = join(dir, name);
      const bytes = readFileSync(path);
      if (bytes.length < min_size) continue;
      const params = {
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      };
      writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
      writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
    }
  },
});

// On a slow network, the six connections of HTTP/1.1 fetch few large files sooner than many small ones: what most pages share is one
// file, and so is what belongs to incidents. Components of few pages are not in it.
const rare = "MultiSelect|TagsInput|Combobox|Pill|Radio|PasswordInput|Progress";
const groups = [
  {
    name: "shared",
    test: new RegExp(`node_modules/(?!@mantine/core/.*/(?:${rare}))|src/(?:api|ui)/(?!service_form)`),
    priority: 2,
  },
  { name: "incidents", test: /src\/features\/incidents\//, priority: 1 },
];

export default defineConfig({
  plugins: [react(), compress()],
  build: {
    outDir: fileURLToPath(new URL("../../build/console", import.meta.url)),
    emptyOutDir: true,
    // The Content-Security-Policy allows no inline code, and a data: URL saves nothing here.
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    rolldownOptions: { output: { codeSplitting: { groups } } },
    target: "es2022",
    reportCompressedSize: true,
  },
  server: {
    proxy: {
      "/api": { target: gateway, changeOrigin: true },
      "/oauth": { target: gateway, changeOrigin: true },
    },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    css: false,
    restoreMocks: true,
    testTimeout: 20_000,
  },
});
