import { join } from "node:path";
import { expect, test } from "@playwright/test";
import type { CpmProcess } from "../../support/cpm-process.ts";
import { answer, expectNoFailure, expectReceived, sha256 } from "../support/app-window.ts";
import { sharedLab } from "../support/lab.ts";
import { coreOf } from "../support/lab-record.ts";

const lab = sharedLab();

/** Somebody without windows: what they may do is the command line's. */
async function somebody(
  command: "client" | "send",
  name: "anna@a.example" | "carol@b.example",
  ...args: readonly string[]
): Promise<CpmProcess> {
  const { machine } = lab;
  const core = await coreOf(machine, name.slice(name.indexOf("@") + 1));
  const profile = machine.profile(`${name.slice(0, name.indexOf("@"))}-${command}`);
  return machine.command(
    ...[command, ...args, "--as", `sip:${name}`, "--core", core, "--profile", profile, "--json"],
  );
}

test("two people get an offer each, in one card; one takes the files, the other does not", async () => {
  const { alice, laptop, machine } = lab;
  const carol = await somebody("client", "carol@b.example", "--accept", "none");
  await carol.event("registered");
  const path = await machine.file("minutes.txt", Buffer.alloc(30_000, 4));
  await alice.visit("Send");
  await alice.drop([path], "Add to this offer");
  const { page } = alice;
  for (const name of ["Bob", "Carol"]) {
    await page.getByRole("combobox", { name: "To" }).fill(name);
    await page
      .getByRole("option", { name: new RegExp(`^${name}`) })
      .first()
      .click();
  }
  await page.getByRole("button", { name: "Send 1 file to Bob and Carol" }).click();

  const card = alice.card("minutes.txt");
  await expect(card.getByText("to Bob and Carol")).toBeVisible();
  const lines = card.getByRole("listitem");
  await expect(lines).toHaveCount(2);
  await expect(lines.filter({ hasText: "Carol" }).getByText("Declined")).toBeVisible();
  const offer = laptop.offer("Alice wants to send you a file");
  await answer(offer.getByRole("button", { name: /^Accept/ }));
  await expect(lines.filter({ hasText: "Bob" }).getByText("Sent · verified")).toBeVisible();
  await expect(card.getByText("1 of 2 people accepted")).toBeVisible();
  await expectReceived(laptop, path);
  await alice.visit("History");
  await expect(alice.entry("minutes.txt")).toHaveCount(2);
  await expectNoFailure(alice, laptop);
  await carol.stop();
});

test("offers of two people at a time stand one under the other, and both arrive", async () => {
  const { alice, laptop, machine } = lab;
  const plan = await machine.file("plan.txt", Buffer.alloc(40_000, 6));
  const song = await machine.file("song.mp3", Buffer.alloc(50_000, 7));
  await alice.sendTo("Bob", [plan]);
  const first = laptop.offer(/^Alice wants to send you a file/);
  await expect(first).toBeVisible();
  const anna = await somebody("send", "anna@a.example", song, "--to", "sip:bob@b.example");
  const second = laptop.offer(/^Anna wants to send you a file/);
  await expect(second).toBeVisible();
  await expect(first.getByRole("button", { name: /^Accept/ })).toBeVisible();

  await answer(second.getByRole("button", { name: "Review" }));
  await answer(second.getByRole("button", { name: /^Accept/ }));
  await expect(laptop.offer("song.mp3").getByText("Received · verified")).toBeVisible();
  await answer(first.getByRole("button", { name: /^Accept/ }));
  await expect(laptop.offer("plan.txt").getByText("Received · verified")).toBeVisible();
  expect(await anna.exit()).toBe(0);
  await expectReceived(laptop, plan, song);
  expect(await sha256(join(laptop.folder, "song.mp3"))).toBe(await sha256(song));
  await expectNoFailure(alice, laptop);
});
