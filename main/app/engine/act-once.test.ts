import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { nullLog } from "../../../tests/support/null-log.ts";
import type { AppStore } from "../../base/app-store.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { openStore } from "../../storage/store.node.ts";
import { ActOnce, type Command } from "./act-once.ts";

const DAY_MS = 86_400_000;
let folder: string;
let clock: FakeClock;
let store: AppStore;
let once: ActOnce;
let count: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "once-"));
  clock = new FakeClock();
  count = 0;
  start();
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

function start(): void {
  const opened = openStore(folder);
  if (!opened.ok) throw new Error(opened.error.message);
  store = opened.value;
  once = new ActOnce({ commands: store.commands, clock, log: nullLog() });
}

function restart(): void {
  store.close();
  start();
}

function command(id: string | undefined, name = "offer.send"): Command<number> {
  return { name, id, read: (kept) => (typeof kept === "number" ? kept : undefined) };
}

function work(): Promise<Result<number, string>> {
  count += 1;
  return Promise.resolve(ok(count));
}

async function answerTo(id: string | undefined, name?: string): Promise<number | string> {
  const answer = await once.run(command(id, name), work);
  return answer.ok ? answer.value : answer.error;
}

describe("reliability §5.3: commands carry ids", () => {
  it("a repeated one MUST act once and get the same answer, also while it runs", async () => {
    expect(await Promise.all([answerTo("a"), answerTo("a")])).toEqual([1, 1]);
    expect(await answerTo("a")).toBe(1);
  });

  it("others act each time: another id, another command, none", async () => {
    await answerTo("a");
    expect(await answerTo("b")).toBe(2);
    expect(await answerTo("a", "card.retry")).toBe(3);
    expect(await answerTo(undefined)).toBe(4);
    expect(await answerTo(undefined)).toBe(5);
  });

  it("remembers so many and no more", async () => {
    for (let nth = 0; nth <= 500; nth += 1) await answerTo(String(nth));
    expect(await answerTo("1")).toBe(2);
    expect(await answerTo("0")).toBe(502);
  });
});

describe("reliability §5.3: a command that is repeated after a restart of the program", () => {
  it("MUST act once and get the same answer", async () => {
    await answerTo("a");
    restart();
    expect([await answerTo("a"), count]).toEqual([1, 1]);
    expect(await answerTo("a", "card.retry")).toBe(2);
  });

  it("is tried anew where it was refused: nothing was done", async () => {
    await once.run(command("a"), () => Promise.resolve(err("not signed in")));
    expect(await answerTo("a")).toBe("not signed in");
    restart();
    expect(await answerTo("a")).toBe(1);
  });

  it("is known for a week", async () => {
    await answerTo("a");
    restart();
    clock.advance(7 * DAY_MS);
    expect(await answerTo("a")).toBe(1);
    clock.advance(1);
    restart();
    expect(await answerTo("a")).toBe(2);
  });

  it("is one of the last 500", async () => {
    for (let nth = 0; nth <= 500; nth += 1) await answerTo(String(nth));
    restart();
    expect(await answerTo("1")).toBe(2);
    expect(await answerTo("0")).toBe(502);
  });

  it("acts when what was kept is no answer", async () => {
    store.commands.save({ name: "offer.send", id: "a", answer: "{", atMs: clock.wallMs() });
    store.commands.save({ name: "offer.send", id: "b", answer: "[]", atMs: clock.wallMs() });
    expect([await answerTo("a"), await answerTo("b")]).toEqual([1, 2]);
  });

  it("acts when the store cannot be read, and is remembered by this run all the same", async () => {
    store.close();
    expect([await answerTo("a"), await answerTo("a")]).toEqual([1, 1]);
    start();
  });

  it("is forgotten with the offers that it made", async () => {
    await once.run({ name: "offer.send", id: "a", read: () => undefined }, () =>
      Promise.resolve(ok([{ to: "alice@a.example", ok: true, id: "offer1" }])),
    );
    const kept = (): unknown =>
      store.commands.answer({ name: "offer.send", id: "a" }, clock.wallMs());
    store.cards.forget(["offer2"]);
    expect(kept()).toMatchObject({
      ok: true,
      value: `[{"to":"alice@a.example","ok":true,"id":"offer1"}]`,
    });
    store.cards.forget(["offer1"]);
    expect(kept()).toEqual({ ok: true, value: undefined });
  });
});
