import { describe, expect, it } from "vitest";
import { displayName } from "./display-name.ts";
import { mediaTypeOf } from "./media-type.ts";

describe("RFC 5547 §10: a suggested name is only shown after cleaning", () => {
  it.each([
    [undefined, "file"],
    ["plan.pdf", "plan.pdf"],
    ["../../etc/passwd", "passwd"],
    ["C:\\Users\\x\\a.exe", "a.exe"],
    ["a/", "file"],
    ["..", "file"],
    ["gpj.exe\u202e.txt", "gpj.exe\ufffd.txt"],
    ["a\u0000b\nc", "a\ufffdb\ufffdc"],
    ["写真.jpg", "写真.jpg"],
  ])("MUST show %j as %j", (name, shown) => {
    expect(displayName(name)).toBe(shown);
  });

  it("MUST not grow without bound", () => {
    expect(displayName("a".repeat(10_000))).toHaveLength(255);
    expect(displayName(`${"a".repeat(300)}.pdf${"b".repeat(300)}`)).toHaveLength(255);
  });

  it("MUST keep the ending of a long name: by it people judge what a file is", () => {
    const shown = displayName(`${"a".repeat(300)}.pdf.exe`);
    expect(shown).toHaveLength(255);
    expect(shown).toMatch(/\.exe$/);
  });
});

describe("RFC 5547 §6 type selector", () => {
  it("MUST be octets where the ending says nothing", () => {
    expect(mediaTypeOf("PLAN.PDF")).toBe("application/pdf");
    for (const name of ["x", "x.unknown", "x."])
      expect(mediaTypeOf(name)).toBe("application/octet-stream");
  });
});
