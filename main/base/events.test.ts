import { describe, expect, it } from "vitest";
import { EventSource } from "./events.ts";

interface Events {
  readonly tick: number;
}

describe("typed events", () => {
  it("MUST call listeners in order and stop after undo", () => {
    const source = new EventSource<Events>();
    const seen: string[] = [];
    const undo = source.on("tick", (n) => seen.push(`a${String(n)}`));
    source.on("tick", (n) => seen.push(`b${String(n)}`));
    source.emit("tick", 1);
    undo();
    undo();
    source.emit("tick", 2);
    expect(seen).toEqual(["a1", "b1", "b2"]);
  });

  it("MUST not call a listener that another one removed during the same event", () => {
    const source = new EventSource<Events>();
    const seen: string[] = [];
    source.on("tick", () => {
      undo();
    });
    const undo = source.on("tick", () => seen.push("removed"));
    source.emit("tick", 1);
    expect(seen).toEqual([]);
  });
});
