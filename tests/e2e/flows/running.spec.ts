import { readdir, truncate } from "node:fs/promises";
import { expect, type Locator, test } from "@playwright/test";
import {
  type AppWindow,
  answer,
  expectNoFailure,
  expectReceived,
  press,
} from "../support/app-window.ts";
import { sharedLab } from "../support/lab.ts";

const lab = sharedLab();

/** Long enough under way to be stopped; holds nothing, so that it costs the sender no disk. */
const LONG_OCTETS = 1_000_000_000;

async function longFile(name: string, octets = LONG_OCTETS): Promise<string> {
  const path = await lab.machine.file(name, "");
  await truncate(path, octets);
  return path;
}

async function acceptOn(window: AppWindow, sentence: string): Promise<void> {
  const offer = window.offer(sentence);
  await answer(offer.getByRole("button", { name: /^Accept/ }));
}

/** The bar's own words, for example `12%, 180 megabytes of 1.5 gigabytes`. */
function percentOf(card: Locator): () => Promise<number> {
  return async () => {
    const text = await card.getByRole("progressbar").getAttribute("aria-valuetext");
    return Number(/^(\d+)/.exec(text ?? "")?.[1] ?? -1);
  };
}

async function confirmCancel({ page }: AppWindow): Promise<void> {
  const dialog = page.getByRole("alertdialog", { name: "Cancel the transfer?" });
  await press(dialog.getByRole("button", { name: "Cancel transfer" }), () =>
    expect(dialog).toBeHidden({ timeout: 1_000 }),
  );
}

test("cancelled by the sender while it runs: nothing half is left with the receiver", async () => {
  test.setTimeout(90_000);
  const { alice, laptop } = lab;
  await alice.sendTo("Bob", [await longFile("long.mp4")]);
  await acceptOn(laptop, "Alice wants to send you a file");
  const sent = alice.card("long.mp4, Bob");
  // Cancelling asks where more than 100 MB would be lost.
  await expect.poll(percentOf(sent), { timeout: 30_000 }).toBeGreaterThan(11);
  await sent.getByRole("button", { name: "Cancel long.mp4" }).click();
  await confirmCancel(alice);

  await expect(sent.getByText("You cancelled. No file was sent.")).toBeVisible();
  const received = laptop.card("long.mp4, Alice");
  await laptop.visit("Transfers");
  await expect(received.getByText("Cancelled by Alice")).toBeVisible();
  await expect(
    received.getByText("Alice cancelled the transfer. No file was received."),
  ).toBeVisible();
  await expect.poll(() => readdir(laptop.folder)).toEqual([]);
  await laptop.visit("History");
  await expect(laptop.entry("long.mp4")).toContainText("Cancelled by Alice");
});

test("one file cancelled: the other one arrives, verified", async () => {
  test.setTimeout(90_000);
  const { alice, phone } = lab;
  const small = await lab.machine.file("small.txt", Buffer.alloc(30_000, "small"));
  await alice.sendTo("Bob", [small, await longFile("large.mp4")]);
  await acceptOn(phone, "Alice wants to send you 2 files");
  const sent = alice.card("small.txt and 1 more, Bob");
  const rows = sent.getByRole("grid", { name: "Files of small.txt and 1 more" });
  await expect(rows.getByRole("row", { name: "small.txt" }).getByText("Verified")).toBeVisible();
  await rows
    .getByRole("row", { name: "large.mp4" })
    .getByRole("button", { name: "Cancel this file" })
    .click();

  await expect(sent.getByText("Partly sent (1 of 2)")).toBeVisible();
  await expect(
    sent.getByText("You cancelled large.mp4. 1 of 2 files is complete and stays."),
  ).toBeVisible();
  const received = phone.offer("small.txt and 1 more");
  await expect(received.getByText("Partly received (1 of 2)")).toBeVisible();
  await expect(
    received.getByText("Alice cancelled large.mp4. 1 of 2 files is complete and stays."),
  ).toBeVisible();
  await expectReceived(phone, small);
  await expect.poll(() => readdir(phone.folder)).toEqual(["small.txt"]);
  await expectNoFailure(alice, phone);
});

test("a page that is loaded anew shows the transfer as it stands, which goes on", async () => {
  test.setTimeout(120_000);
  const { alice, laptop } = lab;
  const path = await longFile("steady.mp4", 300_000_000);
  await alice.sendTo("Bob", [path]);
  await acceptOn(laptop, "Alice wants to send you a file");
  await laptop.visit("Transfers");
  const received = laptop.card("steady.mp4, Alice");
  await expect.poll(percentOf(received), { timeout: 30_000 }).toBeGreaterThan(3);
  await Promise.all([laptop.page.reload(), alice.page.reload()]);
  await expect(received).toBeVisible();
  await expect(received.getByText("Received · verified")).toBeVisible({ timeout: 60_000 });
  await alice.visit("Transfers");
  await expect(alice.card("steady.mp4, Bob").getByText("Sent · verified")).toBeVisible();
  await expectReceived(laptop, path);
});
