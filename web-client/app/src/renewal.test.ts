import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { guest, lastInside, token } from "./access";
import { ApiError, call } from "./http";
import { keepGuest, lapsed, withToken } from "./renewal";

/** Which token the server takes, how often somebody signed in, and what it says to that. */
let server: { good: string; logins: number; login: { status: number; error?: string } };

beforeEach(() => {
  const kept = new Map<string, string>();
  server = { good: "new", logins: 0, login: { status: 200 } };
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.stubGlobal("location", { protocol: "http:" });
  vi.stubGlobal("document", new Cookies());
  vi.stubGlobal("fetch", async (path: string, { headers }: { headers: Record<string, string> }) => {
    if (path === "/api/auth/login") {
      server.logins++;
      return answer(server.login.status, { token: "new" }, server.login.error);
    }
    return answer(headers.Authorization === `Bearer ${server.good}` ? 200 : 401, "found");
  });
  lapsed.set(false);
});

afterEach(() => vi.unstubAllGlobals());

const ask = () => withToken((bearer) => call<string>("GET", "/roleplay/history", bearer));
const invented = { email: "guest-1@repartee.invalid", password: "secret" };

test("a guest whose token is not good any more is signed in again once, however much is asked for meanwhile", async () => {
  keepGuest(invented, "old");
  expect(await Promise.all([ask(), ask(), ask()])).toEqual(["found", "found", "found"]);
  expect([server.logins, token.read(), lapsed.get()]).toEqual([1, "new", false]);
});

test("a guest whose token the browser has let go of is signed in again", async () => {
  keepGuest(invented, "old");
  lastInside.keep(invented);
  token.forget();
  expect(await ask()).toBe("found");
});

test("whoever has an account and let go of their token does not become the guest of that browser", async () => {
  keepGuest(invented, "a guest's");
  lastInside.keep({ email: "ann@example.org" });
  token.forget();
  await expect(ask()).rejects.toThrow(ApiError);
  expect([server.logins, lapsed.get()]).toEqual([0, true]);
});

test("whoever has an account is asked to sign in again, also in the browser of a guest", async () => {
  keepGuest(invented, "a guest's");
  token.keep("old");
  await expect(ask()).rejects.toThrow(ApiError);
  expect([server.logins, token.read(), lapsed.get()]).toEqual([0, null, true]);
  expect(guest.read()?.email).toBe(invented.email);
});

test("a guest who was deleted is forgotten, and one to whom the server cannot answer now is not", async () => {
  keepGuest(invented, "old");
  server.login = { status: 503 };
  await expect(ask()).rejects.toMatchObject({ status: 503 });
  expect([guest.read()?.email, lapsed.get()]).toEqual([invented.email, false]);
  server.login = { status: 401, error: "Account is disabled" };
  await expect(ask()).rejects.toThrow(ApiError);
  expect(guest.read()?.email).toBe(invented.email);
  token.keep("old");
  server.login = { status: 401, error: "Invalid email or password" };
  await expect(ask()).rejects.toThrow(ApiError);
  expect([guest.read(), lapsed.get()]).toEqual([null, true]);
});

function answer(status: number, data: unknown, error?: string) {
  const ok = status === 200;
  return { ok, status, statusText: "", json: async () => ({ success: ok, data, error }) };
}

/** A document that keeps the one cookie there is. */
class Cookies {
  #token = "";

  get cookie(): string {
    return this.#token ? `token=${this.#token}` : "";
  }

  set cookie(written: string) {
    this.#token = /^token=([^;]*)/.exec(written)?.[1] ?? "";
  }
}
