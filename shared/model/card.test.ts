import { describe, expect, it } from "vitest";
import { type CardFile, offeredFiles, offeredOctets } from "./card.ts";

const FILES = [10, 20].map((sizeOctets) => ({ sizeOctets }) as CardFile);

describe("what was offered", () => {
  it("is what is listed", () => {
    expect([offeredFiles({ files: FILES }), offeredOctets({ files: FILES })]).toEqual([2, 30]);
  });

  it("is what the sender announced, where that is more than is listed", () => {
    const card = { files: FILES, series: { files: 230, octets: 90_000 } };
    expect([offeredFiles(card), offeredOctets(card)]).toEqual([230, 90_000]);
  });

  it("is never less than is listed", () => {
    const card = { files: FILES, series: { files: 1, octets: 5 } };
    expect([offeredFiles(card), offeredOctets(card)]).toEqual([2, 30]);
  });
});
