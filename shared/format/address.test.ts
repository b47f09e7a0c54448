import { describe, expect, it } from "vitest";
import { readAddress } from "./address.ts";

describe("what people type for a person", () => {
  it.each([
    ["sip:bob@b.example", "sip:bob@b.example"],
    ["  Bob@B.Example ", "sip:Bob@b.example"],
    ["SIPS:bob@b.example:5061", "sips:bob@b.example:5061"],
    ["bob", "sip:bob@a.example"],
    ["bob@[::1]:5060", "sip:bob@[::1]:5060"],
    ["+49 (30) 12-34.56", "tel:+4930123456"],
    ["tel:+4930123456", "tel:+4930123456"],
  ])("%j is %s", (text, address) => {
    expect(readAddress(text, "a.example")).toBe(address);
  });

  it.each([
    ["nothing", ""],
    ["words", "no one"],
    ["no user", "@b.example"],
    ["parameters, which may lead elsewhere", "sip:bob@b.example;maddr=evil.example"],
    ["headers", "sip:bob@b.example?Route=x"],
    ["a password", "sip:bob:secret@b.example"],
    ["a bracketed name", "Bob <sip:bob@b.example>"],
    ["two addresses", "sip:bob@b.example, sip:carol@b.example"],
    ["another scheme", "mailto:bob@b.example"],
    ["a line break", "bob\r\n@b.example"],
  ])("%s is no address", (_what, text) => {
    expect(readAddress(text, "a.example")).toBeUndefined();
  });

  it("a name alone needs a domain of one's own", () => {
    expect(readAddress("bob")).toBeUndefined();
  });
});
