import { expect, test } from "vitest";
import { SpokenWords } from "./spoken-words.js";

test("the words are those that sound, not those that came last", () => {
  const words = new SpokenWords();
  words.add("1", 0, "Good morning. ");
  words.add("1", 900, "What do you want?");
  expect([0, 899, 900, 5000].map((playedMs) => words.at("1", playedMs))).toEqual([
    "Good morning.",
    "Good morning.",
    "What do you want?",
    "What do you want?",
  ]);
});

test("whoever comes in the middle of a stretch does not know its words", () => {
  const words = new SpokenWords();
  words.add("1", 900, "What do you want?");
  expect([words.at("1", 400), words.at("2", 400)]).toEqual([null, null]);
});

test("a reply that is over is forgotten", () => {
  const words = new SpokenWords();
  words.add("1", 0, "Good morning.");
  words.forget("1");
  expect(words.at("1", 100)).toBeNull();
});
