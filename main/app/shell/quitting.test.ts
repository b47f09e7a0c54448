import { beforeEach, describe, expect, it } from "vitest";
import { Quitting } from "./quitting.ts";

let said: string[];
let quitting: Quitting;

beforeEach(() => {
  said = [];
  quitting = new Quitting({
    ask: (running) => said.push(`ask ${running}`),
    end: () => said.push("end"),
  });
});

describe("the wish to quit", () => {
  it("is granted at once when nothing is under way", () => {
    expect(quitting.mayQuit(0)).toBe(true);
    expect(quitting.isEnding).toBe(true);
    // It is on its way already: nobody has to quit once more.
    expect(said).toEqual([]);
  });

  it("is asked about while something is under way", () => {
    expect(quitting.mayQuit(2)).toBe(false);
    expect(said).toEqual(["ask 2"]);
    expect(quitting.isEnding).toBe(false);
  });

  it("is forgotten when the user stays", () => {
    quitting.mayQuit(2);
    quitting.answer("stay", 2);
    quitting.changed(0);
    expect(said).toEqual(["ask 2"]);
  });

  it("is granted when the user says now", () => {
    quitting.mayQuit(2);
    quitting.answer("now", 2);
    expect(said).toEqual(["ask 2", "end"]);
  });

  it("waits for the last transfer when the user says so", () => {
    quitting.mayQuit(2);
    quitting.answer("whenDone", 2);
    quitting.changed(1);
    expect(said).toEqual(["ask 2"]);
    quitting.changed(0);
    expect(said).toEqual(["ask 2", "end"]);
  });

  it("does not wait for what ended while the user thought", () => {
    quitting.mayQuit(1);
    quitting.changed(0);
    quitting.answer("whenDone", 0);
    expect(said).toEqual(["ask 1", "end"]);
  });

  it("may be asked again, also while it waits", () => {
    quitting.mayQuit(1);
    quitting.answer("whenDone", 1);
    quitting.mayQuit(1);
    quitting.answer("stay", 1);
    quitting.changed(0);
    expect(said).toEqual(["ask 1", "ask 1"]);
  });

  it("is no answer to a question that nobody asked", () => {
    quitting.answer("now", 1);
    expect(said).toEqual([]);
  });
});

describe("the system's own end", () => {
  it("asks nobody, and ends once", () => {
    quitting.force();
    quitting.force();
    expect(quitting.mayQuit(3)).toBe(true);
    quitting.answer("stay", 3);
    expect(said).toEqual(["end"]);
  });
});
