/**
 * Hears when somebody begins and stops to speak, from nothing but loudness. It stands in where the server does not
 * listen for this itself. It counts the audio's own time and knows no clock.
 */
export class SpeechGate {
  #floor = 0.1;
  #speaking = false;
  #loudMs = 0;
  #quietMs = 0;

  get speaking(): boolean {
    return this.#speaking;
  }

  /** `overVoice`: a loudspeaker is talking at the same time, so some of its sound may come back. */
  push(level: number, durationMs: number, overVoice: boolean): "started" | "ended" | null {
    const loud = level > Math.max(LEAST_LEVEL, this.#floor + ABOVE_FLOOR) + (overVoice ? ECHO_MARGIN : 0);
    if (!loud && !this.#speaking) this.#floor += (level - this.#floor) * (level < this.#floor ? 0.5 : 0.05);
    this.#loudMs = loud ? this.#loudMs + durationMs : 0;
    this.#quietMs = loud ? 0 : this.#quietMs + durationMs;
    if (!this.#speaking && this.#loudMs >= (overVoice ? BARGE_IN_AFTER_MS : START_AFTER_MS)) {
      this.#speaking = true;
      return "started";
    }
    if (this.#speaking && this.#quietMs >= END_AFTER_MS) {
      this.#speaking = false;
      return "ended";
    }
    return null;
  }
}

const LEAST_LEVEL = 0.3;
const ABOVE_FLOOR = 0.15;
const ECHO_MARGIN = 0.1;
/** A click is shorter than a word. */
const START_AFTER_MS = 200;
const BARGE_IN_AFTER_MS = 300;
/** Long enough to think of the next word. */
const END_AFTER_MS = 900;
