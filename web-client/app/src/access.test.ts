import { expect, test } from "vitest";
import { guest, isGuest } from "./access";

test("whoever has no account is a guest, and the demo user is none", () => {
  expect(isGuest(guest.invent())).toBe(true);
  expect(isGuest({ email: "demo@repartee.invalid" })).toBe(false);
  expect(isGuest({ email: "guest-of-honour@example.org" })).toBe(false);
});
