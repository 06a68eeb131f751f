// Builds dist/: the modules one by one, and each worklet as one file without imports, because bundlers hand a worklet
// on as it is.
import { execSync } from "node:child_process";
import { rmSync } from "node:fs";
import { build } from "vite";

rmSync("dist", { recursive: true, force: true });
execSync("tsc", { stdio: "inherit" });
for (const name of ["recorder", "player"]) {
  await build({
    configFile: false,
    logLevel: "warn",
    publicDir: false,
    build: {
      emptyOutDir: false,
      outDir: "dist/worklets",
      minify: true,
      lib: { entry: `src/worklets/${name}.worklet.ts`, formats: ["es"], fileName: () => `${name}.worklet.js` },
    },
  });
}
