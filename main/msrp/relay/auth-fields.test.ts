import { describe, expect, it } from "vitest";
import { readChallenge } from "./auth-fields.ts";

describe("RFC 4976 §9.1 challenges", () => {
  it("MUST read the pairs of a Digest challenge, quoted or not", () => {
    const challenge = readChallenge(
      'Digest realm="a \\"b\\"", nonce="n1",qop="auth" , algorithm=MD5',
    );
    expect([...(challenge ?? [])]).toEqual([
      ["realm", 'a "b"'],
      ["nonce", "n1"],
      ["qop", "auth"],
      ["algorithm", "MD5"],
    ]);
  });

  it.each([
    ["another scheme", 'Basic realm="a"'],
    ["no nonce", 'Digest realm="a"'],
    ["an algorithm that we do not speak", 'Digest realm="a", nonce="n", algorithm=SHA-256'],
    ["no qop that we speak", 'Digest realm="a", nonce="n", qop="auth-int"'],
    ["a parameter that comes twice", 'Digest realm="a", realm="b", nonce="n"'],
    ["more than 2048 characters", `Digest realm="a", nonce="${"n".repeat(2048)}"`],
    ["nothing but a scheme", "Digest"],
  ])("MUST NOT answer %s", (_what, value) => {
    expect(readChallenge(value)).toBeUndefined();
  });

  it("MUST take a line separator in a value as a character like others", () => {
    const value = 'Digest realm="a\u2028b", nonce="n"';
    expect(readChallenge(value)?.get("realm")).toBe("a\u2028b");
  });
});
