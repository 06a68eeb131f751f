import { EventOrder } from "./event-order.js";
import { Outbox } from "./outbox.js";
import type { Started, StartOptions } from "./realtime-client.js";

/** What a client knows of the session that it is in. */
export interface Session {
  id: string;
  options: StartOptions;
  outbox: Outbox;
  order: EventOrder;
  /** The server has answered `start-session` once. */
  entered: boolean;
  /** The server has answered it on this very connection. */
  live: boolean;
  /** Who waits for that answer. */
  asking: Waiting<Started>[];
  /** Who waits until the server ends it. */
  ending: Waiting<void>[];
  /** It was refused so many times in a row. */
  failures: number;
  /** What is said in it was. */
  refusals: number;
  again?: ReturnType<typeof setTimeout>;
}

interface Waiting<Answer> {
  resolve: (answer: Answer) => void;
  reject: (why: Error) => void;
}

export function newSession(id: string, options: StartOptions, now: number): Session {
  const [outbox, order] = [new Outbox(now), new EventOrder()];
  return { id, options, outbox, order, entered: false, live: false, asking: [], ending: [], failures: 0, refusals: 0 };
}
