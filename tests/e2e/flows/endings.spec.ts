import { truncate } from "node:fs/promises";
import { expect, test } from "@playwright/test";
import { AppWindow, answer, expectNoFailure, expectReceived } from "../support/app-window.ts";
import { isOnline } from "../support/application.ts";
import { keepPictures, type Lab, openLab } from "../support/lab.ts";
import { labRecord } from "../support/lab-record.ts";

/** Programs, pages and networks end in these tests, so each has a lab of its own. */
let lab: Lab;

test.beforeEach(async () => {
  test.setTimeout(120_000);
  lab = await openLab();
});

test.afterEach(async () => {
  await keepPictures(
    test.info(),
    [lab.alice, lab.laptop, lab.phone].map(({ page }) => page),
  );
  await lab.end();
});

async function sendAndAccept(path: string, on: AppWindow): Promise<void> {
  await lab.alice.sendTo("Bob", [path]);
  const offer = on.offer("Alice wants to send you a file");
  await answer(offer.getByRole("button", { name: /^Accept/ }));
}

async function longFile(name: string): Promise<string> {
  const path = await lab.machine.file(name, "");
  await truncate(path, 300_000_000);
  return path;
}

/** Starts a device of Bob again, as its user does: with nothing but the profile. */
async function startAgain(window: AppWindow, device: string): Promise<AppWindow> {
  const place = ["--bounds", "640,0,640,760", "--code", "B1"];
  return new AppWindow(await lab.machine.start(device, ...place), window.folder);
}

test("a page that is killed while files run: they arrive, and it shows them", async () => {
  const { alice, laptop } = lab;
  const path = await longFile("steady.mp4");
  await sendAndAccept(path, laptop);
  const { app } = laptop.application;
  const octets = async (): Promise<number> => (await alice.cards())[0]?.files[0]?.octets ?? 0;
  await expect.poll(async () => (await alice.cards())[0]?.state).toBe("transferring");
  await app.evaluate(({ BrowserWindow }) => {
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
  });
  expect(await octets()).toBeLessThan(300_000_000);
  await expect(alice.card("steady.mp4, Bob").getByText("Sent · verified")).toBeVisible({
    timeout: 60_000,
  });
  // The tool that drives the windows has lost this one; the window itself has not.
  const shown = (): Promise<unknown> =>
    app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript("document.body.innerText"),
    );
  await expect.poll(shown).toContain("Received · verified");
  await expectReceived(laptop, path);
});

test("a device that is started again is signed in by itself, with its cards and its history", async () => {
  const { laptop, machine } = lab;
  const path = await machine.file("plan.txt", Buffer.alloc(20_000, 1));
  await sendAndAccept(path, laptop);
  await expect(laptop.offer("plan.txt").getByText("Received · verified")).toBeVisible();
  await laptop.application.app.evaluate(({ app }) => {
    app.quit();
  });
  expect(await laptop.application.ended).toBe(0);

  const again = await startAgain(laptop, "bob-laptop");
  await isOnline(again.page);
  await again.visit("Transfers");
  await expect(again.card("plan.txt, Alice").getByText("Received · verified")).toBeVisible();
  await again.visit("History");
  await expect(again.entry("plan.txt")).toContainText("Received · verified");
  const next = await machine.file("next.txt", Buffer.alloc(20_000, 2));
  await sendAndAccept(next, again);
  await expect(again.offer("next.txt").getByText("Received · verified")).toBeVisible();
  await expectReceived(again, path, next);
});

test("a device that is killed while files run says so when it is back, and goes on", async () => {
  const { alice, laptop } = lab;
  const path = await longFile("broken.mp4");
  await sendAndAccept(path, laptop);
  await expect.poll(async () => (await laptop.cards())[0]?.state).toBe("transferring");
  laptop.application.process.kill("SIGKILL");
  await laptop.application.ended;
  const sent = alice.card("broken.mp4, Bob");
  await expect(sent.getByText("Reconnecting…")).toBeVisible({ timeout: 45_000 });

  const again = await startAgain(laptop, "bob-laptop");
  await isOnline(again.page);
  await again.visit("Transfers");
  // Alice's device offers the rest as soon as this one is there, unless its user is faster.
  const received = again.card("broken.mp4, Alice");
  await expect(received.getByText("Received · verified")).toBeVisible({ timeout: 60_000 });
  await expect(sent.getByText("Sent · verified")).toBeVisible();
  await expectReceived(again, path);
});

/** How a window's registration goes from now on, as a list that grows; being offline with its reason. */
async function follow({ page }: AppWindow): Promise<() => Promise<readonly string[]>> {
  const told = await page.evaluateHandle(() => {
    const names: string[] = [];
    window.cpm.on("app.changed", ({ registration }) => {
      if (registration === undefined || registration === null) return;
      names.push(registration.name === "offline" ? registration.reason : registration.name);
    });
    return names;
  });
  return () => told.jsonValue();
}

const ENDED = "The network inside the app has ended, and is started again.";

async function expectBackOnline(windows: readonly AppWindow[], end: () => void): Promise<void> {
  const stories = await Promise.all(windows.map(follow));
  end();
  for (const story of stories)
    await expect
      .poll(async () => [...new Set(await story())], { timeout: 30_000 })
      .toEqual([ENDED, "connecting", "online"]);
  for (const { page } of windows) await isOnline(page);
}

test("the network is killed: every window says why it is offline, and one brings it back", async () => {
  const { alice, laptop, phone, machine } = lab;
  const parts = (await machine.processes()).filter((line) => /--role=(network|pf)/.test(line));
  expect(parts).toHaveLength(4);
  const seen = expect(laptop.page.getByText(`You are offline. Offers cannot reach you. ${ENDED}`));
  await Promise.all([
    seen.toBeVisible(),
    expectBackOnline([alice, laptop, phone], () => {
      for (const line of parts) process.kill(Number.parseInt(line, 10), "SIGKILL");
    }),
  ]);
  const path = await machine.file("after.txt", Buffer.alloc(20_000, 3));
  await sendAndAccept(path, phone);
  await expect(phone.offer("after.txt").getByText("Received · verified")).toBeVisible();
  await expectReceived(phone, path);
  await expectNoFailure(alice, laptop, phone);

  // Alice's window ran it: with that, the network ends too, and another window takes over.
  const { pid } = await labRecord(machine);
  const owner = [alice, laptop, phone].find(({ application }) => application.process.pid === pid);
  expect(owner, "the window that runs the network").toBeDefined();
  const others = [alice, laptop, phone].filter((window) => window !== owner);
  await expectBackOnline(others, () => owner?.application.process.kill("SIGKILL"));
  const [from, to] = others;
  if (from === undefined || to === undefined) throw new Error("two windows are left");
  const again = await machine.file("again.txt", Buffer.alloc(20_000, 4));
  await from.visit("Transfers");
  await from.drop([again], `Send to ${from === alice ? "Bob" : "my other devices"} at once`);
  const offer = to.offer(/wants to send you a file$/);
  await answer(offer.getByRole("button", { name: /^Accept/ }));
  await expect(to.offer("again.txt").getByText("Received · verified")).toBeVisible();
  await expectReceived(to, again);
});
