import { expect, test } from "vitest";
import type { Message } from "../api";
import { countTalk, countWords } from "./talk";

test("words are counted as their readers count them", () => {
  expect(countWords("It's a well-known fact, Marcus.")).toBe(5);
  expect(countWords("您好，我們先談三件事。")).toBe(9);
  expect(countWords("我們用 Kubernetes 嗎")).toBe(5);
  expect(countWords(" … ")).toBe(0);
});

test("a turn is what you said and what came back; the opening belongs to none", () => {
  const said = (role: Message["role"], content: string): Message => ({ id: content, role, content, timestamp: "" });
  expect(countTalk([said("ai", "Good morning"), said("user", "Hello there Marcus"), said("ai", "Go on")])).toEqual({
    turns: [{ turn: 1, you: 3, them: 2 }],
    you: 3,
    them: 4,
  });
});
