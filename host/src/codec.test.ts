import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { fc } from "../../tests/support/properties.ts";
import { type Codec, createCodec, nodeCodec } from "./codec.ts";

function copy(value: unknown): unknown {
  return nodeCodec.decode(nodeCodec.encode(value));
}

describe("structured clone as text", () => {
  it("gives back what it was given", () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withBoxedValues: true,
    });
    fc.assert(
      fc.property(anything, (value) => {
        expect(copy(value)).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it.each([undefined, null, -0, Number.NaN, Number.NEGATIVE_INFINITY, 2n ** 70n, "\u{1F600}\0"])(
    "keeps %s",
    (value) => {
      expect(Object.is(copy(value), value)).toBe(true);
    },
  );

  it("keeps one object one object, and a cycle a cycle", () => {
    const shared = { n: 1 };
    const cyclic: unknown[] = [shared, shared];
    cyclic.push(cyclic);
    const [first, second, third] = copy(cyclic) as unknown[];
    expect(first).toBe(second);
    expect(third).toEqual(expect.arrayContaining([{ n: 1 }]));
    const map = new Map<unknown, unknown>();
    map.set("self", map);
    const mapCopy = copy(map) as Map<unknown, unknown>;
    expect(mapCopy.get("self")).toBe(mapCopy);
  });

  it("keeps class, message and cause of an error", () => {
    const error = new RangeError("far", { cause: { code: 1 } });
    const result = copy(error) as RangeError;
    expect(result).toBeInstanceOf(RangeError);
    expect([result.message, result.cause, result.stack]).toEqual(["far", { code: 1 }, error.stack]);
  });

  it("sends only the octets that a view shows", () => {
    const pool = new Uint8Array([9, 1, 2, 9]);
    const view = copy(pool.subarray(1, 3)) as Uint8Array;
    expect([view, view.buffer.byteLength]).toEqual([new Uint8Array([1, 2]), 2]);
  });

  it("makes no prototype of a key", () => {
    const result = copy(JSON.parse('{"__proto__":{"isAdmin":true}}')) as object;
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(Object.hasOwn(result, "__proto__")).toBe(true);
  });

  it.each([
    ["a function", () => 1],
    ["a symbol", Symbol("s")],
    ["a promise", Promise.resolve()],
    ["a weak map", new WeakMap()],
    ["a file", new File([], "x")],
    ["something deep inside", { list: [new Set([() => 1])] }],
  ])("refuses %s", (_name, value) => {
    expect(() => nodeCodec.encode(value)).toThrow("An object could not be cloned.");
  });

  it("is the same as source in another realm", () => {
    const environment = {
      toBase64: (octets: Uint8Array) => Buffer.from(octets).toString("base64"),
      fromBase64: (text: string) => new Uint8Array(Buffer.from(text, "base64")),
    };
    const source = `(${createCodec.toString()})(environment)`;
    const other = runInNewContext(source, { environment }) as Codec;
    const value = { a: [1, new Date(3)], b: new Map([[1, new Uint8Array([1])]]) };
    expect(nodeCodec.decode(other.encode(value))).toEqual(value);
  });
});
