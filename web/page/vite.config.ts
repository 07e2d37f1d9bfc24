// Builds the page into hashed files that the server embeds: into `$VISMATCH_PAGE`, or `dist`. Tests its modules outside a browser.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { offline } from "./build/offline.ts";
import { precompressed } from "./build/precompressed.ts";

export default defineConfig({
  base: "./", // the server may lie below a path
  plugins: [svelte(), offline(), precompressed()],
  build: {
    outDir: process.env.VISMATCH_PAGE ?? "dist",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  worker: { format: "es" },
  test: { environment: "happy-dom", include: ["src/**/*.test.ts"], unstubGlobals: true, restoreMocks: true },
  server: {
    proxy: Object.fromEntries(
      ["/projects", "/compare", "/events", "/readyz", "/healthz", "/metrics", "/images"].map((path) => [
        path,
        "http://localhost:3000",
      ]),
    ),
  },
});
