import { describe, expect, it } from "vitest";
import { octets } from "../../../tests/support/octets.ts";
import { JoinedWrites } from "./joined-writes.ts";

describe("RFC 4975 §5.4: short pieces on their way to a socket", () => {
  it("leave as one, in order", () => {
    const joined = new JoinedWrites();
    expect(joined.take()).toBeUndefined();
    joined.addText("MSRP ä€😀\r\n");
    joined.addBytes(Buffer.from([0, 255]));
    joined.addText("end");
    const expected = [Buffer.from("MSRP ä€😀\r\n"), Buffer.from([0, 255]), Buffer.from("end")];
    expect(joined.take()).toEqual(Buffer.concat(expected));
    expect(joined.take()).toBeUndefined();
  });

  it("stay as they left, whatever comes after them", () => {
    const joined = new JoinedWrites();
    const content = octets(300_000, 7);
    const taken: Buffer[] = [];
    const take = (): void => {
      const bytes = joined.take();
      if (bytes !== undefined) taken.push(bytes);
    };
    for (let at = 0, length = 1; at < content.length; at += length, length = (length * 7) % 4001) {
      const piece = content.subarray(at, at + length);
      if (joined.addBytes(piece)) continue;
      take();
      expect(joined.addBytes(piece)).toBe(true);
    }
    take();
    expect(Buffer.concat(taken).equals(content)).toBe(true);
    expect(taken.length).toBeLessThan(12);
  });

  it("are not taken when they are long", () => {
    const joined = new JoinedWrites();
    expect(joined.addBytes(Buffer.alloc(8193))).toBe(false);
    expect(joined.addText("x".repeat(65_536))).toBe(false);
    expect(joined.take()).toBeUndefined();
  });
});
