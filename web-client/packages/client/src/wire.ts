/**
 * The wire as this client speaks it: what crates/protocol generates, and the events of the contract that a server may
 * not send yet. A client that never gets those works without them.
 */
import type {
  ClientEvents as GeneratedClientEvents,
  ServerEvents as GeneratedServerEvents,
  Head,
  Interrupted,
  SessionStarted,
  StartSession,
} from "./generated/roleplay.js";

export type * from "./generated/roleplay.js";

/** `vad`: the server hears when somebody begins and stops to speak. */
export type TurnDetection = SessionStarted["turnDetection"] | "vad";

export interface ServerEvents extends Omit<GeneratedServerEvents, "session-started" | "interrupted"> {
  "session-started": Omit<SessionStarted, "turnDetection"> & { turnDetection: TurnDetection };
  interrupted: Omit<Interrupted, "reason"> & { reason: Interrupted["reason"] | "barge-in" };
  "speech-started": Head & { atMs: number };
  "speech-stopped": Head & { atMs: number; endOfTurn?: boolean };
  "audio-frame": AudioFrame;
  "audio-end": Head & { turnId: string; frames: number; durationMs: number };
  "turn-latency": TurnLatency;
}

export interface ClientEvents extends Omit<GeneratedClientEvents, "start-session"> {
  "start-session": Omit<StartSession, "turnDetection"> & { turnDetection?: TurnDetection };
}

/** A piece of the persona's voice, in order and without a gap. */
export type AudioFrame = Head & {
  turnId: string;
  frame: number;
  codec: "pcm16" | "opus";
  sampleRate: number;
  durationMs: number;
  audioData: string | ArrayBuffer | Uint8Array;
  text?: string;
};

/** Where the time of a turn went; the parts add up to `totalMs`. */
export type TurnLatency = Head & {
  turnId: string;
  endOfSpeechMs: number;
  storedMs: number;
  transcribedMs: number;
  firstTokenMs: number;
  firstAudioMs: number;
  totalMs: number;
  unaccountedMs: number;
};
