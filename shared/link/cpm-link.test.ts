import { describe, expect, it } from "vitest";
import { fc } from "../../tests/support/properties.ts";
import { parseLink } from "./cpm-link.ts";
import { formatJoinLink, isNetworkName, type JoinLink } from "./join-link.ts";

const FINGERPRINT = "0123456789ABCDEF".repeat(4).match(/../g)?.join(":") ?? "";
const JOIN: JoinLink = {
  aor: "sip:bob@b.example",
  host: "192.0.2.7",
  port: 5061,
  transport: "tls",
  fingerprint: FINGERPRINT,
  password: "Zm9vYmFyYmF6cXV1eA_-",
  name: "Anna's lab",
};
const HEX = "0123456789ABCDEF".repeat(4);
const GOOD = `u=bob@b.example&h=192.0.2.7:5061&t=tls&fp=${HEX}&pw=Zm9vYmFyYmF6cXV1eA_-`;

describe("a cpm: link to somebody", () => {
  it.each([
    ["cpm:bob@b.example", "sip:bob@b.example"],
    ["cpm:sip:bob@b.example", "sip:bob@b.example"],
    ["CPM:SIP:bob@b.example", "sip:bob@b.example"],
    ["cpm://bob@b.example/", "sip:bob@b.example"],
    ["cpm:bob%40b.example", "sip:bob@b.example"],
    ["cpm:bob@[::1]:5060", "sip:bob@[::1]:5060"],
    ["cpm:tel:+4930123456", "tel:+4930123456"],
  ])("%s names %s", (link, to) => {
    expect(parseLink(link)).toEqual({ kind: "offer", to });
  });

  it.each(["cpm:", "cpm://", "CPM:///"])("%s begins a new offer", (link) => {
    expect(parseLink(link)).toEqual({ kind: "newOffer" });
  });

  it.each([
    "cpm:bob",
    "cpm:join",
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
    `cpm:${"a".repeat(2000)}@b.example`,
  ])("%s is void", (link) => {
    expect(parseLink(link)).toEqual({ kind: "void" });
  });

  it("gives a plain SIP or tel URI without blanks or parameters, or nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 80 }), (text) => {
        const link = parseLink(`cpm:${text}`);
        expect(link.kind === "offer" ? link.to : "tel:+49").toMatch(/^(?:sip|tel):[^\s;?<>"/]+$/);
      }),
    );
  });
});

describe("a cpm: link to join a network", () => {
  it("is written and read without loss", () => {
    const link = formatJoinLink(JOIN);
    expect(link).toBe(`cpm:join?${GOOD}&n=Anna%27s%20lab`);
    expect(parseLink(link)).toEqual({ kind: "join", join: JOIN });
  });

  it("takes IPv6 addresses in brackets, host names, and the form with slashes", () => {
    const v6 = { ...JOIN, host: "2001:db8::7" };
    expect(parseLink(formatJoinLink(v6))).toEqual({ kind: "join", join: v6 });
    const named = { ...JOIN, host: "annas-pc.local" };
    expect(parseLink(formatJoinLink(named))).toEqual({ kind: "join", join: named });
    expect(parseLink(`cpm://join/?${GOOD}`).kind).toBe("join");
    expect(parseLink(`CPM:JOIN?${GOOD}`).kind).toBe("join");
  });

  it.each(["u", "h", "t", "fp", "pw"])("is void without %s, or with it twice", (name) => {
    const parts = GOOD.split("&");
    const one = parts.find((part) => part.startsWith(`${name}=`)) ?? "";
    const rest = parts.filter((part) => part !== one);
    expect(parseLink(`cpm:join?${rest.join("&")}`)).toEqual({ kind: "void" });
    expect(parseLink(`cpm:join?${GOOD}&${one}`)).toEqual({ kind: "void" });
  });

  it.each([
    ["a field that it does not know", `${GOOD}&file=/etc/passwd`],
    ["a field without a value", `${GOOD}&n`],
    ["an empty field", `${GOOD}&`],
    ["another transport", GOOD.replace("t=tls", "t=tcp")],
    ["a fingerprint that is too short", GOOD.replace(HEX, HEX.slice(2))],
    ["a fingerprint that is no number", GOOD.replace(HEX, `${HEX.slice(2)}zz`)],
    ["a short password", GOOD.replace(/pw=.*/, "pw=demo")],
    ["a password with blanks", GOOD.replace(/pw=.*/, "pw=aaaaaaaaaaaaaaaaaaa%20a")],
    ["no port", GOOD.replace(":5061", "")],
    ["port 0", GOOD.replace(":5061", ":0")],
    ["port 65536", GOOD.replace(":5061", ":65536")],
    ["a user in the host", GOOD.replace("h=192", "h=eve@192")],
    ["an address without brackets", GOOD.replace("192.0.2.7", "2001:db8::7")],
    ["a zone", GOOD.replace("192.0.2.7", "[fe80::1%25eth0]")],
    ["no user", GOOD.replace("bob@", "@")],
    ["two users", GOOD.replace("bob@", "bob@eve@")],
    ["a URI for a user", GOOD.replace("u=bob", "u=sip:bob")],
    ["a line break in the name", `${GOOD}&n=a%0d%0ab`],
    ["a name that turns its direction", `${GOOD}&n=%E2%80%AEbal`],
    ["a name that is too long", `${GOOD}&n=${"a".repeat(61)}`],
    ["a broken escape", `${GOOD}&n=%zz`],
  ])("is void with %s", (_what, query) => {
    expect(parseLink(`cpm:join?${query}`)).toEqual({ kind: "void" });
  });

  it("says the same again when it is written again, whatever it is made of", () => {
    const piece = fc.oneof(
      fc.constantFrom(...GOOD.split("&"), "n=Anna%27s%20lab", "u=", "h=[::1]:5061", "x=1", "%"),
      fc.string({ maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (parts) => {
        const read = parseLink(`cpm:join?${parts.join("&")}`);
        if (read.kind === "join") expect(parseLink(formatJoinLink(read.join))).toEqual(read);
        else expect(read).toEqual({ kind: "void" });
      }),
    );
  });

  it("is void after any one mark of it was made another control", () => {
    const link = formatJoinLink(JOIN);
    fc.assert(
      fc.property(
        fc.nat(link.length - 1),
        fc.constantFrom("\n", "\0", " ", "<", '"'),
        (at, mark) => {
          const changed = `${link.slice(0, at)}${mark}${link.slice(at + 1)}`;
          const read = parseLink(changed);
          // Only the name is free text, and there a blank or a mark changes nothing but the name.
          if (read.kind === "join") expect(isNetworkName(read.join.name ?? "")).toBe(true);
          else expect(read).toEqual({ kind: "void" });
        },
      ),
    );
  });

  it("carries every name that a network may have", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 20 }), (name) => {
        fc.pre(isNetworkName(name));
        const link = formatJoinLink({ ...JOIN, name });
        expect(parseLink(link)).toEqual({ kind: "join", join: { ...JOIN, name } });
      }),
    );
  });
});
