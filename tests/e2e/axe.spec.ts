import { expect, type Page, test } from "@playwright/test";
import { NARROW, WIDE } from "../renderer/shots/gallery-page.ts";
import { POSES } from "../renderer/shots/poses.ts";
import { AppWindow } from "./support/app-window.ts";
import { type Application, Machine } from "./support/application.ts";
import { violationsOf } from "./support/axe.ts";
import { sharedGallery } from "./support/gallery.ts";

/** axe takes what is scrolled out of sight for hidden: as high as the longest page, so that nothing is. */
const HEIGHT_PX = 2600;
const TALL = { ...WIDE, heightPx: HEIGHT_PX } as const;
const TALL_NARROW = { ...NARROW, heightPx: HEIGHT_PX } as const;

/** In a plain Chromium and with the windows' own policy: the same elements, styles and browser as in the application. */
test.describe("axe finds nothing wrong with", () => {
  const gallery = sharedGallery();

  test("nothing at all, and is heard when there is something", async () => {
    const { page } = gallery();
    await gallery().show("transfers-active", TALL);
    expect(await violationsOf(page)).toEqual([]);
    await page.evaluate(() => {
      const pale = Object.assign(document.createElement("p"), { textContent: "Hardly seen" });
      pale.style.color = "rgb(200 200 200)";
      const other = Object.assign(document.createElement("button"), { textContent: "Send" });
      other.setAttribute("aria-label", "Accept");
      document.querySelector("main")?.append(pale, document.createElement("button"), other);
    });
    const rules = (await violationsOf(page)).map((line) => line.split(":", 1)[0]);
    expect(rules.toSorted()).toEqual([
      "button-name",
      "color-contrast",
      "label-content-name-mismatch",
    ]);
    expect(await violationsOf(page, "colours")).toHaveLength(1);
  });

  for (const pose of POSES)
    test(`${pose.name}, light, dark, in forced colours and narrow`, async () => {
      const { page } = gallery();
      await gallery().pose(pose, { ...TALL, theme: "light" });
      expect.soft(await violationsOf(page), "light").toEqual([]);
      await gallery().wear({ theme: "dark" });
      expect.soft(await violationsOf(page, "colours"), "dark").toEqual([]);
      await gallery().wear({ hasForcedColours: true });
      expect.soft(await violationsOf(page, "colours"), "forced colours").toEqual([]);
      await gallery().pose(pose, { ...TALL_NARROW, theme: "light" });
      expect.soft(await violationsOf(page, "layout"), "380 px wide").toEqual([]);
      expect.soft(gallery().takeComplaints(), "what the page complains of").toEqual([]);
    });
});

/** The pages of the gallery are these windows' pages; what only main gives them is checked here. */
test.describe("axe finds nothing wrong with the real", () => {
  let machine: Machine;

  test.beforeAll(async () => {
    machine = await Machine.make();
  });

  test.afterAll(async () => {
    await machine.end();
  });

  async function expectClean(page: Page, what: string): Promise<void> {
    expect.soft(await violationsOf(page), what).toEqual([]);
  }

  test("first run, pages, layers and the window without focus", async () => {
    test.setTimeout(120_000);
    const fresh = await machine.start("fresh");
    await expectClean(fresh.page, "first run");
    fresh.process.kill("SIGTERM");
    await fresh.ended;

    const alice = await machine.startUser("sip:alice@a.example", "laptop");
    const bob = await machine.startUser("sip:bob@b.example", "phone");
    const window = new AppWindow(alice, machine.folder);
    for (const title of [
      "Send",
      "Transfers",
      "History",
      "People",
      "Devices",
      "Settings",
    ] as const) {
      await window.visit(title);
      await expectClean(alice.page, title);
    }
    for (const keys of ["Control+k", "?"]) {
      await alice.page.keyboard.press(keys);
      await expect(alice.page.getByRole("dialog")).toBeVisible();
      await expectClean(alice.page, keys);
      await alice.page.keyboard.press("Escape");
      await expect(alice.page.getByRole("dialog")).toBeHidden();
    }

    await bob.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
    await window.ask("offer.send", {
      to: ["sip:bob@b.example"],
      paths: [await machine.file("plan.txt", "a plan")],
    });
    await expect.poll(() => promptOf(bob) !== undefined).toBe(true);
    const prompt = promptOf(bob);
    if (prompt === undefined) throw new Error("no window without focus");
    await expect(prompt.getByRole("button", { name: /^Accept/ })).toBeVisible();
    await expectClean(prompt, "the window without focus");
    await window.visit("Transfers");
    await expectClean(alice.page, "Transfers, with one that waits");
  });

  function promptOf({ app }: Application): Page | undefined {
    return app.windows().find((page) => page.url().endsWith("?view=prompt"));
  }
});
