// Builds the page into hashed files that the server embeds: into `$VISMATCH_PAGE`, or `dist`.
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
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
  server: {
    proxy: Object.fromEntries(
      ["/projects", "/compare", "/events", "/readyz", "/healthz", "/metrics", "/images"].map((path) => [
        path,
        "http://localhost:3000",
      ]),
    ),
  },
});
