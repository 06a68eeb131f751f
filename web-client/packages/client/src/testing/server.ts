// A real Socket.IO server that plays its part line by line.
import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server, type Socket } from "socket.io";

export interface Heard {
  name: string;
  payload: {
    sessionId?: string;
    seq?: number;
    resumeFrom?: number;
    text?: string;
    language?: string;
    id?: string;
    audioData?: Uint8Array;
  };
}

export class ScriptedServer {
  readonly sockets: Socket[] = [];
  readonly heard: Heard[] = [];
  readonly tokens: unknown[] = [];
  url = "";
  /** What it has stored, and how far its events go. */
  stored: number | null = null;
  lastEventSeq = 0;
  answers: (name: string) => { ok: boolean; error?: object } | null = () => ({ ok: true });
  /** What it waits for before it answers. */
  waitsFor: (name: string) => Promise<void> | undefined = () => undefined;
  /** What its session speaks, where it tells. */
  language?: string;
  /** It accepts an end and does not live to do it. */
  diesEnding = false;
  /** Why whoever comes is sent away; `null` for who may stay. */
  refuses: (token: unknown) => object | null = () => null;
  readonly #http: HttpServer = createServer();
  readonly #io = new Server(this.#http);

  async start(): Promise<void> {
    this.#io.on("connection", (socket) => this.#onConnection(socket));
    await new Promise<void>((resolve) => this.#http.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    await this.#io.close();
  }

  get newest(): Socket {
    return this.sockets.at(-1) as Socket;
  }

  cutTheLine(): void {
    this.newest.conn.close();
  }

  count(name: string): number {
    return this.heard.filter((event) => event.name === name).length;
  }

  get seqs(): number[] {
    return this.heard.flatMap(({ name, payload }) => (name === "audio-chunk" ? [payload.seq ?? -1] : []));
  }

  #onConnection(socket: Socket): void {
    const { token } = socket.handshake.auth;
    this.sockets.push(socket);
    this.tokens.push(token);
    const refusal = this.refuses(token);
    if (refusal) {
      socket.emit("error", refusal);
      socket.disconnect();
      return;
    }
    socket.onAny(async (name, payload, ack) => {
      this.heard.push({ name, payload });
      const pending = this.waitsFor(name);
      if (pending) await pending;
      const answer = this.answers(name);
      if (answer) ack?.(answer);
      if (name === "start-session" && answer?.ok) {
        const { stored: throughSeq, lastEventSeq, language } = this;
        const nextSeq = Math.max(throughSeq ?? -1, ...this.seqs) + 1;
        socket.emit("session-started", { sessionId: "s", throughSeq, nextSeq, lastEventSeq, language, history: [] });
      }
      if (name === "end-session" && answer?.ok && !this.diesEnding) {
        socket.emit("session-ended", { sessionId: "s", reason: "user_ended", totalTurns: 0, duration: 0 });
      }
    });
    socket.emit("connected", { message: "Connected to real-time server" });
  }
}

/** Looks again whenever the loop turns; the test's own time limit ends it. */
export async function until(come: () => boolean): Promise<void> {
  while (!come()) await new Promise((resolve) => setImmediate(resolve));
}
