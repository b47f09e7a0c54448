import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const FOLDER = fileURLToPath(new URL("../../main/cpm", import.meta.url));

/** What is known to go wrong between programs that speak MSRP, with the ways in which it can. */
const PITFALLS: readonly (readonly [number, string])[] = [
  [1, "Byte-Range instead of the end-line"],
  [2, "one message for each read"],
  [3, "end-lines cut, or in the body"],
  [4, "long chunks with a fixed end"],
  [5, "200 to a REPORT"],
  [6, "ids used again, one session to a connection, one m= line, idle connections"],
  [7, "sendrecv"],
  [8, "both active, both passive, no first SEND"],
  [9, "a connection before the ACK"],
  [10, "a rewritten path"],
  [11, "c= twice, a=connection"],
  [12, "CPIM wanted, or refused"],
  [13, "address families and names"],
  [14, "transports and formats"],
  [15, "odd REPORTs and ids"],
  [16, "buffers of 64 KiB"],
  [17, "methods and attributes of one maker"],
  [18, "ids from a clock, no hash, echoed attributes, multipart/mixed"],
  [19, "SENDs without a body"],
  [20, "CPIM headers in the first chunk"],
  [21, "no file-transfer-id"],
  [22, "m= lines taken out or moved"],
  [23, "the hash in lower case"],
  [24, "no REPORT"],
];

/** Titles of the tests of each `describe`, which names its clause and its number. */
function titlesByNumber(): ReadonlyMap<number, readonly string[]> {
  const titles = new Map<number, string[]>();
  for (const name of readdirSync(FOLDER)) {
    if (!/^pitfalls-.*\.test\.ts$/.test(name)) continue;
    const text = readFileSync(`${FOLDER}/${name}`, "utf8");
    for (const part of text.split(/^describe\(/m).slice(1)) {
      const number = Number(/^\s*"RFC \d+ §[\d.]+ P(\d+): /.exec(part)?.[1] ?? 0);
      const own = [...part.matchAll(/"((?:from|to): [^"]+)"/g)].map(([, title = ""]) => title);
      titles.set(number, [...(titles.get(number) ?? []), ...own]);
    }
  }
  return titles;
}

describe("RFC 4975 pitfalls of other programs", () => {
  const titles = titlesByNumber();

  it.each(PITFALLS)("P%i (%s) is tried in both directions", (number) => {
    const ways = new Set((titles.get(number) ?? []).map((title) => title.split(":")[0]));
    expect([...ways].toSorted()).toEqual(["from", "to"]);
  });

  it("no other number, and no describe without one, is there", () => {
    const known = PITFALLS.map(([number]) => number);
    expect([...titles.keys()].toSorted((a, b) => a - b)).toEqual(known);
  });
});
