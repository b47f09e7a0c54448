import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { expect, type Locator, test } from "@playwright/test";
import type { Card } from "../../../shared/model/card.ts";
import { AppWindow, answer, expectNoFailure, expectReceived } from "../support/app-window.ts";
import { isOnline } from "../support/application.ts";
import { keepPictures, type Lab, openLab } from "../support/lab.ts";

/** Programs end in these tests, so each has a lab of its own. */
let lab: Lab;

test.beforeEach(async () => {
  test.setTimeout(150_000);
  lab = await openLab();
});

test.afterEach(async () => {
  await keepPictures(
    test.info(),
    [lab.alice, lab.laptop].map(({ page }) => page),
  );
  await lab.end();
});

const SIZE = 400_000_000;
const BLOCK = 1_000_000;

/** No two blocks of it are the same. */
async function longFile(name: string): Promise<string> {
  const path = await lab.machine.file(name, "");
  function* blocks(): Generator<Buffer> {
    for (let at = 0; at < SIZE; at += BLOCK) yield Buffer.alloc(BLOCK, `${String(at)} `);
  }
  await pipeline(blocks, createWriteStream(path));
  return path;
}

async function cardOf(window: AppWindow): Promise<Card | undefined> {
  return (await window.cards())[0];
}

async function octetsOf(window: AppWindow): Promise<number> {
  return (await cardOf(window))?.files[0]?.octets ?? 0;
}

/** Alice sends a long file, Bob's laptop takes it, and a part of it has come. */
async function moving(): Promise<string> {
  const { alice, laptop } = lab;
  const path = await longFile("film.mp4");
  await alice.sendTo("Bob", [path]);
  const offer = laptop.offer("Alice wants to send you a file");
  await laptop.visit("Transfers");
  await answer(offer.getByRole("button", { name: /^Accept/ }));
  await expect.poll(() => octetsOf(laptop), { intervals: [50] }).toBeGreaterThan(SIZE / 10);
  return path;
}

/** A machine that answers nothing. */
async function frozen<T>({ application }: AppWindow, work: () => Promise<T>): Promise<T> {
  const main = application.process;
  main.kill("SIGSTOP");
  try {
    return await work();
  } finally {
    main.kill("SIGCONT");
  }
}

async function startAgain(window: AppWindow, device: string): Promise<AppWindow> {
  const bounds = device === "alice" ? "0,0,640,760" : "640,0,640,760";
  return new AppWindow(await lab.machine.start(device, "--bounds", bounds), window.folder);
}

async function killed(window: AppWindow): Promise<void> {
  window.application.process.kill("SIGKILL");
  await window.application.ended;
}

const sent = (): Locator => lab.alice.card("film.mp4, Bob");
const received = (window: AppWindow): Locator => window.card("film.mp4, Alice");

async function expectWhole(window: AppWindow, path: string): Promise<void> {
  await expect(received(window).getByText("Received · verified")).toBeVisible({ timeout: 60_000 });
  await expectReceived(window, path);
}

test("the receiver pauses, and goes on when it likes", async () => {
  const { alice, laptop } = lab;
  const path = await moving();
  await received(laptop).getByRole("button", { name: "Pause film.mp4" }).click();
  await expect(received(laptop).getByText("Paused", { exact: true })).toBeVisible();
  await expect(sent().getByText("Paused by Bob")).toBeVisible();
  const octets = await octetsOf(laptop);
  expect(octets).toBeLessThan(SIZE);
  await received(laptop).getByRole("button", { name: "Resume film.mp4" }).click();
  await expectWhole(laptop, path);
  await expect(sent().getByText("Sent · verified")).toBeVisible();
  await expectNoFailure(alice, laptop);
});

test("the sender pauses with the keyboard, and goes on", async () => {
  const { alice, laptop } = lab;
  const path = await moving();
  await sent().focus();
  await alice.page.keyboard.press("Space");
  await expect(sent().getByText("Paused", { exact: true })).toBeVisible();
  await expect(received(laptop).getByText("Paused by Alice")).toBeVisible();
  await alice.page.keyboard.press("Space");
  await expectWhole(laptop, path);
  await expect(sent().getByText("Sent · verified")).toBeVisible();
});

test("the receiver's program is killed: started again, it offers to go on, and does", async () => {
  const { alice, laptop } = lab;
  const path = await moving();
  const again = await frozen(alice, async () => {
    await killed(laptop);
    const started = await startAgain(laptop, "bob-laptop");
    await isOnline(started.page);
    await started.visit("Transfers");
    await expect(received(started).getByText("Interrupted")).toBeVisible();
    await expect(received(started).getByText(/film\.mp4 is kept at \d+ %\./)).toBeVisible();
    await received(started)
      .getByRole("button", { name: /^Resume from \d+%$/ })
      .click();
    await expect(received(started).getByText("Reconnecting…")).toBeVisible();
    return started;
  });
  await expectWhole(again, path);
  await expect(sent().getByText("Sent · verified")).toBeVisible();
});

test("the sender's program is killed and started again: the receiver goes on by itself", async () => {
  const { alice, laptop } = lab;
  const path = await moving();
  await killed(alice);
  await expect(received(laptop).getByText("Reconnecting…")).toBeVisible({ timeout: 30_000 });
  await expect(received(laptop).getByText(/^The connection broke at \d+ %\./)).toBeVisible();
  const again = await startAgain(alice, "alice");
  await isOnline(again.page);
  await expectWhole(laptop, path);
  await again.visit("Transfers");
  await expect(again.card("film.mp4, Bob").getByText("Sent · verified")).toBeVisible();
});

test("the network is killed: it goes on by itself in the next one", async () => {
  const { laptop, machine } = lab;
  const path = await moving();
  const parts = (await machine.processes()).filter((line) => /--role=(network|pf)/.test(line));
  expect(parts).toHaveLength(4);
  for (const line of parts) process.kill(Number.parseInt(line, 10), "SIGKILL");
  await expect(received(laptop).getByText("Reconnecting…")).toBeVisible({ timeout: 30_000 });
  await expectWhole(laptop, path);
  await expect(sent().getByText("Sent · verified")).toBeVisible();
});

test("quitting pauses, and what had arrived is deleted only when its card is put away", async () => {
  const { laptop } = lab;
  await moving();
  await laptop.application.app.evaluate(({ app }) => {
    app.quit();
  });
  const question = laptop.page.getByRole("alertdialog");
  await question.getByRole("button", { name: "Pause and quit" }).click();
  const again = await frozen(lab.alice, async () => {
    expect(await laptop.application.ended).toBe(0);
    const started = await startAgain(laptop, "bob-laptop");
    await isOnline(started.page);
    await started.visit("Transfers");
    await expect(received(started).getByRole("button", { name: /^Resume from/ })).toBeVisible();
    await received(started).getByRole("button", { name: "Dismiss" }).click();
    const sure = started.page.getByRole("alertdialog");
    await expect(sure.getByText(/film\.mp4 is kept for resuming\./)).toBeVisible();
    await sure.getByRole("button", { name: "Remove and delete" }).click();
    await expect(received(started)).toBeHidden();
    return started;
  });
  await again.visit("History");
  await expect(again.entry("film.mp4")).toContainText("Interrupted");
});
