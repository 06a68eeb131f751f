import type { Delivery } from "../api";

/** Both voices of every turn: in seconds where the two were heard, otherwise in words. */
export function talkByTurn({ talk, turns }: Delivery): { turn: number; you: number; them: number }[] {
  return turns.map(({ turn, traineeMs, personaMs, traineeWords, personaWords }) =>
    talk
      ? { turn, you: seconds(traineeMs), them: seconds(personaMs) }
      : { turn, you: traineeWords, them: personaWords },
  );
}

function seconds(milliseconds: number | null): number {
  return Math.round((milliseconds ?? 0) / 100) / 10;
}
