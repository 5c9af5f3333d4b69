import { defineConfig } from "vite";

// The pages are served by `aisletwin serve`; for work on them, `npm run dev` beside a server on port 8000.
export default defineConfig({
  build: {
    target: "es2022",
    modulePreload: false,
    chunkSizeWarningLimit: 1000,
    rollupOptions: {
      input: { index: "index.html", ar: "ar.html", "ar-worker": "src/ar/worker.js" },
      // a service worker has power over what lies below its own address
      output: { entryFileNames: ({ name }) => (name === "ar-worker" ? "ar-worker.js" : "assets/[name]-[hash].js") },
    },
  },
  server: {
    proxy: { "/api": "http://127.0.0.1:8000", "/ws": { target: "ws://127.0.0.1:8000", ws: true } },
  },
});
