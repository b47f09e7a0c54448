import { mkdir, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import type { AppWindow } from "../../e2e/support/app-window.ts";
import { ALICE, BOB, sharedLab } from "../../e2e/support/lab.ts";

/** What users are promised; `npm run bench:ui` ends with 1 when one is missed. */
const MAX_START_MS = 2_500;
const MAX_INPUT_MS = 100;
const MAX_RENDERER_MB = 400;
const MAX_MESSAGES_A_SECOND = 10;

const STARTS = 5;
const TRANSFERS = 4;
const TRANSFER_OCTETS = 700 * 1024 * 1024;
const LISTED = 5_000;
const KEYS = 40;

const lab = sharedLab();

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The value that 95 of 100 do not exceed. */
function p95(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.95) - 1] ?? Number.NaN;
}

function tell(what: string, figure: string, floor: string): void {
  test.info().annotations.push({ type: what, description: `${figure} (${floor})` });
  process.stdout.write(`    ${what.padEnd(58)} ${figure} (${floor})\n`);
}

test("an instance is usable soon after its start", async () => {
  const { machine } = lab;
  const tookMs: number[] = [];
  // The first makes the profile: from then on it is warm, and signs in by itself.
  for (let i = 0; i <= STARTS; i += 1) {
    const startMs = performance.now();
    const { page, process: child, ended } = await machine.startUser(BOB, "tablet");
    await expect(page.getByRole("link", { name: "Send" })).toBeEnabled();
    if (i > 0) tookMs.push(performance.now() - startMs);
    child.kill("SIGTERM");
    await ended;
  }
  const took = median(tookMs);
  tell("start of a warm instance, signed in, median", `${took.toFixed(0)} ms`, "≤ 2500");
  tell("the slowest of them", `${Math.max(...tookMs).toFixed(0)} ms`, "told only");
  expect(took).toBeLessThanOrEqual(MAX_START_MS);
});

test("input is handled while four transfers run and 5,000 files are listed", async () => {
  const { alice, laptop, machine } = lab;
  const many = join(machine.folder, "many");
  await mkdir(many, { recursive: true });
  for (let i = 0; i < LISTED; i += 1) await writeFile(join(many, `file-${String(i)}.txt`), "x");
  const large = await Promise.all(Array.from({ length: TRANSFERS }, (_, i) => sparse(i)));
  const person = { aor: ALICE, name: "Alice", isMe: false, isBlocked: false };
  const autoAccept = { maxSizeOctets: TRANSFER_OCTETS * 2 };
  await laptop.ask("people.save", { person: { ...person, autoAccept } });

  await alice.visit("Send");
  await alice.drop([many], "Add to this offer");
  await expect(alice.page.getByText(/5,000 files/).first()).toBeVisible({ timeout: 60_000 });
  for (const path of large) await alice.ask("offer.send", { to: [BOB], paths: [path] });
  await expect.poll(() => running(laptop), { timeout: 120_000 }).toBe(TRANSFERS);

  const messages = countMessages(laptop);
  const tookMs = await keysHandledMs(alice);
  const rates = await messages;
  const megabytes = await rendererMegabytes(alice);
  expect(await running(laptop), "they still run").toBe(TRANSFERS);

  tell(
    `${String(KEYS)} keys until the next frame, 95 of 100`,
    `${p95(tookMs).toFixed(0)} ms`,
    "≤ 100",
  );
  tell("the slowest of them", `${Math.max(...tookMs).toFixed(0)} ms`, "told only");
  tell("messages to a window, most for one transfer", `${Math.max(...rates).toFixed(1)}/s`, "≤ 10");
  tell("memory of the window that lists them", `${megabytes.toFixed(0)} MB`, "< 400");
  for (const { id } of await alice.cards()) await alice.ask("card.cancel", { id });
  expect(p95(tookMs)).toBeLessThanOrEqual(MAX_INPUT_MS);
  expect(Math.max(...rates)).toBeLessThanOrEqual(MAX_MESSAGES_A_SECOND);
  expect(megabytes).toBeLessThan(MAX_RENDERER_MB);
});

async function sparse(i: number): Promise<string> {
  const path = await lab.machine.file(`recording-${String(i)}.mp4`, `number ${String(i)}`);
  await truncate(path, TRANSFER_OCTETS);
  return path;
}

async function running(window: AppWindow): Promise<number> {
  return (await window.cards()).filter(({ state }) => state === "transferring").length;
}

/** From each key until the frame after it could be drawn, in ms. */
async function keysHandledMs({ page }: AppWindow): Promise<readonly number[]> {
  const handled = await page.evaluateHandle(() => {
    const tookMs: number[] = [];
    addEventListener(
      "keydown",
      ({ timeStamp }) => {
        requestAnimationFrame(() => {
          setTimeout(() => tookMs.push(performance.now() - timeStamp));
        });
      },
      { capture: true },
    );
    return tookMs;
  });
  for (let i = 0; i < KEYS; i += 1) await page.keyboard.press("Tab");
  await expect.poll(async () => (await handled.jsonValue()).length).toBe(KEYS);
  return handled.jsonValue();
}

/** Messages a second to the window about each running transfer, over 3 s. */
function countMessages({ page }: AppWindow): Promise<readonly number[]> {
  return page.evaluate(async () => {
    const counts = new Map<string, number>();
    const count = (id: string): void => {
      counts.set(id, (counts.get(id) ?? 0) + 1);
    };
    const undo = [
      window.cpm.on("card.progress", ({ id }) => {
        count(id);
      }),
      window.cpm.on("cards.changed", (cards) => {
        for (const { id } of cards) count(id);
      }),
    ];
    const periodS = 3;
    await new Promise((resolve) => setTimeout(resolve, periodS * 1_000));
    for (const each of undo) each();
    return [...counts.values()].map((all) => all / periodS);
  });
}

/** The largest page of the program, in MB of 1,000,000 octets. */
function rendererMegabytes({ application }: AppWindow): Promise<number> {
  return application.app.evaluate(({ app }) => {
    const pages = app.getAppMetrics().filter(({ type }) => type === "Tab");
    return Math.max(...pages.map(({ memory }) => (memory.workingSetSize * 1_024) / 1_000_000));
  });
}
