import type { Hint } from "@repartee/client";

/** More would leave no room for the conversation. */
const MOST = 3;

/** Of all hints, oldest first, those to show: the newest that nobody dismissed, newest first. */
export function standing(hints: Hint[], dismissed: Hint[]): Hint[] {
  return hints
    .filter(({ text, timestamp }) => dismissed.every((hint) => hint.text !== text || hint.timestamp !== timestamp))
    .slice(-MOST)
    .reverse();
}
