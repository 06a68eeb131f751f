import { expect, test } from "vitest";
import type { Delivery } from "../api";
import { talkByTurn } from "./talk";

const delivery: Delivery = {
  unit: "words",
  traineeWords: 12,
  personaWords: 9,
  talk: { traineeMs: 3240, personaMs: 2000 },
  pace: null,
  easyPace: [90, 190],
  fillers: [],
  pauses: null,
  replies: null,
  interruptions: 0,
  turns: [
    { turn: 1, traineeMs: 3240, personaMs: 2000, traineeWords: 8, personaWords: 5 },
    { turn: 2, traineeMs: null, personaMs: null, traineeWords: 4, personaWords: 4 },
  ],
};

test("turns are compared in seconds where both were heard, and in words where nobody was", () => {
  expect(talkByTurn(delivery)).toEqual([
    { turn: 1, you: 3.2, them: 2 },
    { turn: 2, you: 0, them: 0 },
  ]);
  expect(talkByTurn({ ...delivery, talk: null })).toEqual([
    { turn: 1, you: 8, them: 5 },
    { turn: 2, you: 4, them: 4 },
  ]);
});
