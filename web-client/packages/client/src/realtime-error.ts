import type { ErrorCode, WireError } from "./generated/roleplay.js";

/** What the server refused, as it said it. */
export class RealtimeError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(error: Pick<WireError, "message" | "code" | "retryable" | "retryAfterMs">) {
    super(error.message);
    this.name = "RealtimeError";
    this.code = error.code;
    this.retryable = error.retryable;
    this.retryAfterMs = error.retryAfterMs;
  }

  /** Nothing of the session is left to come back to. */
  get sessionIsGone(): boolean {
    return this.code === "SESSION_ENDED" || this.code === "SESSION_NOT_FOUND";
  }
}
