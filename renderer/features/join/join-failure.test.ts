import { describe, expect, it } from "vitest";
import { joinFailure } from "./join-failure.ts";

describe("ux 3.11: joining that fails", () => {
  it.each([
    ...["wrongCertificateName", "certificateExpired", "certificateUnknown"],
    ...["certificateDiffers", "noTls"],
  ])("for %s says that the other side could not prove who it is", (code) => {
    expect(joinFailure(code)).toBe("notProven");
  });

  it.each([
    ["wrongPassword", "linkVoid"],
    ["unknownUser", "linkVoid"],
    ["noAnswer", "noAnswer"],
    ["storage", undefined],
    ["constructor", undefined],
  ])("for %s says %s", (code, text) => {
    expect(joinFailure(code)).toBe(text);
  });
});
