import type { Hint, TalkMode, Words } from "@repartee/client";

/** What was chosen on the way into a room or in it, kept over a reload of the page. */
export interface Entry {
  sessionId: string;
  language: string;
}

const KEY = "repartee.entry";

export function rememberEntry(entry: Entry): void {
  sessionStorage.setItem(KEY, JSON.stringify(entry));
}

export function recallEntry(sessionId: string): Entry | null {
  const kept = sessionStorage.getItem(KEY);
  const entry: Entry | null = kept ? JSON.parse(kept) : null;
  return entry?.sessionId === sessionId ? entry : null;
}

const DISMISSED_KEY = "repartee.dismissed-hints";

/** Hints that were read in this room. */
export function rememberDismissed(sessionId: string, hints: Hint[]): void {
  sessionStorage.setItem(DISMISSED_KEY, JSON.stringify({ sessionId, hints }));
}

export function recallDismissed(sessionId: string): Hint[] {
  const kept = sessionStorage.getItem(DISMISSED_KEY);
  const dismissed: { sessionId: string; hints: Hint[] } | null = kept ? JSON.parse(kept) : null;
  return dismissed?.sessionId === sessionId ? dismissed.hints : [];
}

const WAITING_KEY = "repartee.waiting-words";

/** What was written in this room and the server has not taken; by its ids the server knows what it has all the same. */
export function rememberWaiting(sessionId: string, words: Words[]): void {
  if (words.length === 0) sessionStorage.removeItem(WAITING_KEY);
  else sessionStorage.setItem(WAITING_KEY, JSON.stringify({ sessionId, words }));
}

export function recallWaiting(sessionId: string): Words[] {
  const kept = sessionStorage.getItem(WAITING_KEY);
  const waiting: { sessionId: string; words: Words[] } | null = kept ? JSON.parse(kept) : null;
  return waiting?.sessionId === sessionId ? waiting.words : [];
}

const MODE_KEY = "repartee.talk-mode";

/** How somebody likes to talk goes with them into the next room. */
export function rememberTalkMode(mode: TalkMode): void {
  localStorage.setItem(MODE_KEY, mode);
}

export function recallTalkMode(): TalkMode {
  return localStorage.getItem(MODE_KEY) === "push-to-talk" ? "push-to-talk" : "open";
}

/** The scenario's own language first, then what the product speaks. */
export function conversationLanguages(own: string): string[] {
  return [...new Set([own, "en-US", "zh-CN", "zh-TW", "nan-TW"])];
}
