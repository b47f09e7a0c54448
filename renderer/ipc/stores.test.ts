import { describe, expect, it } from "vitest";
import type { Card } from "../../shared/model/card.ts";
import { appState } from "../../tests/renderer/fixtures/app.ts";
import { card } from "../../tests/renderer/fixtures/cards.ts";
import { createMockBridge, type MockBridge } from "../../tests/renderer/mock-bridge.ts";
import { createClient } from "./client.ts";
import { createStores, type Stores } from "./stores.tsx";
import { follow } from "./sync.ts";

function open(cards: readonly Card[] = []): {
  readonly bridge: MockBridge;
  readonly stores: Stores;
  readonly settled: () => Promise<void>;
} {
  const bridge = createMockBridge({ app: appState(), cards });
  return {
    bridge,
    stores: createStores(createClient(bridge)),
    settled: async () => {
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    },
  };
}

const one = card({ id: "one", state: "ringing", startedMs: 1 });
const two = card({ id: "two", state: "waiting", direction: "outgoing", startedMs: 2 });

describe("a window comes back with the whole state", () => {
  it("what is told before the snapshot's answer is dropped, what comes after is applied", async () => {
    const { bridge, stores, settled } = open([one]);
    follow(stores, () => 0);
    bridge.emit("cards.changed", [{ ...one, state: "missed" }]);
    expect(stores.cards.getState().order).toEqual([]);
    await settled();
    expect(stores.cards.getState().byId["one"]?.state).toBe("ringing");
    bridge.emit("cards.changed", [{ ...one, state: "missed" }]);
    expect(stores.cards.getState().byId["one"]?.state).toBe("missed");
  });

  it("what a menu or a link wants shown waits, even for the snapshot", async () => {
    const { bridge, stores, settled } = open([one]);
    follow(stores, () => 0);
    bridge.emit("window.show", { page: "send" });
    await settled();
    bridge.emit("window.show", { action: "palette" });
    const { takeWanted } = stores.window.getState();
    expect(takeWanted()).toEqual([{ page: "send" }, { action: "palette" }]);
    expect(takeWanted()).toEqual([]);
  });

  it("a transfer that stands still has no speed, also when it goes on and nothing has come yet", async () => {
    const { bridge, stores, settled } = open([{ ...two, state: "transferring" }]);
    follow(stores, () => 0);
    await settled();
    bridge.emit("card.progress", { id: "two", octets: 50, octetsPerS: 9, leftS: 7, files: [] });
    bridge.emit("cards.changed", [{ ...two, state: "paused", pausedBy: "us" }]);
    bridge.emit("cards.changed", [{ ...two, state: "transferring" }]);
    const told = stores.progress.getState().byId["two"];
    expect([told?.octets, told?.octetsPerS, told?.leftS]).toEqual([50, undefined, undefined]);
  });

  it("nothing is applied any more after it was undone", async () => {
    const { bridge, stores, settled } = open([one]);
    const undo = follow(stores, () => 0);
    await settled();
    undo();
    bridge.emit("cards.removed", ["one"]);
    expect(stores.cards.getState().order).toEqual(["one"]);
  });

  it("a snapshot that fails is a failure that is shown", async () => {
    const { bridge, stores, settled } = open();
    bridge.fail("app.snapshot", { code: "internal", message: "No." });
    follow(stores, () => 0);
    await settled();
    expect(stores.window.getState().failures.map(({ message }) => message)).toEqual(["No."]);
  });
});

describe("the cards of a window", () => {
  it("stand newest first, and keep their place while they change", async () => {
    const { bridge, stores, settled } = open([one, two]);
    follow(stores, () => 0);
    await settled();
    expect(stores.cards.getState().order).toEqual(["two", "one"]);
    const { order } = stores.cards.getState();
    bridge.changeCard("one", { state: "missed" });
    expect(stores.cards.getState().order).toBe(order);
    bridge.addCard(card({ id: "three", state: "ringing", startedMs: 3 }));
    expect(stores.cards.getState().order).toEqual(["three", "two", "one"]);
  });

  it("progress leaves every card as it is, and goes when the card has ended", async () => {
    const { bridge, stores, settled } = open([one, two]);
    follow(stores, () => 0);
    await settled();
    const before = stores.cards.getState();
    bridge.emit("card.progress", { id: "two", octets: 5, files: [{ index: 0, octets: 5 }] });
    expect(stores.cards.getState()).toBe(before);
    expect(stores.progress.getState().byId["two"]?.files.get(0)).toBe(5);
    bridge.changeCard("two", { state: "verified" });
    expect(stores.progress.getState().byId).toEqual({});
  });

  it("the line of the speed takes one point a second, sixty at most", () => {
    const { stores } = open();
    const { apply } = stores.progress.getState();
    for (let at = 0; at < 700; at++)
      apply({ id: "one", octets: at, octetsPerS: at, files: [] }, at * 100);
    const { speeds = [] } = stores.progress.getState().byId["one"] ?? {};
    expect([speeds.length, speeds.at(-1), speeds.at(-2)]).toEqual([60, 690, 680]);
  });
});

describe("the application's state", () => {
  it("a member that is told as null is gone, the others stay", async () => {
    const { bridge, stores, settled } = open();
    follow(stores, () => 0);
    await settled();
    bridge.emit("app.changed", { account: null, freeOctets: 7 });
    const { app } = stores.app.getState();
    expect([app?.account, app?.freeOctets, app?.instance.code]).toEqual([undefined, 7, "B1"]);
  });
});

describe("requests of a window", () => {
  it("a request that the border throws away is a failure, never a rejection", async () => {
    const { bridge } = open();
    const client = createClient({
      ...bridge,
      request: () => Promise.reject(new Error("gone")),
    });
    expect(await client.request("app.snapshot", {})).toEqual({
      ok: false,
      error: { code: "internal", message: "gone" },
    });
  });

  it("a command that got no answer is asked once more by the same id, a question is not", async () => {
    const { bridge } = open();
    const asked: unknown[] = [];
    const client = createClient(
      {
        ...bridge,
        request: (name, args) => {
          asked.push([name, args]);
          return Promise.reject(new Error("gone"));
        },
      },
      () => `c${asked.length}`,
    );
    expect((await client.request("card.retry", { id: "x" })).ok).toBe(false);
    expect((await client.request("app.snapshot", {})).ok).toBe(false);
    expect(asked).toEqual([
      ["card.retry", { id: "x", commandId: "c0" }],
      ["card.retry", { id: "x", commandId: "c0" }],
      ["app.snapshot", {}],
    ]);
  });

  it("the same failure is shown once, three at most", () => {
    const { stores } = open();
    const { fail } = stores.window.getState();
    for (const message of ["a", "b", "a", "c", "d"]) fail({ code: "internal", message });
    expect(stores.window.getState().failures.map(({ message }) => message)).toEqual([
      "a",
      "c",
      "d",
    ]);
  });
});
