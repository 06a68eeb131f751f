import { expect, test } from "vitest";
import { ApiError } from "./api";
import { failureText } from "./failure";
import { en } from "./i18n/en";
import { zhHans } from "./i18n/zh-Hans";
import { zhHant } from "./i18n/zh-Hant";

test("what the server says in English is read in the language of the page", () => {
  const wrong = new ApiError(401, "Invalid email or password");
  expect(failureText(wrong, zhHans)).toBe(zhHans.failure.said.wrongPassword);
  expect(failureText(wrong, zhHant)).toBe(zhHant.failure.said.wrongPassword);
});

test("what is wrong with the name of a new account is told", () => {
  const missing = new ApiError(400, "Name, email, and password are required");
  const long = new ApiError(400, "Name must have 1 to 200 characters");
  expect([missing, long].map((error) => failureText(error, en))).toEqual([
    en.failure.said.fieldsNeeded,
    en.failure.said.nameLength,
  ]);
});

test("what it has no words for is told by its kind", () => {
  const texts = [0, 400, 429, 503].map((status) => failureText(new ApiError(status, "?"), en));
  expect(texts).toEqual([en.failure.network, en.failure.refused, en.failure.tooOften, en.failure.server]);
});

test("what went wrong in the page itself is not put on the server", () => {
  expect(failureText(new TypeError("crypto.randomUUID is not a function"), en)).toBe(en.failure.unexpected);
});
