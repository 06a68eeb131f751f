import type { Message } from "../api";

/** What can be counted in a conversation, without judging it. */
export interface Talk {
  turns: { turn: number; you: number; them: number }[];
  you: number;
  them: number;
}

export function countTalk(messages: Message[]): Talk {
  const turns: Talk["turns"] = [];
  for (const { role, content } of messages) {
    const words = countWords(content);
    const current = turns.at(-1);
    if (role === "user") turns.push({ turn: turns.length + 1, you: words, them: 0 });
    else if (role === "ai" && current) current.them += words;
  }
  const sum = (who: Message["role"]) =>
    messages.filter(({ role }) => role === who).reduce((sum, { content }) => sum + countWords(content), 0);
  return { turns, you: sum("user"), them: sum("ai") };
}

/** Words; in Chinese writing, characters, as its readers count. */
export function countWords(text: string): number {
  const characters = text.match(HAN)?.length ?? 0;
  const words = text.replace(HAN, " ").match(/[\p{L}\p{N}]+(?:['’-][\p{L}\p{N}]+)*/gu)?.length ?? 0;
  return characters + words;
}

const HAN = /\p{Script=Han}/gu;
