// Generated from crates/protocol. Run `make generate` after a change there.

export type Ack = { ok: boolean, error?: WireError, 
/**
 * Of an `audio-chunk`: the last numbered chunk that is stored.
 */
throughSeq?: number, 
/**
 * Of an `audio-chunk` whose number skips one: the number that is missing.
 */
expectedSeq?: number, };

export type AiResponse = { text: string, turnCount: number, maxTurns: number, turnId: string, provider: string, demo?: boolean, finishReason: FinishReason, usage?: Usage, sessionId: string, eventSeq: number, timestamp: number, };

export type AiResponseDelta = { turnId: string, index: number, text: string, sessionId: string, eventSeq: number, timestamp: number, };

export type AudioConfig = { sampleRate: number, channels: number, format: string, };

export type AudioEnd = { turnId: string, frames: number, durationMs: number, sessionId: string, eventSeq: number, timestamp: number, };

export type AudioFormat = { mimeType?: string, sampleRate?: number, channels?: number, 
/**
 * The server may send binary attachments.
 */
binary?: boolean, 
/**
 * Whether the loudspeaker is kept out of the microphone. Where nobody says, the server finds out.
 */
echoCancellation?: boolean, };

export type AudioFrame = { turnId: string, frame: number, codec: SpeechCodec, sampleRate: number, durationMs: number, audioData: string | ArrayBuffer | Uint8Array, 
/**
 * What is being said, with the first frame of each stretch.
 */
text?: string, sessionId: string, eventSeq: number, timestamp: number, };

export type AudioGap = { sessionId: string, expectedSeq: number, gotSeq: number, timestamp: number, };

export type AudioReceived = { audioSize: number, segmentId: string, 
/**
 * Chunks up to this one need not be kept any longer.
 */
throughSeq: number | null, durationMs: number, sessionId: string, eventSeq: number, timestamp: number, };

export type AvatarResponse = { 
/**
 * Null, or empty for a client of the old contract, where there is no video.
 */
videoUrl: string | null, 
/**
 * Plays; null, or empty for a client of the old contract, where the reply was not spoken.
 */
audioUrl: string | null, 
/**
 * Milliseconds.
 */
duration: number, turnId: string, kind: FaceKind, visemes?: Array<Viseme>, expression?: string, provider?: string, demo?: boolean, sessionId: string, eventSeq: number, timestamp: number, };

export type CoachHint = { sessionId: string, text: string, 
/**
 * Whose hint it is.
 */
userId: string, timestamp: number, };

export type Connected = { message: string, timestamp: number, };

export type ErrorCode = "UNAUTHENTICATED" | "TOKEN_EXPIRED" | "FORBIDDEN" | "SESSION_NOT_FOUND" | "SESSION_ENDED" | "SESSION_TAKEN_OVER" | "BAD_EVENT" | "BAD_AUDIO" | "AUDIO_TOO_LARGE" | "AUDIO_GAP" | "RATE_LIMITED" | "OVERLOADED" | "STT_FAILED" | "LLM_FAILED" | "TTS_FAILED" | "AVATAR_FAILED" | "STORAGE_UNAVAILABLE" | "DATABASE_UNAVAILABLE" | "SHUTTING_DOWN" | "INTERNAL";

export type ErrorEvent = { sessionId?: string, 
/**
 * Where the error is part of the session's story; absent where it answers one client's event.
 */
eventSeq?: number, turnId?: string, timestamp: number, 
/**
 * For a person: what was wrong and what to do.
 */
message: string, 
/**
 * The old contract's coarse kind, such as `STT_ERROR`.
 */
type: string, code: ErrorCode, 
/**
 * The same request may work later.
 */
retryable: boolean, retryAfterMs?: number, };

export type FaceKind = "video" | "visemes" | "none";

export type FinishReason = "stop" | "length" | "filtered";

export type ForceEndedBy = "idle" | "max-length" | "disconnected";

export type Head = { sessionId: string, eventSeq: number, timestamp: number, };

export type HeardAudio = { firstSeq: number | null, lastSeq: number | null, durationMs: number, segmentIds: Array<string>, };

export type HistoryLine = { 
/**
 * `user` or `ai`.
 */
role: string, text: string, timestamp: number, turnId: string, };

export type Interrupted = { turnId: string, heardMs: number, heardText: string, reason: InterruptedBy, sessionId: string, eventSeq: number, timestamp: number, };

export type InterruptedBy = "barge-in" | "client" | "session-end";

export type LimitsInForce = { maxChunkBytes: number, maxBufferedBytes: number, 
/**
 * Of a typed turn.
 */
maxTextChars: number, maxSessionMs: number, 
/**
 * Without a word from the client for so long, the session ends.
 */
idleMs: number, };

export type Observer = { userId: string, 
/**
 * `coach` or `admin`.
 */
role: string, sessionId: string, eventSeq: number, timestamp: number, };

export type Pong = { t?: number, timestamp: number, };

export type Practice = "private" | "shared";

export type ProviderLabel = { name: string, demo?: boolean, };

export type Providers = { stt: ProviderLabel, llm: ProviderLabel, tts: ProviderLabel, avatar: ProviderLabel, };

export type SessionEnded = { reason: string, totalTurns: number, 
/**
 * Milliseconds since the session began.
 */
duration: number, audioUrl: string, turns: number, recordingUrl: string, reportUrl: string, sessionId: string, eventSeq: number, timestamp: number, };

export type SessionEnding = { reason: string, totalTurns: number, sessionId: string, eventSeq: number, timestamp: number, };

export type SessionForceEnded = { 
/**
 * `timeout` or `client_disconnect`.
 */
reason: string, cause: ForceEndedBy, totalTurns: number, sessionId: string, eventSeq: number, timestamp: number, };

export type SessionStarted = { sessionId: string, 
/**
 * Only for a new session: its first event. One who comes back goes by `lastEventSeq`.
 */
eventSeq?: number, timestamp: number, maxTurns: number, 
/**
 * As the scenario's author wrote it.
 */
buyerPersona: Record<string, unknown>, audioConfig: AudioConfig, resumed: boolean, 
/**
 * The last numbered chunk that is stored.
 */
throughSeq: number | null, 
/**
 * The number of the next new chunk, after those that are received and not stored yet.
 */
nextSeq: number, lastEventSeq: number, history: Array<HistoryLine>, turnDetection: TurnDetectionInForce, 
/**
 * BCP 47. What the session speaks, which need not be what was asked for when it began.
 */
language: string, limits: LimitsInForce, providers: Providers, };

export type SessionState = { state: StateName, turnId?: string, sessionId: string, eventSeq: number, timestamp: number, };

export type ShapeName = "closed" | "slight" | "open" | "wide" | "round" | "teeth";

export type SpeechCodec = "pcm16" | "opus";

export type SpeechFormat = { enabled: boolean, codec?: SpeechCodec, sampleRate?: number, };

export type SpeechStarted = { 
/**
 * In the audio that the client sent.
 */
atMs: number, sessionId: string, eventSeq: number, timestamp: number, };

export type SpeechStopped = { atMs: number, 
/**
 * The persona takes the floor.
 */
endOfTurn: boolean, sessionId: string, eventSeq: number, timestamp: number, };

export type StartSession = { sessionId: string, 
/**
 * Required for a session that does not exist yet.
 */
scenarioId?: string, 
/**
 * BCP 47, such as `en-US`, `zh-CN`, `nan-TW`.
 */
language?: string, voice?: string, turnDetection?: TurnDetectionWish, thresholds?: Thresholds, audio?: AudioFormat, speech?: SpeechFormat, 
/**
 * Replays what was told after this `eventSeq`.
 */
resumeFrom?: number, bargeIn?: boolean, practice?: Practice, };

export type StateName = "listening" | "hearing" | "transcribing" | "thinking" | "speaking" | "paused" | "reconnecting" | "ending";

export type Thresholds = { bytes?: number, silenceMs?: number, 
/**
 * With `vad`: a user who is silent for so long has said all, give or take what the words suggest.
 */
endOfTurnMs?: number, };

export type Transcription = { text: string, turnId: string, language: string, confidence?: number, provider: string, demo?: boolean, audio?: HeardAudio, sessionId: string, eventSeq: number, timestamp: number, };

export type TranscriptionPartial = { turnId: string, text: string, stableChars: number, sessionId: string, eventSeq: number, timestamp: number, };

export type TurnDetectionInForce = "threshold" | "manual" | "vad";

export type TurnDetectionWish = "threshold" | "manual" | "vad";

export type TurnLatency = { turnId: string, 
/**
 * From the last word until it was decided that it was the last.
 */
endOfSpeechMs: number, storedMs: number, transcribedMs: number, firstTokenMs: number, firstSentenceMs: number, 
/**
 * Of speech, at the server.
 */
firstAudioMs: number, 
/**
 * From there until the client played it; 0 where it does not say.
 */
playedMs: number, totalMs: number, unaccountedMs: number, sessionId: string, eventSeq: number, timestamp: number, };

export type Usage = { inputTokens: number, outputTokens: number, };

export type Viseme = { atMs: number, shape: ShapeName, };

export type WireError = { 
/**
 * For a person: what was wrong and what to do.
 */
message: string, 
/**
 * The old contract's coarse kind, such as `STT_ERROR`.
 */
type: string, code: ErrorCode, 
/**
 * The same request may work later.
 */
retryable: boolean, retryAfterMs?: number, };

/** What the server sends, by event. */
export interface ServerEvents {
  connected: Connected;
  "session-started": SessionStarted;
  "session-state": SessionState;
  "audio-received": AudioReceived;
  "audio-gap": AudioGap;
  "transcription-partial": TranscriptionPartial;
  transcription: Transcription;
  "ai-response-delta": AiResponseDelta;
  "ai-response": AiResponse;
  "avatar-response": AvatarResponse;
  interrupted: Interrupted;
  "speech-started": SpeechStarted;
  "speech-stopped": SpeechStopped;
  "audio-frame": AudioFrame;
  "audio-end": AudioEnd;
  "turn-latency": TurnLatency;
  "session-ending": SessionEnding;
  "session-ended": SessionEnded;
  "session-force-ended": SessionForceEnded;
  "coach-hint": CoachHint;
  "observer-joined": Observer;
  "observer-left": Observer;
  error: ErrorEvent;
  pong: Pong;
}

/** What a client sends, by event. */
export interface ClientEvents {
  "start-session": StartSession;
  "audio-chunk": { sessionId: string; audioData: string | ArrayBuffer | Uint8Array; timestamp?: number; seq?: number; mimeType?: string };
  transcription: { sessionId: string; text: string; isFinal: boolean; confidence?: number; id?: string };
  "end-turn": { sessionId: string };
  interrupt: { sessionId: string; turnId?: string; playedMs?: number };
  "playback-progress": { sessionId: string; turnId: string; playedMs: number; done?: boolean };
  "pause-session": { sessionId: string };
  "resume-session": { sessionId: string };
  "set-language": { sessionId: string; language: string; voice?: string };
  "end-session": { sessionId: string };
  "observe-session": { sessionId: string; fromEventSeq?: number };
  "stop-observing": { sessionId: string };
  "coach-hint": { sessionId: string; text: string; to?: "trainee" };
  ping: { t?: number };
}
