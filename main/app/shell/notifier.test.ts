import { beforeEach, describe, expect, it, vi } from "vitest";
import { makeCard, makeCardFile } from "../../../tests/support/cards.ts";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { Words } from "../words/words.ts";
import type { AttentionStep } from "./attention.ts";
import { NOTIFICATION_EVERY_MS, Notifier } from "./notifier.ts";

interface Shown {
  readonly title: string;
  readonly body: string;
  readonly actions: readonly { readonly text: string }[];
  readonly handlers: Map<string, (event: object) => void>;
  isClosed: boolean;
}

const { system } = vi.hoisted(() => ({ system: [] as Shown[] }));

/** What the system would show. */
vi.mock("electron", () => ({
  Notification: class {
    static readonly isSupported = (): boolean => true;
    readonly #shown: Shown;
    constructor(options: Shown) {
      this.#shown = { ...options, handlers: new Map(), isClosed: false };
    }
    on(name: string, handler: () => void): void {
      this.#shown.handlers.set(name, handler);
    }
    show(): void {
      system.push(this.#shown);
    }
    close(): void {
      this.#shown.isClosed = true;
    }
  },
}));

const english = new Words("en");

let clock: FakeClock;
let notifier: Notifier;
let accepted: string[];
let opened: string[];

beforeEach(() => {
  system.length = 0;
  clock = new FakeClock();
  accepted = [];
  opened = [];
  notifier = new Notifier({
    ...{ clock, words: () => english, hasActionButtons: true, hasSound: () => true },
    onAcceptAll: (id) => accepted.push(id),
    onOpen: (id) => opened.push(id),
  });
});

function told(...ids: readonly string[]): AttentionStep {
  const show = ids.map((id) => ({
    kind: "offer" as const,
    card: makeCard({ id, files: [makeCardFile({ name: `${id}.pdf`, sizeOctets: 1e6 })] }),
  }));
  return { show, close: [], isFlashing: true };
}

function answered(...close: readonly string[]): AttentionStep {
  return { show: [], close, isFlashing: false };
}

function bodies(): readonly string[] {
  return system.map(({ body }) => body);
}

describe("notifications of offers", () => {
  it("come at most once in ten seconds, with the others counted in the next", () => {
    notifier.perform(told("a"));
    for (const id of ["b", "c", "d", "e"]) notifier.perform(told(id));
    clock.advance(NOTIFICATION_EVERY_MS - 1);
    expect(bodies()).toEqual(["a.pdf · 1 MB"]);
    clock.advance(1);
    expect(bodies()).toEqual(["a.pdf · 1 MB", "b.pdf · 1 MB\nAnd 3 more offers"]);
  });

  it("are ten in 100 seconds, however many offers come", () => {
    for (let second = 0; second < 100; second += 1) {
      notifier.perform(told(`x${String(second)}`, `y${String(second)}`));
      clock.advance(1000);
    }
    expect(system.length).toBeLessThanOrEqual(11);
    expect(system.length).toBeGreaterThanOrEqual(10);
  });

  it("do not tell of what was answered while it waited", () => {
    notifier.perform(told("a"));
    notifier.perform(told("b", "c"));
    notifier.perform(answered("b"));
    clock.advance(NOTIFICATION_EVERY_MS);
    expect(bodies()).toEqual(["a.pdf · 1 MB", "c.pdf · 1 MB"]);
  });

  it("are not put off by what was answered before it was told", () => {
    notifier.perform(told("a"));
    notifier.perform(told("b"));
    notifier.perform(answered("b"));
    clock.advance(2 * NOTIFICATION_EVERY_MS);
    notifier.perform(told("c"));
    expect(bodies()).toEqual(["a.pdf · 1 MB", "c.pdf · 1 MB"]);
  });

  it("of several are withdrawn with the last, and open one that still waits", () => {
    notifier.perform(told("a", "b"));
    notifier.perform(answered("a"));
    expect(system[0]?.isClosed).toBe(false);
    system[0]?.handlers.get("click")?.({});
    expect(opened).toEqual(["b"]);
    notifier.perform(answered("b"));
    expect(system[0]?.isClosed).toBe(true);
  });

  it("of one accept it, and of several only lead to them", () => {
    notifier.perform(told("a"));
    system[0]?.handlers.get("action")?.({ actionIndex: 0 });
    notifier.perform(told("b", "c"));
    clock.advance(NOTIFICATION_EVERY_MS);
    system[1]?.handlers.get("action")?.({ actionIndex: 0 });
    expect([accepted, opened]).toEqual([["a"], ["b"]]);
    expect(system.map(({ actions }) => actions.map(({ text }) => text))).toEqual([
      ["Accept all", "Review"],
      ["Review"],
    ]);
  });

  it("leave the turn after them to what a rule accepted", () => {
    const card = makeCard({ id: "auto", peerName: "Anna" });
    const auto = { kind: "autoAccepted" as const, card };
    notifier.perform({ ...told("a"), show: [auto, ...told("a").show] });
    clock.advance(NOTIFICATION_EVERY_MS);
    expect(system.map(({ title }) => title)).toEqual([
      "Alice wants to send you a file",
      "Receiving files from Anna",
    ]);
  });

  it("that wait are not shown to who looks meanwhile", () => {
    notifier.perform(told("a"));
    notifier.perform(told("b"));
    notifier.forgetWaiting();
    clock.advance(NOTIFICATION_EVERY_MS);
    expect(bodies()).toEqual(["a.pdf · 1 MB"]);
  });

  it("end with the program", () => {
    notifier.perform(told("a"));
    notifier.perform(told("b"));
    notifier.closeAll();
    expect([system[0]?.isClosed, clock.pendingTimers]).toEqual([true, 0]);
  });
});
