import type { Message } from "../api";
import type { Span } from "./playback";

/** Where the recording plays it. */
export function spanOf({ recordingAtMs, recordedMs }: Message): Span | null {
  if (recordingAtMs === null || recordedMs === null) return null;
  return { fromMs: recordingAtMs, toMs: recordingAtMs + recordedMs };
}

export interface Marker {
  turn: number;
  atMs: number;
  /** There is room for its number. */
  labelled: boolean;
}

/** Of a recording's width, so that two numbers do not overlap. */
const ROOM = 0.04;

/** Where turns begin, for marks along a recording. */
export function markers(messages: Message[], lengthMs: number): Marker[] {
  const marks: Marker[] = [];
  let labelledAt = Number.NEGATIVE_INFINITY;
  for (const message of messages) {
    const span = spanOf(message);
    if (!span || marks.at(-1)?.turn === message.turn) continue;
    const labelled = span.fromMs - labelledAt >= ROOM * lengthMs;
    if (labelled) labelledAt = span.fromMs;
    marks.push({ turn: message.turn, atMs: span.fromMs, labelled });
  }
  return marks;
}

/** A little after a beginning, going back means the one before. */
const JUST_BEGUN_MS = 1500;

/** The turn to go to from here. */
export function neighbour(marks: Marker[], atMs: number, step: 1 | -1): Marker | undefined {
  if (step === 1) return marks.find((mark) => mark.atMs > atMs + 1);
  return marks.findLast((mark) => mark.atMs < atMs - JUST_BEGUN_MS) ?? marks[0];
}
