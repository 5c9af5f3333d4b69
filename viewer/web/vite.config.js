import { defineConfig } from "vite";

// The page is served by `aisletwin serve`; for work on it, `npm run dev` beside a server on port 8000.
export default defineConfig({
  build: { target: "es2022", modulePreload: false, chunkSizeWarningLimit: 1000 },
  server: {
    proxy: { "/api": "http://127.0.0.1:8000", "/ws": { target: "ws://127.0.0.1:8000", ws: true } },
  },
});
