import { ApiError } from "./api";
import type { Texts } from "./i18n/en";

/** Why something did not work, in the language of the page: the server says it in English only. */
export function failureText(error: unknown, { failure }: Texts): string {
  if (!(error instanceof ApiError)) return failure.unexpected;
  if (error.status === 0) return failure.network;
  const said = SAID[error.message];
  if (said) return failure.said[said];
  if (error.status === 429) return failure.tooOften;
  return error.status >= 500 ? failure.server : failure.refused;
}

/** What the server says, word for word. */
const SAID: Record<string, keyof Texts["failure"]["said"]> = {
  "Invalid email or password": "wrongPassword",
  "Email already registered": "emailTaken",
  "Account is disabled": "accountDisabled",
  "Please use social login for this account": "withoutPassword",
  "Name, email, and password are required": "fieldsNeeded",
  "Name must have 1 to 200 characters": "nameLength",
  "Password must be at least 8 characters": "passwordTooShort",
  "Email is not an address such as ann@example.org": "noAddress",
  "Current password is incorrect": "notYourPassword",
  "Your password is required to delete the account": "passwordNeeded",
  "Sign in again, and delete the account within 15 minutes of that": "signInFreshly",
  "Scenario not found or inactive": "scenarioGone",
};
