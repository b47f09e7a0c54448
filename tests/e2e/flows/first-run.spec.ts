import { join } from "node:path";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { AppWindow, sha256 } from "../support/app-window.ts";
import { type Application, isOnline, Machine } from "../support/application.ts";
import { keepPictures } from "../support/lab.ts";
import { coreOf } from "../support/lab-record.ts";

let machine: Machine;
let application: Application;
let page: Page;

test.beforeEach(async () => {
  machine = await Machine.make();
  application = await machine.start("fresh");
  ({ page } = application);
  await expect(page.getByRole("heading", { name: "Welcome to CPM Courier" })).toBeVisible();
});

test.afterEach(async () => {
  await keepPictures(test.info(), [page]);
  await machine.end();
});

/** Counts what a user must press. */
class Clicks {
  count = 0;

  async on(target: Locator): Promise<void> {
    await target.click();
    this.count += 1;
  }
}

/**
 * Programs that the application starts are held back, so that the test can start them with the same arguments and
 * reach their windows.
 * @returns the arguments of the one that was to be started, without those of the system
 */
async function holdPrograms(): Promise<() => Promise<readonly string[]>> {
  const { app } = application;
  await app.evaluate(() => {
    const held: string[] = [];
    Object.assign(globalThis, { heldArguments: held });
    const programs = process.getBuiltinModule("node:child_process");
    Object.assign(programs, {
      spawn: (_executable: string, args: readonly string[]) => {
        held.push(...args.slice(args.indexOf("--profile")));
        return { unref: () => undefined };
      },
    });
    process.getBuiltinModule("node:module").syncBuiltinESMExports();
  });
  return () =>
    app.evaluate(() => (globalThis as unknown as { heldArguments: string[] }).heldArguments);
}

test("from nothing to the first verified file in four clicks", async () => {
  test.setTimeout(90_000);
  const clicks = new Clicks();
  await clicks.on(page.getByRole("button", { name: "Start" }));
  await isOnline(page);
  const opened = await holdPrograms();
  await clicks.on(page.getByRole("button", { name: "Open Bob’s phone and add a sample" }));
  await expect.poll(opened).not.toEqual([]);
  const bob = await machine.launch(...(await opened()));
  await isOnline(bob.page);
  await clicks.on(page.getByRole("button", { name: /^Send 1 file to Bob/ }));

  const phone = new AppWindow(bob, join(machine.folder, "Downloads", "CPM"));
  const accept = phone
    .offer("Alice wants to send you a file")
    .getByRole("button", { name: /^Accept/ });
  await expect(accept).toBeVisible();
  // Whoever reads before pressing takes longer than the moment in which the button does nothing.
  await expect
    .poll(async () => Date.now() - ((await phone.cards())[0]?.startedMs ?? 0))
    .toBeGreaterThan(1_500);
  await clicks.on(accept);
  await expect(phone.page.getByText("Received · verified").first()).toBeVisible();
  await expect(page.getByText("Sent · verified").first()).toBeVisible();
  process.stdout.write(
    `    clicks from the first window to the first verified file: ${String(clicks.count)}\n`,
  );
  expect(clicks.count).toBeLessThanOrEqual(4);

  const [sent] = await new AppWindow(application, "").cards();
  const [received] = await phone.cards();
  const paths = [sent?.files[0]?.path ?? "", received?.files[0]?.path ?? ""] as const;
  expect(await sha256(paths[1])).toBe(await sha256(paths[0]));
});

test.describe("connecting to a SIP core", () => {
  async function fill(field: string, value: string): Promise<void> {
    await page.getByRole("textbox", { name: field, exact: true }).fill(value);
  }

  async function expectFailure(sentence: string, field: string): Promise<void> {
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    const alert = page.getByRole("alert");
    await expect(alert).toContainText(sentence, { timeout: 20_000 });
    await expect(alert).toContainText("You are not signed in");
    await expect(page.getByRole("textbox", { name: field, exact: true })).toBeFocused();
  }

  test("each failure says what is wrong, and then it works", async () => {
    test.setTimeout(120_000);
    const network = machine.command("network", "up", "--lab", "--json");
    await network.event("ready");
    const core = await coreOf(machine, "a.example");
    await page.getByRole("radio", { name: /^Connect to a SIP core/ }).check({ force: true });
    await page.getByRole("button", { name: "Continue" }).click();

    await fill("Address", "alice@a.example");
    await fill("Password", "wrong");
    await fill("Server", core);
    await expectFailure(
      "The core did not accept your password. Check it, and the address.",
      "Password",
    );

    await fill("Address", "dave@a.example");
    await fill("Password", "demo");
    // Which users there are is nobody's business: the core tells the two apart to no one.
    await expectFailure("Check it, and the address.", "Password");

    await fill("Address", "alice@a.example");
    await fill("Server", "127.0.0.1:9");
    await expectFailure("The server does not answer.", "Server");

    await fill("Server", "nowhere.invalid");
    await expectFailure("There is no server of that name.", "Server");

    await fill("Server", core);
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await isOnline(page);
    await expect(page.getByRole("heading", { name: "Send", level: 1 })).toBeVisible();
    await expect(page.getByRole("contentinfo").getByText(`Network: ${core}`)).toBeVisible();
  });
});
