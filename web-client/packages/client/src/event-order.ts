/** Which of a session's events were seen: a replay after a reconnect tells some of them again. */
export class EventOrder {
  #seen = 0;

  /** The number to resume from. */
  get seen(): number {
    return this.#seen;
  }

  /** False for one that was seen already. Events without a number are always new. */
  accept(eventSeq: number | undefined): boolean {
    if (eventSeq === undefined) return true;
    if (eventSeq <= this.#seen) return false;
    this.#seen = eventSeq;
    return true;
  }
}
