import { readdir } from "node:fs/promises";
import { expect, test } from "@playwright/test";
import {
  answer,
  choose,
  expectNoFailure,
  expectReceived,
  listen,
  press,
  tick,
} from "../support/app-window.ts";
import { sharedLab } from "../support/lab.ts";

const lab = sharedLab();

function file(name: string, octets = 20_000): Promise<string> {
  return lab.machine.file(name, Buffer.alloc(octets, name));
}

test("two of three files are taken: both sides name the third, totals count two", async () => {
  const { alice, laptop, phone } = lab;
  const plan = await file("plan.pdf", 210_000);
  const photo = await file("photo.jpg", 1_240_000);
  const notes = await file("notes.txt", 10_000);
  const said = await listen(laptop);
  const saidToAlice = await listen(alice);
  await alice.sendTo("Bob", [plan, photo, notes]);

  const offer = laptop.offer("Alice wants to send you 3 files");
  await tick(offer, "photo.jpg", false);
  await expect(offer.getByText("Alice will see that you did not take photo.jpg.")).toBeVisible();
  await expect.poll(said).toContain("2 of 3 files, 220 kilobytes selected.");
  await answer(offer.getByRole("button", { name: "Accept 2 of 3 · 220 kB" }));

  const received = laptop.offer("plan.pdf and 2 more");
  await expect(received.getByText("Partly received (2 of 3)")).toBeVisible();
  await expect(received.getByText("2 of 2 verified")).toBeVisible();
  await expect(received.getByText("220 kB")).toBeVisible();
  const sent = alice.card("plan.pdf and 2 more, Bob");
  await expect(sent.getByText("Partly sent (2 of 3)")).toBeVisible();
  await expect(sent.getByText("Bob took 2 of 3 files; photo.jpg was not wanted.")).toBeVisible();
  await expect(sent.getByText("220 kB", { exact: true })).toBeVisible();

  await expectReceived(laptop, plan, notes);
  expect((await readdir(laptop.folder)).sort()).toEqual(["notes.txt", "plan.pdf"]);
  await expect
    .poll(said)
    .toEqual([
      "Alice wants to send you 3 files, 1.46 megabytes. Press Ctrl+I to review.",
      "2 of 3 files, 220 kilobytes selected.",
      "Accepted 2 files from Alice. Receiving.",
      "Received 2 files from Alice. Verified.",
    ]);
  await expect.poll(saidToAlice).toContain("Bob took 2 of 3 files; photo.jpg was not wanted.");
  await alice.visit("History");
  await expect(alice.entry("plan.pdf and 2 more").first()).toContainText("Partly sent (2 of 3)");
  await laptop.visit("History");
  await expect(laptop.entry("plan.pdf and 2 more").first()).toContainText(
    "Partly received (2 of 3)",
  );
  await expectNoFailure(alice, laptop, phone);
});

test.describe("declining", () => {
  test("only here: the other device keeps ringing and takes the file", async () => {
    const { alice, laptop, phone } = lab;
    const path = await file("here.txt");
    await alice.sendTo("Bob", [path]);
    const offer = laptop.offer("Alice wants to send you a file");
    await choose(
      laptop.page,
      offer.getByRole("button", { name: "Ways to decline" }),
      "Decline only on this device",
    );
    await expect(laptop.offer("You declined the offer from Alice.")).toBeVisible();
    const other = phone.offer("Alice wants to send you a file");
    await answer(other.getByRole("button", { name: /^Accept/ }));
    await expect(phone.offer("here.txt").getByText("Received · verified")).toBeVisible();
    await expect(alice.card("here.txt, Bob").getByText("Sent · verified")).toBeVisible();
    await expectReceived(phone, path);
    await expect(
      laptop.offer("You declined the offer from Alice.").getByText("Declined", { exact: true }),
    ).toBeVisible();
    await laptop.visit("History");
    await expect(laptop.entry("here.txt")).toContainText("Declined");
  });

  test("everywhere: no device rings any more, and each says why", async () => {
    const { alice, laptop, phone } = lab;
    await alice.sendTo("Bob", [await file("everywhere.txt")]);
    const offer = laptop.offer("Alice wants to send you a file");
    await expect(phone.offer("Alice wants to send you a file")).toBeVisible();
    await answer(offer.getByRole("button", { name: "Decline", exact: true }));
    const other = phone.offer("You declined the offer from Alice on another device.");
    await expect(other.getByText("Declined on another device")).toBeVisible();
    const sent = alice.card("everywhere.txt, Bob");
    await expect(sent.getByText("Declined", { exact: true })).toBeVisible();
    await expect(sent.getByText("Bob declined. No file was sent.")).toBeVisible();
    await phone.visit("History");
    await expect(phone.entry("everywhere.txt")).toContainText("Declined on another device");
    await expect(phone.entry("Missed")).toHaveCount(0);
    await expectNoFailure(alice, laptop, phone);
  });
});

test("withdrawn while it rings, every device says that Alice cancelled", async () => {
  const { alice, laptop, phone } = lab;
  await alice.sendTo("Bob", [await file("withdrawn.txt")]);
  for (const window of [laptop, phone])
    await expect(window.offer("Alice wants to send you a file")).toBeVisible();
  const sent = alice.card("withdrawn.txt, Bob");
  await expect(sent.getByText("Waiting for answer")).toBeVisible();
  await sent.getByRole("button", { name: "Cancel withdrawn.txt" }).click();
  await expect(sent.getByText("Cancelled", { exact: true })).toBeVisible();
  for (const window of [laptop, phone]) {
    const offer = window.offer("Alice cancelled the offer.");
    await expect(offer.getByText("Cancelled by Alice")).toBeVisible();
    await expect(offer.getByRole("button", { name: "Ask Alice to send again" })).toBeVisible();
    await window.visit("History");
    await expect(window.entry("withdrawn.txt")).toContainText("Cancelled by Alice");
  }
});

test("missed: it stays, Bob asks for it, and one press of Alice sends it again", async () => {
  const { alice, laptop, phone } = lab;
  for (const window of [laptop, phone]) await window.ask("settings.change", { ringTimeS: 10 });
  const path = await file("missed.txt");
  await alice.sendTo("Bob", [path]);
  const missed = laptop.offer("You missed a file from Alice.");
  await expect(missed).toBeVisible({ timeout: 20_000 });
  await expect(missed.getByText("Missed", { exact: true })).toBeVisible();
  const sent = alice.card("missed.txt, Bob");
  await expect(sent.getByText("No answer", { exact: true })).toBeVisible();
  await expect(sent.getByText("Bob did not answer. No file was sent.")).toBeVisible();
  await laptop.visit("History");
  await expect(laptop.entry("missed.txt")).toContainText("Missed");
  for (const window of [laptop, phone]) await window.ask("settings.change", { ringTimeS: 180 });

  await missed.getByRole("button", { name: "Ask Alice to send again" }).click();
  await expect(missed).toBeHidden();
  const notice = alice.page.getByText("Bob missed your offer of 1 file and asks for it again.");
  await expect(notice).toBeVisible();
  await alice.page.getByRole("button", { name: "Send again" }).first().click();
  await expect(notice).toBeHidden();
  const offer = laptop.offer("Alice wants to send you a file");
  await answer(offer.getByRole("button", { name: /^Accept/ }));
  await expect(laptop.offer("missed.txt").getByText("Received · verified")).toBeVisible();
  await expectReceived(laptop, path);
});

test("do not disturb answers busy; a device without it still rings", async () => {
  const { alice, laptop, phone } = lab;
  await laptop.visit("Settings");
  const isOn = laptop.page.getByRole("switch", { name: "Do not disturb" });
  await isOn.click({ force: true });
  await expect(
    laptop.page.getByText("Do not disturb: offers are answered with “busy”."),
  ).toBeVisible();

  await alice.sendTo("Bob", [await file("quiet.txt")]);
  const offer = phone.offer("Alice wants to send you a file");
  await expect(offer).toBeVisible();
  await expect(laptop.page.getByRole("region", { name: "Incoming offers" })).toBeHidden();
  await press(offer.getByRole("button", { name: "Silence here" }), () =>
    expect(offer).toBeHidden({ timeout: 1_000 }),
  );
  await alice.card("quiet.txt, Bob").getByRole("button", { name: "Cancel quiet.txt" }).click();
  await phone.visit("Transfers");
  await expect(phone.card("quiet.txt, Alice").getByText("Cancelled by Alice")).toBeVisible();

  await phone.ask("settings.change", { isDoNotDisturb: true });
  await alice.sendTo("Bob", [await file("busy.txt")]);
  const sent = alice.card("busy.txt, Bob");
  await expect(
    sent.getByText("Bob is not taking offers right now. No file was sent."),
  ).toBeVisible();
  for (const window of [laptop, phone]) {
    const off = window.page.getByRole("button", { name: "Turn off" });
    await off.click();
    await expect(off).toBeHidden();
  }
  await expectNoFailure(alice, laptop, phone);
});
