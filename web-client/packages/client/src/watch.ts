import { after, type Change, type Conversation, nothingYet, TOLD, type Told } from "./conversation.js";
import { EventOrder } from "./event-order.js";
import { RealtimeClient, type RealtimeClientOptions } from "./realtime-client.js";
import { RealtimeError } from "./realtime-error.js";
import { Store } from "./store.js";

const AGAIN_MS = 1000;

/** Somebody else's session, as a coach follows it. It sends nothing but whispers and knows no sound. */
export class Watch {
  readonly conversation = new Store<Conversation>(nothingYet);
  readonly client: RealtimeClient;
  #session: { id: string; order: EventOrder } | null = null;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(options: RealtimeClientOptions) {
    this.client = new RealtimeClient(options);
    for (const name of TOLD) this.client.on(name, (payload) => this.#onTold({ name, payload } as Told));
    this.client.on("connection", (payload) => this.#tell({ name: "connection", payload }));
    this.client.on("connected", () => void this.#observe());
  }

  /** What goes wrong is in the conversation's `problem`; calling it again tries again. */
  async start(sessionId: string): Promise<void> {
    this.#session ??= { id: sessionId, order: new EventOrder() };
    if (this.client.connection.status === "connected") return this.#observe();
    await this.client.connect().catch(() => undefined);
  }

  /** Only the trainee hears it. */
  async whisper(text: string): Promise<void> {
    if (!this.#session) throw new Error("nobody is watched: call start first");
    await this.client.whisper(this.#session.id, text);
  }

  leave(): void {
    this.#session = null;
    clearTimeout(this.#again);
    this.client.close();
    this.#tell({ name: "left", payload: null });
  }

  /** Begins with what the server still remembers, so that a reply in mid-sentence is whole. */
  async #observe(): Promise<void> {
    const session = this.#session;
    if (!session || this.conversation.get().ended) return;
    clearTimeout(this.#again);
    try {
      await this.client.observe(session.id, session.order.seen);
      this.#tell({ name: "problem", payload: null });
    } catch (error) {
      // A line that broke comes back and asks again.
      if (!(error instanceof RealtimeError) || this.#session !== session) return;
      this.#tell({ name: "problem", payload: error });
      // A server that restarted has the session again as soon as the trainee is back.
      const mayComeBack = error.code === "SESSION_NOT_FOUND" && session.order.seen > 0;
      if (mayComeBack) this.#again = setTimeout(() => void this.#observe(), AGAIN_MS);
    }
  }

  #onTold(told: Told): void {
    if ("eventSeq" in told.payload && !this.#session?.order.accept(told.payload.eventSeq)) return;
    this.#tell(told);
  }

  #tell(change: Change): void {
    this.conversation.set(after(this.conversation.get(), change));
  }
}
