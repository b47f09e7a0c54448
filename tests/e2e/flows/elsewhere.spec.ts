import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, type JSHandle, test } from "@playwright/test";
import type { TraceRecord } from "../../../shared/model/trace-record.ts";
import {
  type AppWindow,
  answer,
  expectNoFailure,
  expectReceived,
  listen,
} from "../support/app-window.ts";
import { Machine } from "../support/application.ts";
import { type Lab, openLab, sharedLab } from "../support/lab.ts";

/** A network that writes down what it sends; the windows find it as their own. */
async function openTracedLab(): Promise<Lab> {
  const machine = await Machine.make();
  const network = machine.command("network", "up", "--lab", "--json", "--trace", traceOf(machine));
  await network.event("ready");
  const windows = await openLab(machine);
  return { ...windows, stopNetwork: () => network.stop() };
}

function traceOf({ folder }: Machine): string {
  return join(folder, "network.jsonl");
}

const lab = sharedLab(openTracedLab);

/** When sentences came to be seen on devices that lost, in ms since 1970. */
const seenMs: number[] = [];

interface Watch {
  readonly seenMs: Promise<number>;
}

/** Notes when a text is first on the screen, without asking again and again for it. */
function watchFor({ page }: AppWindow, text: string): Promise<JSHandle<Watch>> {
  return page.evaluateHandle((wanted) => {
    const seenMs = new Promise<number>((resolve) => {
      const observer = new MutationObserver(() => {
        if (!document.body.textContent.includes(wanted)) return;
        observer.disconnect();
        // Painted in the frame that is to come.
        requestAnimationFrame(() => {
          resolve(Date.now());
        });
      });
      observer.observe(document.body, { childList: true, characterData: true, subtree: true });
    });
    // In an object: a promise itself would be waited for.
    return { seenMs };
  }, text);
}

async function expectElsewhere(
  loser: AppWindow,
  sentence: string | RegExp,
  name: string,
): Promise<void> {
  const offer = loser.offer(sentence);
  await expect(offer.getByText("Accepted on another device")).toBeVisible();
  await loser.visit("History");
  await expect(loser.entry(name)).toContainText("Accepted on another device");
  await expect(loser.entry("Missed")).toHaveCount(0);
  await loser.visit("Transfers");
}

test("accepted on the phone, the laptop says so at once and has missed nothing", async () => {
  const { alice, laptop, phone, machine } = lab;
  const said = await listen(laptop);
  for (const name of ["first.txt", "second.txt", "third.txt"]) {
    const path = await machine.file(name, Buffer.alloc(20_000, name));
    await alice.sendTo("Bob", [path]);
    await expect(laptop.offer("Alice wants to send you a file")).toBeVisible();
    const watch = await watchFor(laptop, "Accepted on another device");
    const offer = phone.offer("Alice wants to send you a file");
    await answer(offer.getByRole("button", { name: /^Accept/ }));
    seenMs.push(await watch.evaluate((held) => held.seenMs));
    await expect(phone.offer(name).getByText("Received · verified")).toBeVisible();
    await expect(alice.card(`${name}, Bob`).getByText("Sent · verified")).toBeVisible();
    await expectElsewhere(laptop, "bob-phone took the file from Alice.", name);
    await expectReceived(phone, path);
    for (const window of [laptop, phone]) await window.tidy();
  }
  expect(await said()).toContain("Accepted on another device, bob-phone.");
  await expectNoFailure(alice, laptop, phone);
});

/** A busy machine may hold up one of two windows. */
const ATTEMPTS = 5;

test("both accept within 5 ms: one receives, the other was a moment later, no error", async () => {
  const apartMs: number[] = [];
  for (let nth = 1; nth <= ATTEMPTS && !apartMs.some((ms) => ms <= 5); nth += 1)
    apartMs.push(await bothAccept(`both ${String(nth)}.txt`));
  expect(Math.min(...apartMs)).toBeLessThanOrEqual(5);
});

/** @returns milliseconds between the two */
async function bothAccept(name: string): Promise<number> {
  const { alice, laptop, phone, machine } = lab;
  const path = await machine.file(name, Buffer.alloc(20_000, name));
  await alice.sendTo("Bob", [path]);
  for (const window of [laptop, phone])
    await expect(window.offer("Alice wants to send you a file")).toBeVisible();
  const atMs = Date.now() + 700;
  const [one = 0, other = 0] = await Promise.all(
    [laptop, phone].map((window) => acceptAt(window, atMs)),
  );

  const states = async (): Promise<readonly (string | undefined)[]> =>
    (await Promise.all([laptop.cards(), phone.cards()])).map(([card]) => card?.state);
  await expect.poll(async () => [...(await states())].sort()).toEqual(["elsewhere", "verified"]);
  const isLaptopFirst = (await states())[0] === "verified";
  const [winner, loser] = isLaptopFirst ? [laptop, phone] : [phone, laptop];
  await expect(winner.offer(name).getByText("Received · verified")).toBeVisible();
  await expectElsewhere(loser, /moment faster|took the file/, name);
  await expect(alice.card(`${name}, Bob`).getByText("Sent · verified")).toBeVisible();
  await expectReceived(winner, path);
  await expectNoFailure(alice, laptop, phone);
  for (const window of [laptop, phone]) await window.tidy();
  return Math.abs(one - other);
}

/** Accepts everything that rings, at that time of the clock that both windows share. */
function acceptAt({ page }: AppWindow, atMs: number): Promise<number> {
  return page.evaluate(async (targetMs) => {
    const { cpm } = window;
    const snapshot = await cpm.request("app.snapshot", {});
    const [card] = snapshot.ok ? snapshot.value.cards : [];
    if (card === undefined) throw new Error("nothing rings");
    const files = card.files.map(({ index }) => ({ index }));
    await new Promise((resolve) => setTimeout(resolve, targetMs - Date.now() - 20));
    while (Date.now() < targetMs);
    const nowMs = Date.now();
    const accepted = await cpm.request("offer.accept", { id: card.id, files });
    if (!accepted.ok) throw new Error(accepted.error.message);
    return nowMs;
  }, atMs);
}

test("from the CANCEL to the sentence on the screen it is a blink", async () => {
  expect(await lab.stopNetwork?.()).toBe(0);
  const lines = (await readFile(traceOf(lab.machine), "utf8")).trim().split("\n");
  const records = lines.map((line) => JSON.parse(line) as TraceRecord);
  const offsetMs = Date.now() - Number(process.hrtime.bigint() / 1_000n) / 1_000;
  const cancelsMs = records
    .filter(({ dir, element, summary }) => {
      const isCancel = summary.method === "CANCEL" && summary.reason?.includes("cause=200");
      return isCancel === true && dir === "out" && element === "core-b";
    })
    .map(({ t }) => Number(BigInt(t) / 1_000n) / 1_000 + offsetMs);
  expect(cancelsMs.length).toBeGreaterThanOrEqual(seenMs.length);
  const tookMs = seenMs.map((seen) => seen - Math.max(...cancelsMs.filter((at) => at <= seen + 1)));
  const text = tookMs.map((ms) => ms.toFixed(0)).join(", ");
  test
    .info()
    .annotations.push({ type: "ms from CANCEL to the sentence (aim 200)", description: text });
  process.stdout.write(`    from CANCEL to "Accepted on another device": ${text} ms (aim 200)\n`);
  // Three windows on two cores that do other things too: what is promised of one warm device is not asked of the worst.
  expect(Math.min(...tookMs)).toBeLessThanOrEqual(200);
});
