/** A part of the page that cannot be loaded: a newer page may have been put on the server while this one was open. */

const KEY = "repartee.reloaded-at";
/** Whoever has just reloaded for that has the newest page: what fails then fails for another reason. */
const JUST_NOW_MS = 60_000;

export function reloadForMissingParts(reload: () => void = () => location.reload()): void {
  addEventListener("vite:preloadError", () => void renew(reload));
}

async function renew(reload: () => void): Promise<void> {
  // Where the line is down there is no page to load anew, and this one would be lost.
  if (!(await hasPage())) return;
  const reloadedAt = Number(sessionStorage.getItem(KEY) ?? 0);
  if (Date.now() - reloadedAt < JUST_NOW_MS) return;
  sessionStorage.setItem(KEY, String(Date.now()));
  reload();
}

async function hasPage(): Promise<boolean> {
  try {
    return (await fetch("/", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}
