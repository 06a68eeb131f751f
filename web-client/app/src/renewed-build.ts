/** A part of the page that is not on the server any more, because a newer page was put there while this one was open. */

const KEY = "repartee.reloaded-at";
/** Whoever has just reloaded for that has the newest page: what fails then fails for another reason. */
const JUST_NOW_MS = 60_000;

export function reloadForMissingParts(reload: () => void = () => location.reload()): void {
  addEventListener("vite:preloadError", () => {
    const reloadedAt = Number(sessionStorage.getItem(KEY) ?? 0);
    if (Date.now() - reloadedAt < JUST_NOW_MS) return;
    sessionStorage.setItem(KEY, String(Date.now()));
    reload();
  });
}
