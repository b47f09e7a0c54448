import { describe, expect, it } from "vitest";
import type { Card } from "../../../shared/model/card.ts";
import type { CardDetails } from "../../base/app-store.ts";
import type { HistoryEntry, HistoryFile } from "../../base/transfer-store.ts";
import { Words } from "../words/words.ts";
import { shownCard } from "./card-entry.ts";
import { detailsOf, storedEntry, unsentEntry } from "./history-card.ts";
import { cardsAsCsv, cardsAsJson } from "./history-text.ts";

const english = new Words("en");

const FILE: HistoryFile = {
  ...{ index: 0, name: "plan.exe", type: "text/plain", sizeOctets: 10, sha1: "aa" },
  ...{ state: "complete", octets: 10, path: "/old", isVerified: true },
};

const ENTRY: HistoryEntry = {
  ...{ id: "x", direction: "incoming", peer: "sip:alice@a.example", peerName: "Alice" },
  ...{ conversationId: "c", contributionId: "d", startedMs: 1, endedMs: 2, state: "verified" },
  files: [FILE],
};

function restored(entry: Partial<HistoryEntry>, details?: Partial<CardDetails>): Card {
  const stored = { ...ENTRY, ...entry };
  const kept: CardDetails = { id: "x", state: "verified", files: [], ...details };
  const restoredEntry = storedEntry(
    details === undefined ? { entry: stored } : { entry: stored, details: kept },
    (_peer, name) => name ?? "?",
  );
  return shownCard(restoredEntry, english);
}

describe("cards of earlier runs", () => {
  it("come back as they were told", () => {
    const card: Card = {
      ...{ id: "x", direction: "incoming", peer: "sip:alice@a.example", peerName: "Alice" },
      ...{ state: "partly", startedMs: 1, endedMs: 2, text: "t", folder: "/f", device: "d" },
      series: { files: 230, octets: 90_000 },
      ...{
        isLostRace: true,
        isSilenced: true,
        isAutoAccepted: true,
        isDismissed: true,
        group: "g",
      },
      problem: { code: "c", message: "m", action: "a", status: 1 },
      files: [
        {
          ...{ index: 0, name: "plan.exe", type: "text/plain", sizeOctets: 10, octets: 10 },
          ...{ state: "verified", isDangerous: true, isNameTaken: false },
          ...{ path: "/new", hash: "sha-1:aa", reason: "r" },
        },
      ],
    };
    expect(restored({}, detailsOf(card))).toEqual(card);
  });

  it("are not turned around by a file's name", () => {
    const turning = { ...FILE, name: "evil\u202Egnp.exe" };
    expect(restored({ files: [turning] }).files[0]?.name).toBe("evil\uFFFDgnp.exe");
  });

  it("say of a damaged file that was deleted no more where it lay", () => {
    const deleted = { index: 0, state: "failed", octets: 10 } as const;
    expect(restored({}, { files: [deleted] }).files[0]).not.toHaveProperty("path");
  });

  it("of the command line are made of their history", () => {
    expect(restored({})).toMatchObject({
      ...{ state: "verified", peerName: "Alice" },
      files: [{ state: "verified", path: "/old", hash: "sha-1:aa", isDangerous: true }],
    });
    const damaged = { ...FILE, state: "failed", isVerified: false } as const;
    expect(restored({ state: "failed", files: [damaged] })).toMatchObject({
      ...{ state: "damaged", files: [{ state: "damaged" }] },
    });
    expect(restored({ state: "ringing" }).state).toBe("interrupted");
  });

  it("that ran when the app ended are over, in words, with the files that are complete", () => {
    const files: readonly HistoryFile[] = [
      FILE,
      { ...FILE, index: 1, state: "interrupted", octets: 3 },
    ];
    const running: Partial<CardDetails> = {
      state: "transferring",
      files: [0, 1].map((index) => ({ index, state: "waiting", octets: 0 })),
    };
    expect(restored({ state: "interrupted", files }, running)).toMatchObject({
      state: "interrupted",
      files: [{ state: "verified" }, { state: "interrupted" }],
      problem: {
        code: "stopped",
        message: "This app ended before the transfer did. 1 of 2 files is complete and stays.",
      },
    });
  });

  it("that rang here when the app ended may have been answered elsewhere", () => {
    expect(restored({ state: "interrupted" }, { state: "ringing" }).state).toBe("noLongerRinging");
    expect(
      restored({ direction: "outgoing", state: "interrupted" }, { state: "waiting" }).state,
    ).toBe("interrupted");
  });

  it("that were never offered get a history of their own", () => {
    const card = restored(
      { direction: "outgoing" },
      { state: "failed", problem: { code: "source", message: "m", action: "" } },
    );
    expect(unsentEntry(card, english)).toMatchObject({
      id: "x",
      state: "failed",
      reason: "m",
      conversationId: "",
    });
    expect(unsentEntry({ ...card, state: "cancelled" }, english).state).toBe("cancelled");
  });
});

describe("ux 3.7 export", () => {
  it("CSV has a line for each file, and runs nothing in a spreadsheet", () => {
    const card = { ...restored({ peerName: "=cmd()" }, { text: 'say "hi",\nplease' }) };
    const [head, line] = cardsAsCsv([card]).split("\r\n");
    expect(head).toBe(
      "started,ended,direction,person,address,result,device,file,octets,file result,hash,path,message",
    );
    expect(line).toBe(
      '1970-01-01T00:00:00.001Z,1970-01-01T00:00:00.002Z,incoming,\'=cmd(),sip:alice@a.example,verified,,plan.exe,10,verified,sha-1:aa,/old,"say ""hi"",\nplease"',
    );
    expect(JSON.parse(cardsAsJson([card]))).toEqual([card]);
  });
});
