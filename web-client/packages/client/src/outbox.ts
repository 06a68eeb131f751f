/**
 * What a session still has to send: audio until the server stored it, words and ends of turns until it took them, and its own
 * end until it is over. All goes out in the order in which it happened, but only words wait for words that were put off. It
 * knows no socket; a reconnect means `rewind`.
 */
export class Outbox {
  #entries: Kept[] = [];
  #nextSeq = 0;
  #bytes = 0;
  #allowance = BURST_BYTES;
  #allowedAt: number;

  constructor(now: number) {
    this.#allowedAt = now;
  }

  /** What was written and is not taken yet. */
  get words(): Words[] {
    return this.#entries.flatMap(wordsOf);
  }

  /** What of it is not on its way either. */
  get heldBack(): Words[] {
    return this.#entries.filter((entry) => !entry.sent).flatMap(wordsOf);
  }

  /** Something is to be sent that may not go out yet. */
  get isHeldUp(): boolean {
    return this.#entries.some((entry) => !entry.sent);
  }

  /** Bytes that are recorded and not yet stored. */
  get unstoredBytes(): number {
    return this.#bytes;
  }

  /** Numbers and keeps the audio; `null` when no more can be kept and the audio is lost. */
  record(audio: Uint8Array, mimeType?: string): number | null {
    if (this.#bytes + audio.length > MOST_UNSTORED_BYTES) return null;
    const seq = this.#nextSeq++;
    this.#bytes += audio.length;
    this.#entries.push({ kind: "audio", seq, audio, mimeType, sent: false, tried: false, notBefore: 0 });
    return seq;
  }

  command(command: Command): void {
    this.#entries.push({ kind: "command", command, sent: false, tried: false, notBefore: 0 });
  }

  /**
   * The server lets the session begin or go on; whatever it did not confirm goes out again. Numbers that it has received and
   * that were never sent from here are another page's: what is still to be sent comes after them.
   */
  begin({ throughSeq, nextSeq }: { throughSeq: number | null; nextSeq: number }): void {
    const unsent = this.#entries.filter((entry) => entry.kind === "audio" && !entry.tried) as Audio[];
    if (unsent[0] && unsent[0].seq < nextSeq) {
      for (const [place, entry] of unsent.entries()) entry.seq = nextSeq + place;
    }
    this.#nextSeq = Math.max(this.#nextSeq, nextSeq + unsent.length);
    this.stored(throughSeq);
    this.rewind();
  }

  /** The server has everything up to this chunk. */
  stored(throughSeq: number | null): void {
    if (throughSeq !== null) this.#forget((entry) => entry.kind === "audio" && entry.seq <= throughSeq);
  }

  taken(command: Command): void {
    this.#forget((entry) => entry.kind === "command" && entry.command === command);
  }

  /**
   * The server cannot take it before that time; it goes out again then, and what was written after it does not overtake it.
   * Whether that is news.
   */
  putOff(command: Command, notBefore: number): boolean {
    const entry = this.#entries.find((entry) => entry.kind === "command" && entry.command === command);
    if (!entry) return false;
    const isNews = entry.notBefore === 0;
    Object.assign(entry, { sent: false, notBefore });
    return isNews;
  }

  /** The session is to end after all that. Asked for again it goes out again. */
  end(): void {
    const asked = this.#entries.find(isEnd);
    if (asked) asked.sent = false;
    else this.command({ kind: "end-session" });
  }

  /** It is to go on after all. */
  goOn(): void {
    this.#forget(isEnd);
  }

  /** The line broke: whatever the server did not confirm goes out again. */
  rewind(): void {
    for (const entry of this.#entries) entry.sent = false;
  }

  /** The server misses this chunk and did not take those after it. */
  resendFrom(seq: number): void {
    for (const entry of this.#entries) if (entry.kind === "audio" && entry.seq >= seq) entry.sent = false;
  }

  /** What may go out now without the server calling it a flood. */
  take(now: number): Entry[] {
    this.#allowance = Math.min(BURST_BYTES, this.#allowance + ((now - this.#allowedAt) / 1000) * BYTES_PER_SECOND);
    this.#allowedAt = now;
    const due: Entry[] = [];
    let wordsWait = false;
    for (const entry of this.#entries) {
      if (entry.sent) continue;
      const isSaid = entry.kind === "command" && entry.command.kind === "say";
      if (entry.notBefore > now || (isSaid && wordsWait)) {
        wordsWait ||= isSaid;
        continue;
      }
      if (entry.kind === "audio") {
        if (this.#allowance < entry.audio.length) break;
        this.#allowance -= entry.audio.length;
      }
      entry.sent = true;
      entry.tried = true;
      due.push(entry);
    }
    return due;
  }

  #forget(done: (entry: Entry) => boolean): void {
    this.#entries = this.#entries.filter((entry) => !done(entry));
    this.#bytes = this.#entries.reduce((sum, entry) => sum + (entry.kind === "audio" ? entry.audio.length : 0), 0);
  }
}

function wordsOf(entry: Entry): Words[] {
  return entry.kind === "command" && entry.command.kind === "say" ? [entry.command] : [];
}

function isEnd(entry: Entry): boolean {
  return entry.kind === "command" && entry.command.kind === "end-session";
}

interface Audio {
  kind: "audio";
  seq: number;
  audio: Uint8Array;
  mimeType?: string | undefined;
}

export type Entry = Audio | { kind: "command"; command: Command };

type Kept = Entry & {
  sent: boolean;
  /** It left at least once, over whichever line. */
  tried: boolean;
  /** The server asked to be left alone with it until then. */
  notBefore: number;
};

/** What belongs between two pieces of audio, or after the last. */
export type Command = Words | { kind: "end-turn" } | { kind: "end-session" };

/** A turn in writing. */
export interface Words {
  kind: "say";
  text: string;
  id: string;
}

/** Below the server's limit of 256 KiB per second with bursts of four times that. */
const BYTES_PER_SECOND = 192 * 1024;
const BURST_BYTES = 512 * 1024;
/** About 17 minutes of PCM: a lost network is noticed before. */
const MOST_UNSTORED_BYTES = 32 * 1024 * 1024;
