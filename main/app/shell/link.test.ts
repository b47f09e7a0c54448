import { describe, expect, it } from "vitest";
import { fc } from "../../../tests/support/properties.ts";
import { parseLink } from "./link.ts";

describe("a cpm: link", () => {
  it.each([
    ["cpm:bob@b.example", "sip:bob@b.example"],
    ["cpm:sip:bob@b.example", "sip:bob@b.example"],
    ["CPM:SIP:bob@b.example", "sip:bob@b.example"],
    ["cpm://bob@b.example/", "sip:bob@b.example"],
    ["cpm:bob%40b.example", "sip:bob@b.example"],
    ["cpm:bob@[::1]:5060", "sip:bob@[::1]:5060"],
    ["cpm:tel:+4930123456", "tel:+4930123456"],
  ])("%s names %s", (link, address) => {
    expect(parseLink(link)).toBe(address);
  });

  it.each([
    "cpm:",
    "cpm:bob",
    "cpm:bob@",
    "cpm:sip:bob@b.example?Subject=x",
    "cpm:sip:bob@b.example;transport=tcp",
    "cpm:javascript:alert(1)@x",
    "cpm:bob@b.example/etc/passwd",
    "cpm:bob@b.example%0d%0aTo: eve",
    "cpm:%zz@b.example",
    "cpm:<script>@b.example",
    "sip:bob@b.example",
    "xcpm:bob@b.example",
    `cpm:${"a".repeat(600)}@b.example`,
  ])("%s names nobody", (link) => {
    expect(parseLink(link)).toBeUndefined();
  });

  it("gives a plain SIP or tel URI without blanks or parameters, or nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => {
        const address = parseLink(`cpm:${text}`);
        expect(address ?? "tel:+49").toMatch(/^(?:sip|tel):[^\s;?<>"/]+$/);
      }),
    );
  });
});
