/** What happens when the server does not take a token any more. */

import { guest, lastInside, token } from "./access";
import { ApiError, call } from "./http";

/** Tried with the token there is, and once more with another one where the server does not take it. */
export async function withToken<Data>(ask: (bearer: string | null) => Promise<Data>): Promise<Data> {
  const bearer = token.read();
  try {
    return await ask(bearer);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  if (!(await hasAnother(bearer))) throw lapse();
  return ask(token.read()).catch((error) => {
    throw isRefusal(error) ? lapse() : error;
  });
}

let entering: Promise<boolean> | null = null;

/** Whether there is another token than the one that was refused: a guest gets one without being asked. */
export async function hasAnother(refused: string | null): Promise<boolean> {
  const known = token.read();
  if (known && known !== refused) return true;
  entering ??= enterAsBefore(refused).finally(() => {
    entering = null;
  });
  return entering;
}

async function enterAsBefore(refused: string | null): Promise<boolean> {
  const kept = guest.read();
  // Somebody with an account may use the browser of a guest.
  if (!kept || !(refused ? refused === kept.token : lastInside.is(kept))) return false;
  const { email, password } = kept;
  try {
    const entered = await call<{ token: string }>("POST", "/auth/login", null, { email, password });
    keepGuest({ email, password }, entered.token);
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // Who was deleted has nothing to come back to; who is disabled may come back one day.
    if (error.message === UNKNOWN) guest.forget();
    return false;
  }
}

export function keepGuest(invented: { email: string; password: string }, opened: string): void {
  token.keep(opened);
  guest.keep({ ...invented, token: opened });
}

const watchers = new Set<() => void>();
let hasLapsed = false;

/** Whether whoever was signed in has to sign in again. */
export const lapsed = {
  get: () => hasLapsed,
  set: (value: boolean) => {
    hasLapsed = value;
    for (const watcher of [...watchers]) watcher();
  },
  subscribe: (watcher: () => void) => {
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  },
};

/** Nobody is signed in any more, and the way in is shown where they are. */
export function lapse(): ApiError {
  token.forget();
  lapsed.set(true);
  return new ApiError(401, "The token is not good any more");
}

/** What the server says of an address that it does not know, word for word. */
const UNKNOWN = "Invalid email or password";

function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status === 401;
}
