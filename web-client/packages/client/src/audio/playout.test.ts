import { expect, test } from "vitest";
import { Playout } from "./playout.js";

test("two replies play one after the other, each with its own position", () => {
  const playout = new Playout(24_000);
  playout.handle({ kind: "write", turnId: "1", samples: new Float32Array(300) });
  playout.handle({ kind: "end", turnId: "1" });
  playout.handle({ kind: "write", turnId: "2", samples: new Float32Array(200) });
  playout.handle({ kind: "end", turnId: "2" });
  const out = new Float32Array(250);
  expect(playout.read(out)).toEqual({ turnId: "1", played: 250, finished: false });
  expect(playout.read(out)).toEqual({ turnId: "1", played: 300, finished: true });
  expect(playout.read(out)).toEqual({ turnId: "2", played: 200, finished: true });
  expect(playout.read(out)).toBeNull();
});

test("a cut silences the reply and forgets those that wait", () => {
  const playout = new Playout(24_000);
  playout.handle({ kind: "write", turnId: "1", samples: new Float32Array(24_000) });
  playout.handle({ kind: "write", turnId: "2", samples: new Float32Array(24_000) });
  playout.read(new Float32Array(1000));
  playout.handle({ kind: "cut" });
  expect(playout.read(new Float32Array(1000))).toEqual({ turnId: "1", played: 1120, finished: true });
  expect(playout.read(new Float32Array(1000))).toBeNull();
});
