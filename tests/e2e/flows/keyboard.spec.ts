import { expect, type Page, test } from "@playwright/test";
import { expectNoFailure, expectReceived, listen } from "../support/app-window.ts";
import { sharedLab } from "../support/lab.ts";

const lab = sharedLab();

/** Presses a key until the focus is where it is wanted. */
async function tabTo(page: Page, name: string | RegExp, key = "Tab"): Promise<void> {
  const target = page.getByRole("button", { name });
  await expect(async () => {
    await page.keyboard.press(key);
    await expect(target).toBeFocused({ timeout: 100 });
  }).toPass({ intervals: [0], timeout: 15_000 });
}

test("keys alone lead from the drop to “verified” on both sides", async () => {
  const { alice, laptop, machine } = lab;
  const plan = await machine.file("plan.pdf", Buffer.alloc(40_000, 1));
  const notes = await machine.file("notes.txt", Buffer.alloc(4_000, 2));
  const extra = await machine.file("extra.txt", Buffer.alloc(2_000, 3));
  const said = await listen(laptop);
  await alice.drop([plan, notes, extra], "Add to this offer");

  const sender = alice.page.keyboard;
  await expect(alice.page.getByText("3 files · 46 kB")).toBeVisible();
  await expect(async () => {
    await sender.press("Tab");
    await expect(alice.page.getByRole("combobox", { name: "To" })).toBeFocused({ timeout: 100 });
  }).toPass({ intervals: [0], timeout: 15_000 });
  await sender.type("bo");
  await expect(alice.page.getByRole("option", { name: /^Bob/ }).first()).toBeVisible();
  await sender.press("Enter");
  await expect(alice.page.getByRole("button", { name: "Remove Bob" })).toBeVisible();
  await tabTo(alice.page, "Send 3 files to Bob");
  await sender.press("Enter");
  await expect(alice.page.getByRole("heading", { name: "Transfers", level: 1 })).toBeVisible();

  const receiver = laptop.page.keyboard;
  const offer = laptop.offer("Alice wants to send you 3 files");
  await expect(offer).toBeVisible();
  await receiver.press("Control+i");
  await expect(offer).toBeFocused();
  // To the files, down to the last one, and its tick away.
  const row = offer.getByRole("row", { name: "extra.txt" });
  await expect(async () => {
    await receiver.press("Tab");
    await expect(offer.getByRole("row").first()).toBeFocused({ timeout: 100 });
  }).toPass({ intervals: [0], timeout: 15_000 });
  await receiver.press("End");
  await expect(row).toBeFocused();
  await expect(async () => {
    if ((await row.getAttribute("aria-selected")) === "true") await receiver.press("Space");
    await expect(row).toHaveAttribute("aria-selected", "false", { timeout: 500 });
  }).toPass({ timeout: 10_000 });
  await expect(offer.getByRole("button", { name: "Accept 2 of 3 · 44 kB" })).toBeVisible();
  await receiver.press("Control+Enter");

  const received = laptop.offer("plan.pdf and 2 more");
  await expect(received.getByText("2 of 2 verified")).toBeVisible();
  await expect.poll(said).toContain("Received 2 files from Alice. Verified.");
  const sent = alice.card("plan.pdf and 2 more, Bob");
  await expect(sent.getByText("Partly sent (2 of 3)")).toBeVisible();
  await expectReceived(laptop, plan, notes);
  await expectNoFailure(alice, laptop);
});

test("one file, keys only: Received · verified and Sent · verified", async () => {
  const { alice, phone, machine } = lab;
  const path = await machine.file("single.txt", Buffer.alloc(9_000, 8));
  await alice.drop([path], "Send to Bob at once");
  const offer = phone.offer("Alice wants to send you a file");
  await expect(offer).toBeVisible();
  await phone.page.keyboard.press("Control+i");
  await expect(offer).toBeFocused();
  await expect(async () => {
    await phone.page.keyboard.press("Control+Enter");
    await expect(offer).toBeHidden({ timeout: 1_000 });
  }).toPass({ timeout: 10_000 });
  const received = phone.offer("single.txt");
  await expect(received.getByText("Received · verified")).toBeVisible();
  // The focus is still on the card that was answered.
  await expect(
    received.locator(":focus").or(phone.page.locator("[data-offer]:focus")),
  ).toBeVisible();
  await expect(alice.card("single.txt, Bob").getByText("Sent · verified")).toBeVisible();
  await expectReceived(phone, path);
});
