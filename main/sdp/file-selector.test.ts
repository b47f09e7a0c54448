import { describe, expect, it } from "vitest";
import { fc } from "../../tests/support/properties.ts";
import { escapeFileName, unescapeFileName } from "./file-name-text.ts";
import {
  type FileSelector,
  formatFileSelector,
  parseFileSelector,
  sameFile,
} from "./file-selector.ts";

function read(text: string): FileSelector | string {
  const parsed = parseFileSelector(text);
  return parsed.ok ? parsed.value : parsed.error.what;
}

const HASH = "72:24:5F:E8:65:3D:DA:F3:71:36:2F:86:D4:71:91:3E:E4:A2:CE:2E";
const HEX = HASH.replaceAll(":", "").toLowerCase();

describe("RFC 5547 §6 file-selector", () => {
  it("reads name, type, size and hash", () => {
    expect(read(`name:"My cool picture.jpg" type:image/jpeg size:4092 hash:sha-1:${HASH}`)).toEqual(
      {
        name: "My cool picture.jpg",
        type: "image/jpeg",
        sizeOctets: 4092,
        hashes: [{ algorithm: "sha-1", hex: HEX }],
      },
    );
  });

  it("takes blanks, colons and selector-like text inside quotes as part of the name", () => {
    expect(read('name:"a size:1 hash:sha-1:00" size:7')).toEqual({
      name: "a size:1 hash:sha-1:00",
      sizeOctets: 7,
      hashes: [],
    });
  });

  it("MUST percent-decode the name once", () => {
    expect(read('name:"100%2525 %22one%22%2Fx.jpg"')).toMatchObject({ name: '100%25 "one"/x.jpg' });
  });

  it("has no name when the octets are not UTF-8", () => {
    expect(read('name:"%FF%FE.txt" size:1')).toEqual({ sizeOctets: 1, hashes: [] });
  });

  it("reads MIME parameters and writes them back", () => {
    const selector = read('type:text/plain;charset="utf-8";x="a%22b c"');
    expect(selector).toEqual({ type: 'text/plain;charset=utf-8;x="a\\"b c"', hashes: [] });
    expect(formatFileSelector(selector as FileSelector)).toBe(
      'type:text/plain;charset="utf-8";x="a%22b c"',
    );
  });

  it("tolerates hashes in lower case, without colons, named sha1, and several of them", () => {
    expect(
      read(`hash:sha1:${HEX} hash:SHA-256:${"ab".repeat(32)} hash:sha-1:${"00".repeat(20)}`),
    ).toEqual({
      hashes: [
        { algorithm: "sha-1", hex: HEX },
        { algorithm: "sha-256", hex: "ab".repeat(32) },
      ],
    });
  });

  it("ignores unknown selectors and hash functions", () => {
    expect(read("colour:blue hash:md9:zz size:1")).toEqual({ sizeOctets: 1, hashes: [] });
  });

  it.each([
    'name:"open',
    "size:-1",
    "size:1e3",
    "size:9007199254740992",
    "size:",
    "hash:sha-1:00",
    `hash:sha-1:${"zz".repeat(20)}`,
    "hash:",
  ])("refuses %s", (text) => {
    expect(parseFileSelector(text).ok).toBe(false);
  });

  it("takes the largest size that is exact", () => {
    expect(read("size:9007199254740991")).toMatchObject({ sizeOctets: Number.MAX_SAFE_INTEGER });
  });

  it("MUST write the hash in upper case, with colons", () => {
    expect(formatFileSelector({ hashes: [{ algorithm: "sha-1", hex: HEX }] })).toBe(
      `hash:sha-1:${HASH}`,
    );
  });

  it("reads what it wrote, for any name", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.nat({ max: Number.MAX_SAFE_INTEGER }),
        (name, sizeOctets) => {
          const selector = { name, type: "a/b", sizeOctets, hashes: [] };
          expect(read(formatFileSelector(selector))).toEqual(selector);
        },
      ),
    );
  });

  it.each([
    ['"'.repeat(4000), true],
    ['"'.repeat(3999), false],
    ["a:".repeat(2000), true],
    ['name:"'.repeat(600), true],
    [`type:a/b${";".repeat(4000)}`, true],
    ["hash:x:".repeat(500), true],
  ])("judges hostile text %#", (text, isRead) => {
    expect(parseFileSelector(text).ok).toBe(isRead);
  });
});

describe("RFC 5547 §6 characters of a name", () => {
  it("MUST percent-encode quotes, percent signs, line ends and directory syntax", () => {
    expect(escapeFileName('a"b%c\r\nd/e\\f:g\0\tü😀')).toBe(
      "a%22b%25c%0D%0Ad%2Fe%5Cf%3Ag%00%09ü😀",
    );
  });

  it("leaves a percent sign that starts no escape", () => {
    expect(["100%", "%zz", "%4", "50% off"].map(unescapeFileName)).toEqual([
      "100%",
      "%zz",
      "%4",
      "50% off",
    ]);
  });

  it("decodes escapes of several octets, in either case", () => {
    expect(unescapeFileName("%c3%BC%F0%9f%98%80")).toBe("ü😀");
  });
});

describe("RFC 5547 §8.1 the same file", () => {
  const offered: FileSelector = {
    name: "a",
    type: "Text/Plain",
    sizeOctets: 1,
    hashes: [{ algorithm: "sha-1", hex: HEX }],
  };
  it.each<[string, FileSelector, boolean]>([
    ["itself", offered, true],
    ["fewer selectors", { name: "a", hashes: [] }, true],
    ["type in another case", { ...offered, type: "text/plain" }, true],
    ["another name", { ...offered, name: "b" }, false],
    ["another size", { ...offered, sizeOctets: 2 }, false],
    ["another hash", { ...offered, hashes: [{ algorithm: "sha-1", hex: "0".repeat(40) }] }, false],
  ])("%s", (_what, other, same) => {
    expect(sameFile(offered, other)).toBe(same);
    expect(sameFile(other, offered)).toBe(same);
  });
});
