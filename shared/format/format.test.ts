import { describe, expect, it } from "vitest";
import { formatDuration } from "./duration.ts";
import { formatAddress, formatPerson } from "./person.ts";
import { countOf, listOf } from "./plural.ts";
import { printable } from "./safe-text.ts";
import { formatRate, formatSize } from "./size.ts";

describe("sizes for people", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1000, "1.0 kB"],
    [9949, "9.9 kB"],
    [9950, "10 kB"],
    [999_499, "999 kB"],
    [999_500, "1.0 MB"],
    [4_900_000_000, "4.9 GB"],
    [Number.MAX_SAFE_INTEGER, "9.0 PB"],
  ])("%i octets are %s", (octets, text) => {
    expect(formatSize(octets)).toBe(text);
  });

  it("a speed is a size per second", () => {
    expect(formatRate(1_234_567.8)).toBe("1.2 MB/s");
  });
});

describe("durations for people", () => {
  it.each([
    [0, "under a second"],
    [499, "under a second"],
    [500, "1 s"],
    [59_499, "59 s"],
    [60_000, "1 min"],
    [200_000, "3 min 20 s"],
    [7_500_000, "2 h 5 min"],
  ])("%i ms are %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe("people and addresses", () => {
  it.each([
    ["sip:bob@b.example", "bob@b.example", "Bob"],
    ["sips:bob:secret@b.example:5061;transport=tls?subject=x", "bob@b.example", "Bob"],
    ["sip:bob@[::1]:5060", "bob@[::1]", "Bob"],
    ["tel:+49301234;phone-context=x", "+49301234", "+49301234"],
    ["sip:b.example", "b.example", "b.example"],
  ])("%s is %s, in short %s", (uri, address, person) => {
    expect(formatAddress(uri)).toBe(address);
    expect(formatPerson(uri)).toBe(person);
  });
});

describe("words", () => {
  it("counts with the right plural", () => {
    expect([countOf(0, "file"), countOf(1, "file"), countOf(2, "file")]).toEqual([
      ...["0 files", "1 file", "2 files"],
    ]);
  });

  it("lists names as a sentence does", () => {
    expect([listOf([]), listOf(["a"]), listOf(["a", "b"]), listOf(["a", "b", "c"])]).toEqual([
      ...["", "a", "a and b", "a, b and c"],
    ]);
  });

  it("text from a peer cannot rewrite the line it is printed on", () => {
    expect(printable("a\u001B[2Kb\u202Efdp.exe\r\n")).toBe("a\uFFFD[2Kb\uFFFDfdp.exe\uFFFD\uFFFD");
    expect(printable("Grüße 日本.txt")).toBe("Grüße 日本.txt");
  });
});
