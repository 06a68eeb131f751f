import type { User } from "./api";

/** The server says `trainer` to existing front ends; here it is a coach. */
export function mayCoach(user: User): boolean {
  return user.role === "trainer" || mayOperate(user);
}

export function mayOperate(user: User): boolean {
  return user.role === "admin";
}
