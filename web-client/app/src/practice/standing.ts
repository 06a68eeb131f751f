/** More would leave no room for the conversation. */
const MOST = 3;

/** Of all hints, oldest first, those to show: the newest that nobody dismissed, newest first. */
export function standing<Hint>(hints: Hint[], dismissed: Hint[]): Hint[] {
  return hints
    .filter((hint) => !dismissed.includes(hint))
    .slice(-MOST)
    .reverse();
}
