import { describe, expect, it } from "vitest";
import type { TraceRecord } from "../../shared/model/trace-record.ts";
import { fc } from "../../tests/support/properties.ts";
import { FlowBuilder, toRecords } from "../../tests/support/trace-builder.ts";
import { formatRecord, LineCutter, mergeRecords, parseRecord } from "./record-lines.ts";

const [record] = toRecords(new FlowBuilder().messages);
if (record === undefined) throw new Error("the flow has messages");

describe("trace records as JSON lines", () => {
  it("read back as they were written", () => {
    for (const each of toRecords(new FlowBuilder({ chunks: 2 }).messages)) {
      expect(parseRecord(formatRecord(each))).toEqual({ ok: true, value: each });
    }
  });

  it("ignore members of newer writers", () => {
    const line = JSON.stringify({ ...record, colour: "red" });
    expect(parseRecord(line)).toEqual({ ok: true, value: record });
  });

  it.each([
    ["not JSON", "{"],
    ["not an object", "[]"],
    ["t", JSON.stringify({ ...record, t: "-1" })],
    ["t", JSON.stringify({ ...record, t: "1".repeat(21) })],
    ["n", JSON.stringify({ ...record, n: 1.5 })],
    ["element", JSON.stringify({ ...record, element: "" })],
    ["dir", JSON.stringify({ ...record, dir: "up" })],
    ["summary", JSON.stringify({ ...record, summary: 1 })],
    ["summary flag", JSON.stringify({ ...record, summary: { flag: "x" } })],
    ["summary status", JSON.stringify({ ...record, summary: { status: "200" } })],
  ])("name what is wrong: %s", (what, line) => {
    expect(parseRecord(line)).toEqual({ ok: false, error: { kind: "malformed-trace-line", what } });
  });
});

describe("cutting a stream into lines", () => {
  it("gives the same lines wherever the stream is split", () => {
    const text = "first\nsécond line\n\nthird";
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 8 }), (cuts) => {
        const bytes = Buffer.from(text);
        const places = [...new Set([0, ...cuts, bytes.length])].sort((a, b) => a - b);
        const cutter = new LineCutter();
        const lines = places.flatMap((place, i) =>
          cutter.push(bytes.subarray(place, places[i + 1])),
        );
        expect([...lines, ...cutter.end()]).toEqual(["first", "sécond line", "third"]);
      }),
    );
  });

  it("drops and counts a line above the limit, and reads on", () => {
    const cutter = new LineCutter(8);
    const lines = Array.from("abc\n0123456789\nxyz\n").flatMap((letter) =>
      cutter.push(Buffer.from(letter)),
    );
    expect(lines).toEqual(["abc", "xyz"]);
    expect(cutter.dropped).toBe(1);
  });

  it("drops an endless line at the end of the stream", () => {
    const cutter = new LineCutter(4);
    expect(cutter.push(Buffer.from("too long"))).toEqual([]);
    expect(cutter.end()).toEqual([]);
    expect(cutter.dropped).toBe(1);
  });
});

describe("merging the traces of several processes", () => {
  it("orders by time, then by each process's counter, what was sent first", () => {
    const at = (t: string, process: string, n: number, dir: "in" | "out"): TraceRecord => ({
      ...record,
      ...{ t, process, n, dir },
    });
    const one = [at("100", "one", 2, "in"), at("100", "one", 1, "in"), at("99", "one", 3, "out")];
    const two = [at("100", "two", 1, "out"), at("9", "two", 2, "in")];
    expect(
      mergeRecords([one, two]).map(({ t, process, n }) => `${t} ${process} ${String(n)}`),
    ).toEqual(["9 two 2", "99 one 3", "100 two 1", "100 one 1", "100 one 2"]);
  });
});
