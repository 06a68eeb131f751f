/** The way in, as this browser keeps it: the token, and for a guest also the password that nobody knows. */

export const token = {
  /** Kept where existing front ends keep it, so that both work side by side. */
  read: (): string | null => /(?:^|; )token=([^;]+)/.exec(document.cookie)?.[1] ?? null,
  keep: (token: string) => writeCookie(token, 7 * 24 * 3600),
  forget: () => writeCookie("", 0),
};

const LAST_KEY = "repartee.last-inside";

/** Who was signed in last in this browser, however they came in. */
export const lastInside = {
  is: ({ email }: { email: string }): boolean => localStorage.getItem(LAST_KEY) === email,
  keep: ({ email }: { email: string }) => localStorage.setItem(LAST_KEY, email),
};

/** Somebody without an account of their own. */
export interface Guest {
  email: string;
  password: string;
  /** The last one that these two opened the door with, which tells whether it is the guest who is signed in. */
  token: string;
}

const GUEST_KEY = "repartee.guest";
const GUEST = "guest-";
/** No mail ever goes there. */
const NOWHERE = "@repartee.invalid";

export const guest = {
  read: (): Guest | null => {
    const kept = localStorage.getItem(GUEST_KEY);
    return kept ? JSON.parse(kept) : null;
  },
  /** The way in of this one, where it is the guest's. */
  keptFor: ({ email }: { email: string }): Guest | null => {
    const kept = guest.read();
    return kept?.email === email ? kept : null;
  },
  keep: (guest: Guest) => localStorage.setItem(GUEST_KEY, JSON.stringify(guest)),
  forget: () => localStorage.removeItem(GUEST_KEY),
  invent: () => ({ email: `${GUEST}${random()}${NOWHERE}`, password: random() }),
};

export function isGuest({ email }: { email: string }): boolean {
  return email.startsWith(GUEST) && email.endsWith(NOWHERE);
}

/** `crypto.randomUUID` is missing where the page comes over plain http from another computer. */
function random(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function writeCookie(value: string, seconds: number): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the cookie store is not in every browser
  document.cookie = `token=${value}; Path=/; Max-Age=${seconds}; SameSite=Lax${secure}`;
}
