import { expect, test } from "vitest";
import { en } from "../i18n/en";
import { zhHans } from "../i18n/zh-Hans";
import { zhHant } from "../i18n/zh-Hant";
import { endedText } from "./ended";

test("whoever talked as long as one may is not told that nobody spoke", () => {
  for (const texts of [en, zhHans, zhHant]) {
    const { endedBy } = texts.practice;
    expect(endedText({ reason: "timeout", cause: "max-length" }, texts)).toBe(endedBy["max-length"]);
    expect(endedText({ reason: "timeout", cause: "idle" }, texts)).toBe(endedBy.timeout);
    expect(endedText({ reason: "timeout", cause: null }, texts)).toBe(endedBy.timeout);
    expect(endedText({ reason: "client_disconnect", cause: "disconnected" }, texts)).toBe(endedBy.client_disconnect);
    expect(endedBy["max-length"]).toBeTruthy();
  }
});
