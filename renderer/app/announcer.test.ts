import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Announcer, createAnnouncer } from "./announcer.ts";

const said: string[] = [];
let announcer: Announcer;

beforeEach(() => {
  vi.useFakeTimers();
  said.length = 0;
  announcer = createAnnouncer({
    nowMs: () => Date.now(),
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => {
        clearTimeout(timer);
      };
    },
    show: (politeness, text) => {
      if (text !== "") said.push(`${politeness}: ${text}`);
    },
  });
});

afterEach(() => {
  announcer.stop();
  vi.useRealTimers();
});

function polite(text: string): void {
  announcer.announce({ politeness: "polite", text });
}

describe("ux 3.16 one announcer for the whole window", () => {
  it("says one text after the other, none over another", () => {
    polite("a");
    polite("b");
    expect(said).toEqual(["polite: a"]);
    vi.advanceTimersByTime(400);
    expect(said).toEqual(["polite: a", "polite: b"]);
  });

  it("an urgent text does not wait behind the polite ones", () => {
    polite("a");
    polite("b");
    announcer.announce({ politeness: "assertive", text: "now" });
    expect(said).toEqual(["polite: a", "assertive: now"]);
  });

  it("does not say the same twice in two seconds", () => {
    polite("a");
    vi.advanceTimersByTime(1000);
    polite("a");
    vi.advanceTimersByTime(1500);
    polite("a");
    expect(said).toEqual(["polite: a", "polite: a"]);
  });

  it("MUST NOT say more than one progress message in ten seconds, over all transfers", () => {
    const progress = (text: string): void => {
      announcer.announce({ politeness: "polite", isProgress: true, text });
    };
    progress("25 %");
    vi.advanceTimersByTime(9999);
    progress("50 %");
    vi.advanceTimersByTime(1);
    progress("75 %");
    expect(said).toEqual(["polite: 25 %", "polite: 75 %"]);
  });

  it("ticks that follow each other are said once, half a second after the last", () => {
    const ticks = (text: string): void => {
      announcer.announce({ politeness: "polite", settleKey: "ticks", text });
    };
    ticks("1 of 3");
    vi.advanceTimersByTime(400);
    ticks("2 of 3");
    vi.advanceTimersByTime(499);
    expect(said).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(said).toEqual(["polite: 2 of 3"]);
  });

  it("an empty text takes back what was not said yet", () => {
    announcer.announce({ politeness: "polite", settleKey: "ticks", text: "1 of 3" });
    announcer.announce({ politeness: "polite", settleKey: "ticks", text: "" });
    vi.advanceTimersByTime(2000);
    expect(said).toEqual([]);
  });
});
