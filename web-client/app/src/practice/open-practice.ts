import { ApiError, api, type Session } from "../api";

const KEY = "repartee.open-practice";

/** The server does not list what is open, so this browser remembers the last one. */
export function rememberOpen({ id, status }: Session): void {
  if (status === "active") localStorage.setItem(KEY, id);
  else if (localStorage.getItem(KEY) === id) localStorage.removeItem(KEY);
}

/** The practice that beginning another one would close; `unknown` where the server does not say. */
export type OpenPractice = Session | "unknown" | null;

export async function findOpen(userId: string | undefined): Promise<OpenPractice> {
  const id = localStorage.getItem(KEY);
  if (!id) return null;
  try {
    const session = await api.session(id);
    rememberOpen(session);
    return session.status === "active" && session.userId === userId ? session : null;
  } catch (error) {
    if (!(error instanceof ApiError && [403, 404].includes(error.status))) return "unknown";
    // Of somebody else, or deleted.
    localStorage.removeItem(KEY);
    return null;
  }
}
