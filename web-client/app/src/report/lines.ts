import type { Hint, Message, Unheard } from "../api";

/** A line of the transcript. */
export interface Line {
  message: Message;
  /** How it would have gone on, had it not been cut short. */
  unheard: string;
}

/** What was said, with what nobody heard any more: an answer of which that is all follows what it answers. */
export function transcript(messages: Message[], unheard: Unheard[]): Line[] {
  const lost = new Map(unheard.map(({ turn, text }) => [turn, text]));
  const answers = messages.filter(({ role }) => role === "ai");
  const heard = new Set(answers.map(({ turn }) => turn));
  const demo = answers.at(-1)?.demo ?? false;
  return messages.flatMap((message) => {
    const text = lost.get(message.turn) ?? "";
    if (message.role === "ai") return { message, unheard: text };
    const line = { message, unheard: "" };
    return text && !heard.has(message.turn) ? [line, { message: silent(message, demo), unheard: text }] : line;
  });
}

export type Entry = { kind: "line"; line: Line } | { kind: "hint"; hint: Hint };

/** The transcript with every hint where it came: before the first thing that was said after it. */
export function withHints(lines: Line[], hints: Hint[]): Entry[] {
  const left = [...hints];
  const entries = lines.flatMap((line): Entry[] => {
    const said = Date.parse(line.message.timestamp);
    const later = left.findIndex(({ timestamp }) => Date.parse(timestamp) >= said);
    const before = left.splice(0, later === -1 ? left.length : later);
    return [...before.map((hint): Entry => ({ kind: "hint", hint })), { kind: "line", line }];
  });
  return [...entries, ...left.map((hint): Entry => ({ kind: "hint", hint }))];
}

/** The answer to it that nobody heard a word of, by the same persona as all the others. */
function silent(message: Message, demo: boolean): Message {
  return {
    ...message,
    id: `${message.id}-unheard`,
    role: "ai",
    content: "",
    recordingAtMs: null,
    recordedMs: null,
    demo,
  };
}
