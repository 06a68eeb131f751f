import { defineConfig } from "vitest/config";

// e2e/ has a runner of its own.
export default defineConfig({
  test: { include: ["{packages,app}/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
});
