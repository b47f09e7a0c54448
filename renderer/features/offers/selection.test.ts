import { describe, expect, it } from "vitest";
import type { Card } from "../../../shared/model/card.ts";
import { file, threeFiles } from "../../../tests/renderer/fixtures/cards.ts";
import {
  acceptedFiles,
  chooseConflict,
  NO_CHOICES,
  type Selection,
  type SelectionRules,
  selectFiles,
  tickExactly,
} from "./selection.ts";

const RULES: SelectionRules = { isMe: false, conflict: "ask" };

function offer(files: Card["files"], freeOctets?: number): Pick<Card, "files" | "freeOctets"> {
  return {
    files: files.map((one, index) => ({ ...one, index })),
    ...(freeOctets === undefined ? {} : { freeOctets }),
  };
}

function ticks({ files }: Selection): string {
  return files.map(({ isTicked }) => (isTicked ? "x" : "-")).join("");
}

const three = offer(threeFiles(), 1_000_000_000);

describe("more files than one offer lists", () => {
  const series = {
    ...offer([file("a", 10), file("b", 10)], 100),
    series: { files: 7, octets: 90 },
  };

  it("all that are listed take the rest with them, which needs room too", () => {
    const { restFiles, neededOctets, isTooMuch } = selectFiles(series, NO_CHOICES, RULES);
    expect([restFiles, neededOctets, isTooMuch]).toEqual([5, 90, false]);
    expect(selectFiles({ ...series, freeOctets: 80 }, NO_CHOICES, RULES).canAccept).toBe(false);
  });

  it("some of them do not", () => {
    const some = tickExactly(NO_CHOICES, series.files, new Set([0]));
    const { neededOctets, canAccept } = selectFiles({ ...series, freeOctets: 80 }, some, RULES);
    expect([neededOctets, canAccept]).toEqual([10, true]);
  });
});

describe("ux 3.5 what is ticked before anything is touched", () => {
  it("all safe files that fit", () => {
    const selection = selectFiles(three, NO_CHOICES, RULES);
    expect([ticks(selection), selection.tickedOctets, selection.canAccept]).toEqual([
      ...["xxx", 14_598_000, true],
    ]);
  });

  it("not a file that can run programs, but for the user's own devices", () => {
    const danger = offer([file("a.pdf", 1), file("setup.exe", 2, { isDangerous: true })]);
    const selection = selectFiles(danger, NO_CHOICES, RULES);
    expect([ticks(selection), selection.files[1]?.reason]).toEqual(["x-", "dangerous"]);
    expect(ticks(selectFiles(danger, NO_CHOICES, { ...RULES, isMe: true }))).toBe("xx");
  });

  it("not a file that does not fit beside the ones before it, but a smaller one after it", () => {
    const tight = offer([file("a", 60), file("b", 60), file("c", 30)], 100);
    const selection = selectFiles(tight, NO_CHOICES, RULES);
    expect([ticks(selection), selection.files[1]?.reason, selection.isTooMuch]).toEqual([
      ...["x-x", "noRoom", false],
    ]);
  });

  it("not a file that is in the folder already, until it is ticked by hand: then both are kept", () => {
    const here = offer([file("a", 1, { isNameTaken: true, isAlreadyHere: true }), file("b", 1)]);
    const selection = selectFiles(here, NO_CHOICES, RULES);
    expect([ticks(selection), selection.files[0]?.reason]).toEqual(["-x", "alreadyHere"]);
    const all = tickExactly(NO_CHOICES, here.files, new Set([0, 1]));
    expect(acceptedFiles(selectFiles(here, all, RULES))).toEqual([
      ...[{ index: 0, conflict: "keepBoth" }, { index: 1 }],
    ]);
  });

  it("a taken name follows the rule of the settings; to ask is to keep both", () => {
    const taken = offer([file("a", 1, { isNameTaken: true })]);
    expect(selectFiles(taken, NO_CHOICES, RULES).files[0]).toMatchObject({
      isTicked: true,
      conflict: "keepBoth",
    });
    expect(selectFiles(taken, NO_CHOICES, { ...RULES, conflict: "skip" }).files[0]).toMatchObject({
      isTicked: false,
      reason: "skipped",
    });
  });
});

describe("ux 3.5 B, K: what the ticks mean", () => {
  it("none ticked cannot be accepted", () => {
    const none = tickExactly(NO_CHOICES, three.files, new Set());
    expect(selectFiles(three, none, RULES)).toMatchObject({ canAccept: false, tickedOctets: 0 });
  });

  it("more than fits cannot be accepted, whoever ticked it", () => {
    const tight = offer([file("a", 60), file("b", 60)], 100);
    const all = tickExactly(NO_CHOICES, tight.files, new Set([0, 1]));
    expect(selectFiles(tight, all, RULES)).toMatchObject({ isTooMuch: true, canAccept: false });
  });

  it("an offer of which nothing fits is hopeless in this folder, and not in a larger one", () => {
    const big = [file("big.iso", 4_900_000_000)];
    expect(selectFiles(offer(big, 3_200_000_000), NO_CHOICES, RULES)).toMatchObject({
      isHopeless: true,
      canAccept: false,
    });
    expect(selectFiles(offer(big, 64_000_000_000), NO_CHOICES, RULES)).toMatchObject({
      isHopeless: false,
      canAccept: true,
    });
  });

  it("nobody has looked for room: nothing is said against it", () => {
    expect(selectFiles(offer([file("a", 1e12)]), NO_CHOICES, RULES).canAccept).toBe(true);
  });
});

describe("the acceptance", () => {
  const taken = offer([file("a", 1, { isNameTaken: true }), file("b", 1)]);

  it("names the ticked files, with what happens to a name only where it is taken", () => {
    const choices = chooseConflict(NO_CHOICES, 0, "replace");
    expect(acceptedFiles(selectFiles(taken, choices, RULES))).toEqual([
      { index: 0, conflict: "replace" },
      { index: 1 },
    ]);
  });

  it("skipping a file is not taking it; ticking it again keeps both", () => {
    const skipped = chooseConflict(NO_CHOICES, 0, "skip");
    expect(acceptedFiles(selectFiles(taken, skipped, RULES))).toEqual([{ index: 1 }]);
    const again = tickExactly(skipped, taken.files, new Set([0, 1]));
    expect(acceptedFiles(selectFiles(taken, again, RULES))[0]).toEqual({
      index: 0,
      conflict: "keepBoth",
    });
  });

  it("MUST NOT replace or lose a file of the user's because a rule skips", () => {
    const rules = { ...RULES, conflict: "skip" } as const;
    const byHand = tickExactly(NO_CHOICES, taken.files, new Set([0]));
    expect(acceptedFiles(selectFiles(taken, byHand, rules))).toEqual([
      { index: 0, conflict: "keepBoth" },
    ]);
  });
});
