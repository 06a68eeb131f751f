/** Which words of a reply sound at a moment. They are told with the sound, a stretch at a time. */
export class SpokenWords {
  readonly #stretches = new Map<string, { fromMs: number; text: string }[]>();

  add(turnId: string, fromMs: number, text: string): void {
    this.#stretches.set(turnId, [...(this.#stretches.get(turnId) ?? []), { fromMs, text: text.trim() }]);
  }

  at(turnId: string, playedMs: number): string | null {
    return this.#stretches.get(turnId)?.findLast(({ fromMs }) => fromMs <= playedMs)?.text ?? null;
  }

  forget(turnId: string): void {
    this.#stretches.delete(turnId);
  }
}
