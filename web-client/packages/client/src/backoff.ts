/**
 * How long to wait before trying again: as long as the server asks for, otherwise longer every time; by chance up to half
 * as long again, so that not everybody comes back at once.
 */
export function waitBefore(failures: number, askedForMs?: number, chance: number = Math.random()): number {
  return (askedForMs ?? Math.min(FIRST_MS * 2 ** failures, LONGEST_MS)) * (1 + chance / 2);
}

const FIRST_MS = 250;
const LONGEST_MS = 8_000;
