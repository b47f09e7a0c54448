import { describe, expect, it } from "vitest";
import { formatHostPort, isLoopback, parseHostPort, sameHostPort } from "./host-port.ts";

describe("RFC 3261 §25.1 hostport", () => {
  it("MUST write and read IPv6 in brackets", () => {
    expect(formatHostPort({ host: "::1", port: 5060 })).toBe("[::1]:5060");
    expect(parseHostPort("[::1]:5060")).toEqual({ host: "::1", port: 5060 });
  });

  it.each(["", "host", "host:", ":5060", "::1:5060", "host:0", "host:99999", "[]:1", "[::1:1"])(
    "MUST refuse %j",
    (text) => {
      expect(parseHostPort(text)).toBeUndefined();
    },
  );

  it("MUST compare names without regard to case", () => {
    expect(sameHostPort({ host: "A.example", port: 1 }, { host: "a.EXAMPLE", port: 1 })).toBe(true);
    expect(sameHostPort({ host: "a.example", port: 1 }, { host: "a.example", port: 2 })).toBe(
      false,
    );
  });

  it("MUST know loopback from names that only look like it", () => {
    expect(["127.0.0.1", "127.3.2.1", "::1", "[::1]", "localhost"].map(isLoopback)).toEqual(
      Array(5).fill(true),
    );
    expect(["127.evil.example", "10.0.0.1", "0.0.0.0", "::"].map(isLoopback)).toEqual(
      Array(4).fill(false),
    );
  });
});
