import { randomBytes } from "node:crypto";
import { open, readdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "@playwright/test";
import type { Card } from "../../../shared/model/card.ts";
import { type AppWindow, answer, expectReceived } from "../support/app-window.ts";
import { BOB, keepPictures, type Lab, openLab } from "../support/lab.ts";

/** Each page ends more often than it is loaded again by itself; `npm run faults -- --only renderer` takes 50. */
const KILLS = Number(process.env["CPM_PAGE_KILLS"] ?? 12);
const MB = 1_000_000;
/** More than goes through while pages are killed. */
const SIZE_OCTETS = 200 * MB + KILLS * 25 * MB;
/** Under load; what is typical is printed. */
const BACK_MS = 20_000;
/** The file's network is slow: one Participating Function works for a moment in each second. */
const WORKS_MS = 40;
const STANDS_MS = 960;

let lab: Lab;

test.beforeEach(async () => {
  test.setTimeout(120_000 + KILLS * 5_000);
  lab = await openLab();
});

test.afterEach(async () => {
  await keepPictures(
    test.info(),
    [lab.alice, lab.laptop, lab.phone].map(({ page }) => page),
  );
  await lab.end();
});

/** Holes but for a piece of every 10 MB, so that no part of it is like another. */
async function longFile(): Promise<string> {
  const path = await lab.machine.file("long.mp4", "");
  const file = await open(path, "r+");
  for (let at = 0; at < SIZE_OCTETS; at += 10 * MB)
    await file.write(randomBytes(65_536), 0, 65_536, at);
  await file.truncate(SIZE_OCTETS);
  await file.close();
  return path;
}

/** The tool that drives the windows loses a page that is killed, so it is asked through its program. */
function inPage<Value>({ application }: AppWindow, code: string): Promise<Value> {
  return application.app.evaluate(
    ({ BrowserWindow }, source) =>
      BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(source) as Promise<Value>,
    code,
  );
}

async function ask<Value>(window: AppWindow, name: string, args: object): Promise<Value> {
  const code = `window.cpm.request(${JSON.stringify(name)}, ${JSON.stringify(args)})`;
  const result = await inPage<{ ok: boolean; value: Value }>(window, code);
  expect(result, name).toMatchObject({ ok: true });
  return result.value;
}

async function onlyCard(window: AppWindow): Promise<Card> {
  const { cards } = await ask<{ cards: readonly Card[] }>(window, "app.snapshot", {});
  expect(cards).toHaveLength(1);
  const [card] = cards;
  if (card === undefined) throw new Error("one card is there");
  return card;
}

interface Kill {
  /** What the page does last. */
  readonly last?: string;
  /** What the page that follows it has to show. */
  readonly shows: string;
}

/**
 * Kills the page, and starts the program again, as its user would, where that has given the page up.
 * @returns how long the page took to show its state again
 */
function kill({ application }: AppWindow, { last = "", shows }: Kill): Promise<number> {
  return application.app.evaluate(
    async ({ app, BrowserWindow }, { last, shows, limitMs }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      if (contents === undefined) throw new Error("the window has gone");
      const gone = new Promise((resolve) => contents.once("render-process-gone", resolve));
      await contents.executeJavaScript(`window.isOld = true; ${last}; 0`);
      contents.forcefullyCrashRenderer();
      await gone;
      const begin = performance.now();
      if (contents.isCrashed() && !contents.isLoading()) app.emit("activate");
      const code = `window.isOld !== true && document.body.innerText.includes(${JSON.stringify(shows)})`;
      while (performance.now() - begin < limitMs) {
        const pause = new Promise((resolve) => setTimeout(resolve, 20));
        const late = new Promise((resolve) => setTimeout(resolve, 500));
        const shown = contents.executeJavaScript(code).catch(() => false);
        if ((await Promise.race([shown, late])) === true) return performance.now() - begin;
        await pause;
      }
      throw new Error(`the page does not show ${shows}`);
    },
    { last, shows, limitMs: BACK_MS },
  );
}

/** @returns ends it */
async function slowNetwork(): Promise<() => Promise<void>> {
  const line = (await lab.machine.processes()).find((each) => each.includes("--role=pf"));
  if (line === undefined) throw new Error("no Participating Function runs");
  const pid = Number.parseInt(line, 10);
  const ended = new AbortController();
  const pulses = (async () => {
    while (!ended.signal.aborted) {
      process.kill(pid, "SIGSTOP");
      await delay(STANDS_MS);
      process.kill(pid, "SIGCONT");
      await delay(WORKS_MS);
    }
  })();
  return async () => {
    ended.abort();
    await pulses;
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

test(`pages killed ${String(KILLS)} times while a file runs: it arrives once, and each page shows it again`, async () => {
  const { alice, laptop, phone } = lab;
  const path = await longFile();
  await alice.visit("Transfers");
  await laptop.visit("Transfers");

  // A page asks and is gone before it hears; the next one, as its user would, asks the same again.
  const offer = { commandId: "once", to: [BOB], paths: [path] };
  const request = `void window.cpm.request("offer.send", ${JSON.stringify(offer)})`;
  await kill(alice, { last: request, shows: "Transfers" });
  await ask(alice, "offer.send", offer);
  const ringing = laptop.offer("Alice wants to send you a file");
  await answer(ringing.getByRole("button", { name: /^Accept/ }));
  await expect.poll(async () => (await onlyCard(alice)).state).toBe("transferring");

  const quicken = await slowNetwork();
  const tookMs: number[] = [];
  try {
    for (let i = 1; i < KILLS; i += 1) {
      const window = i % 2 === 0 ? alice : laptop;
      tookMs.push(await kill(window, { shows: "long.mp4" }));
      expect((await onlyCard(window)).state, `after kill ${String(i)}`).toBe("transferring");
    }
  } finally {
    await quicken();
  }
  const within = tookMs.filter((ms) => ms <= 1000).length;
  const figures = `back within 1 s ${String(within)} of ${String(tookMs.length)} times`;
  process.stdout.write(
    `${figures}, median ${median(tookMs).toFixed(0)} ms, longest ${Math.max(...tookMs).toFixed(0)} ms\n`,
  );

  for (const [window, words] of [
    [alice, "Sent · verified"],
    [laptop, "Received · verified"],
  ] as const) {
    await expect
      .poll(() => inPage(window, "document.body.innerText"), { timeout: 60_000 })
      .toContain(words);
    expect((await onlyCard(window)).state).toBe("verified");
  }
  expect((await onlyCard(phone)).state).toBe("elsewhere");
  await expectReceived(laptop, path);
  expect(await readdir(laptop.folder)).toEqual(["long.mp4"]);
  expect(await readdir(phone.folder)).toEqual([]);
});
