import { describe, expect, it } from "vitest";
import { SipHeaders } from "./headers.ts";

const headers = SipHeaders.of([
  { name: "v", value: 'SIP/2.0/UDP a;x="1,2" , SIP/2.0/UDP b' },
  { name: "VIA", value: "SIP/2.0/UDP c" },
  { name: "X-Odd", value: "  kept, as is" },
  { name: "m", value: "<sip:a@b>" },
]);

describe("RFC 3261 §7.3 header fields", () => {
  it("match without regard to case and across compact forms", () => {
    expect(headers.get("Contact")).toBe("<sip:a@b>");
    expect(headers.has("M")).toBe(true);
    expect(headers.getAll("via")).toHaveLength(2);
    expect(headers.list("Via")).toEqual([
      'SIP/2.0/UDP a;x="1,2"',
      "SIP/2.0/UDP b",
      "SIP/2.0/UDP c",
    ]);
    expect(headers.first("Via")).toBe('SIP/2.0/UDP a;x="1,2"');
  });

  it("pop and replace the first value out of a list", () => {
    expect(headers.removeFirstValue("Via").list("Via")).toEqual(["SIP/2.0/UDP b", "SIP/2.0/UDP c"]);
    const popped = headers.removeFirstValue("Via").removeFirstValue("Via").removeFirstValue("Via");
    expect(popped.has("Via")).toBe(false);
    expect(popped.removeFirstValue("Via")).toBe(popped);
    expect(headers.replaceFirstValue("Via", "X").getAll("Via")[0]).toBe("X, SIP/2.0/UDP b");
  });

  it("are put before their like, or at the top", () => {
    expect(headers.prepend("Contact", "<sip:c>").fields.map((f) => f.name)).toEqual([
      "v",
      "VIA",
      "X-Odd",
      "Contact",
      "m",
    ]);
    expect(headers.prepend("Route", "<sip:c>").fields[0]).toEqual({
      name: "Route",
      value: "<sip:c>",
    });
  });

  it("are replaced in the first one's place and leave the original untouched", () => {
    const changed = headers.setAll("Via", ["one", "two"]);
    expect(changed.fields.map((f) => f.value)).toEqual([
      "one",
      "two",
      "  kept, as is",
      "<sip:a@b>",
    ]);
    expect(changed.set("New", "x").get("new")).toBe("x");
    expect(headers.getAll("Via")).toHaveLength(2);
    expect(headers.setAll("Via", []).has("Via")).toBe(false);
  });
});
