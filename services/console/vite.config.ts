import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const gateway = process.env.TOCSIN_GATEWAY ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL("../../build/console", import.meta.url)),
    emptyOutDir: true,
    // The Content-Security-Policy allows no inline code, and a data: URL saves nothing here.
    assetsInlineLimit: 0,
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
