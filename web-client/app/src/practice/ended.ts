import type { Ended } from "@repartee/client";
import type { Texts } from "../i18n/en";

/** Why the practice is over, where nobody here ended it. */
export function endedText({ reason, cause }: Pick<Ended, "reason" | "cause">, { practice }: Texts): string {
  return (cause && practice.endedBy[cause]) ?? practice.endedBy[reason] ?? "";
}
