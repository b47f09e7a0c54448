import { describe, expect, it } from "vitest";
import { escapeXml, parseXml } from "./xml.ts";

describe("XML 1.0 §2: documents of other elements", () => {
  it("MUST give elements, attributes and text without prefixes", () => {
    const root = parseXml(
      `\uFEFF<?xml version="1.0"?>\n<!-- hi --><r:info xmlns:r="urn:x" r:version='1'><c id="a &lt; b"><uri>sip:x</uri></c><e/></r:info>\n`,
    );
    expect(root?.name).toBe("info");
    expect(root?.attributes.get("version")).toBe("1");
    expect(root?.children.map((one) => one.name)).toEqual(["c", "e"]);
    expect(root?.children[0]?.attributes.get("id")).toBe("a < b");
    expect(root?.children[0]?.children[0]?.text).toBe("sip:x");
  });

  it.each([
    ["a document type", `<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`],
    ["an entity that nobody defined", "<a>&x;</a>"],
    ["an ampersand alone", "<a>a & b</a>"],
    ["elements that overlap", "<a><b></a></b>"],
    ["an end that is missing", "<a><b></b>"],
    ["two roots", "<a/><b/>"],
    ["text outside", "<a/>x"],
    ["an attribute without quotes", "<a b=c/>"],
    ["a bracket in an attribute", `<a b="<"/>`],
    ["no element", ""],
    ["more nesting than anybody writes", "<a>".repeat(17) + "</a>".repeat(17)],
    ["more text than is allowed", `<a>${"x".repeat(70_000)}</a>`],
    ["a character reference outside Unicode", "<a>&#x110000;</a>"],
  ])("MUST refuse %s", (_what, text) => {
    expect(parseXml(text)).toBeUndefined();
  });

  it("gives back what was escaped", () => {
    const text = `<"&'>`;
    expect(parseXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`)).toMatchObject({ text });
    expect(parseXml("<a>&#65;&#x42;&apos;</a>")?.text).toBe("AB'");
  });
});
