import { execFile } from "node:child_process";
import { open, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { expect, type Page, test } from "@playwright/test";
import {
  type AppWindow,
  answer,
  choose,
  expectNoFailure,
  expectReceived,
  fileOf,
  press,
  sha256,
  tick,
} from "../support/app-window.ts";
import { sharedLab } from "../support/lab.ts";
import { mountSmallDisk, type SmallDisk } from "../support/small-disk.ts";

const lab = sharedLab();

function file(name: string, content: string | Uint8Array): Promise<string> {
  return lab.machine.file(name, content);
}

function acceptButton(window: AppWindow): ReturnType<Page["getByRole"]> {
  return window.offer(/^Alice wants to send you/).getByRole("button", { name: /^Accept/ });
}

/** The desktop of a window answers as a test wants, and remembers what it was asked to do. */
async function standIn(window: AppWindow): Promise<() => Promise<readonly string[]>> {
  const { app } = window.application;
  await app.evaluate(({ shell }) => {
    const done: string[] = [];
    Object.assign(globalThis, { desktopDone: done });
    shell.openPath = (path) => {
      done.push(`open ${path}`);
      return Promise.resolve("");
    };
    shell.showItemInFolder = (path) => {
      done.push(`show ${path}`);
    };
  });
  return () => app.evaluate(() => (globalThis as unknown as { desktopDone: string[] }).desktopDone);
}

test.describe("no room", () => {
  let disk: SmallDisk | undefined;

  test.afterEach(async () => {
    await lab.laptop.ask("settings.change", { receiveFolder: lab.laptop.folder });
    await disk?.unmount();
    disk = undefined;
  });

  test("accepting is not possible and says why; in another folder it is", async () => {
    const { alice, laptop } = lab;
    disk = await mountSmallDisk(join(lab.machine.folder, "small-disk"), 8);
    test.skip(disk === undefined, "a small disk can be mounted by root on Linux only");
    if (disk === undefined) return;
    const { folder } = disk;
    await laptop.ask("settings.change", { receiveFolder: folder });
    const path = await file("large.mp4", Buffer.alloc(12_000_000, 5));
    await alice.sendTo("Bob", [path]);

    const offer = laptop.offer("Alice wants to send you a file");
    await expect(offer.getByText(/^Alice offers 12 MB, only .+ (free|are free)\.$/)).toBeVisible();
    await expect(fileOf(offer, "large.mp4").getByText("No room in this folder")).toBeVisible();
    await expect(acceptButton(laptop)).toBeHidden();
    await laptop.application.app.evaluate(({ dialog }, chosen) => {
      dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
    }, laptop.folder);
    await press(offer.getByRole("button", { name: "Choose another folder…" }), () =>
      expect(acceptButton(laptop)).toBeEnabled({ timeout: 2_000 }),
    );
    await answer(acceptButton(laptop));
    await expect(laptop.offer("large.mp4").getByText("Received · verified")).toBeVisible();
    await expectReceived(laptop, path);
    expect(await readdir(folder)).toEqual([]);
    await expectNoFailure(alice, laptop);
  });
});

test.describe("a name that is taken", () => {
  async function offerOver(
    name: string,
    policy: "Keep both" | "Replace" | "Skip",
  ): Promise<{ readonly sent: string; readonly there: string }> {
    const { alice, laptop } = lab;
    const there = join(laptop.folder, name);
    await writeFile(there, `mine: ${name}`);
    const sent = await file(name, `theirs: ${name}`);
    const other = await file(`beside-${name}`, "another one");
    await alice.sendTo("Bob", [sent, other]);
    const offer = laptop.offer("Alice wants to send you 2 files");
    const menu = fileOf(offer, name)
      .filter({ hasNotText: "beside" })
      .getByRole("button", { name: /^Name exists/ });
    await expect(async () => {
      await choose(laptop.page, menu, policy);
      await expect(menu).toContainText(policy, { timeout: 1_000 });
    }).toPass({ timeout: 15_000 });
    return { sent, there };
  }

  test("keep both: the new one gets a number", async () => {
    const { laptop } = lab;
    const { sent, there } = await offerOver("both.txt", "Keep both");
    await answer(acceptButton(laptop));
    await expect(
      laptop.offer("both.txt and 1 more").getByText("Received · verified"),
    ).toBeVisible();
    expect(await readFile(there, "utf8")).toBe("mine: both.txt");
    expect(await sha256(join(laptop.folder, "both (1).txt"))).toBe(await sha256(sent));
  });

  test("replace: the new one has the name, the old one lies in the bin", async () => {
    const { laptop } = lab;
    const { sent, there } = await offerOver("new.txt", "Replace");
    await answer(acceptButton(laptop));
    await expect(laptop.offer("new.txt and 1 more").getByText("Received · verified")).toBeVisible();
    await expect.poll(() => sha256(there)).toBe(await sha256(sent));
    expect(await readdir(laptop.folder)).not.toContain("new (1).txt");
    expect(await trashed("new.txt")).toEqual(["mine: new.txt"]);
  });

  test("skip: nothing of it is changed, and Alice sees that it was not taken", async () => {
    const { alice, laptop } = lab;
    const { there } = await offerOver("skip.txt", "Skip");
    await answer(acceptButton(laptop));
    await expect(
      laptop.offer("skip.txt and 1 more").getByText("Partly received (1 of 2)"),
    ).toBeVisible();
    expect(await readFile(there, "utf8")).toBe("mine: skip.txt");
    expect(await readdir(laptop.folder)).not.toContain("skip (1).txt");
    await expect(
      alice
        .card("skip.txt and 1 more, Bob")
        .getByText("Bob took 1 of 2 files; skip.txt was not wanted."),
    ).toBeVisible();
  });

  /** Contents of the files of that name in the user's bin. */
  async function trashed(name: string): Promise<readonly string[]> {
    const { stdout } = await promisify(execFile)("find", [
      ...[lab.machine.folder, "-path", "*rash*", "-name", `${name}*`, "-type", "f"],
    ]);
    const paths = stdout.split("\n").filter((path) => path !== "" && !path.endsWith(".trashinfo"));
    return Promise.all(paths.map((path) => readFile(path, "utf8")));
  }
});

test("what can run programs is not ticked, and opening it asks first", async () => {
  const { alice, laptop } = lab;
  const script = await file("setup.sh", "#!/bin/sh\n");
  const text = await file("readme.txt", "read me");
  const done = await standIn(laptop);
  await alice.sendTo("Bob", [script, text]);
  const offer = laptop.offer("Alice wants to send you 2 files");
  const row = fileOf(offer, "setup.sh");
  await expect(row).toHaveAttribute("aria-selected", "false");
  await expect(row.getByText("Can run programs")).toBeVisible();
  await tick(offer, "setup.sh", true);
  await answer(acceptButton(laptop));
  await expect(laptop.offer("setup.sh and 1 more").getByText("Received · verified")).toBeVisible();
  await expectReceived(laptop, script, text);
  expect((await stat(join(laptop.folder, "setup.sh"))).mode & 0o111).toBe(0);

  await laptop.visit("History");
  const entry = laptop.entry("setup.sh and 1 more");
  await entry.getByRole("button", { name: "Show files" }).click();
  await entry
    .getByRole("listitem")
    .filter({ hasText: /setup\s*\.sh/ })
    .getByRole("button", { name: "Open" })
    .click();
  const question = laptop.page.getByRole("alertdialog", { name: "Open setup.sh?" });
  await expect(question.getByText("This file can run programs.")).toBeVisible();
  await question.getByRole("button", { name: "Show in folder" }).click();
  await expect.poll(done).toEqual([`show ${join(laptop.folder, "setup.sh")}`]);
});

/** Changes one octet and leaves no sign of it, as a failing disk does. */
async function flipOctet(path: string, at: number): Promise<void> {
  const { atime, mtime } = await stat(path);
  const handle = await open(path, "r+");
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, at);
  await handle.write(Buffer.from([(buffer[0] ?? 0) ^ 1]), 0, 1, at);
  await handle.close();
  await utimes(path, atime, mtime);
}

test("one octet differs: both say so, it is set aside, and can be had again", async () => {
  const { alice, laptop } = lab;
  const path = await file("photo.jpg", Buffer.alloc(60_000, 9));
  // Whole milliseconds can be put back exactly.
  await utimes(path, new Date(1_700_000_000_000), new Date(1_700_000_000_000));
  await alice.sendTo("Bob", [path]);
  await expect(acceptButton(laptop)).toBeVisible();
  await flipOctet(path, 30_000);
  await answer(acceptButton(laptop));

  const received = laptop.offer("photo.jpg");
  await expect(received.getByText("Failed verification")).toBeVisible();
  await expect(
    received.getByText("photo.jpg arrived damaged. It was set aside and not opened."),
  ).toBeVisible();
  const sent = alice.card("photo.jpg, Bob");
  await expect(sent.getByText("Failed verification")).toBeVisible();
  await expect(sent.getByText(/^photo\.jpg arrived damaged at Bob's device/)).toBeVisible();
  expect(await readdir(laptop.folder)).toContain("photo.jpg.damaged");
  expect(await readdir(laptop.folder)).not.toContain("photo.jpg");

  await received.getByRole("button", { name: "Get it again" }).click();
  const notice = alice.page.getByText("photo.jpg arrived damaged. Bob asks for it again.");
  await expect(notice).toBeVisible();
  await alice.page.getByRole("button", { name: "Send again" }).first().click();
  await expect(notice).toBeHidden();
  await answer(acceptButton(laptop));
  await expect(laptop.offer("photo.jpg").getByText("Received · verified")).toBeVisible();
  expect(await sha256(join(laptop.folder, basename(path)))).toBe(await sha256(path));
});
