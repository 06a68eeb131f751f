import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = "http://127.0.0.1:3001";

export default defineConfig({
  plugins: [react()],
  // The worklets must stay files: a page's policy may forbid code from data addresses.
  build: { assetsInlineLimit: 0, chunkSizeWarningLimit: 600 },
  server: {
    port: 3000,
    proxy: {
      ...Object.fromEntries(
        ["/api", "/media", "/recordings", "/demo", "/stats", "/readyz"].map((path) => [path, server]),
      ),
      "/socket.io": { target: server, ws: true },
    },
  },
});
