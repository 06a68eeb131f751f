export type { Conversation, Ended, Face, Line, Problem, Stage } from "./conversation.js";
export { Player, type PlayerEvents, type Progress } from "./player.js";
export {
  type Connection,
  RealtimeClient,
  type RealtimeClientOptions,
  RealtimeError,
  type Started,
  type StartOptions,
} from "./realtime-client.js";
export {
  MicrophoneError,
  Recorder,
  type RecorderEvents,
  type RecorderFormat,
  type RecorderOptions,
  type RecorderProblem,
  type RecorderState,
} from "./recorder.js";
export { type Microphone, Roleplay, type Signals, type TalkMode } from "./roleplay.js";
export { Watch } from "./watch.js";
export type { ClientEvents, ErrorCode, ServerEvents, TurnLatency } from "./wire.js";
