import { expect, test } from "@playwright/test";
import type { Cut } from "../renderer/cuts.ts";
import { NARROW, WIDE } from "../renderer/shots/gallery-page.ts";
import { POSES } from "../renderer/shots/poses.ts";
import { sharedGallery } from "./support/gallery.ts";

/** A window of the usual size at 200 %: half as many pixels of its style sheet. */
const TWICE = { ...WIDE, zoom: 2 } as const;

/** Typed by the poses, told by main in one of them, or made before the language was changed. */
const GIVEN: ReadonlySet<string> = new Set([
  ...["zzz", "body", "laptop", "The", "there", "any", "more", "Dora"],
  ...["Nothing", "changed", "Ask", "another", "already", "Write"],
]);

test.describe("nothing is cut off", () => {
  const gallery = sharedGallery();

  function cuts(): Promise<readonly Cut[]> {
    return gallery().page.evaluate(() => window.gallery.cuts());
  }

  test("and what is, is seen", async () => {
    await gallery().show("transfers-active", NARROW);
    expect(await cuts()).toEqual([]);
    await gallery().page.evaluate(() => {
      const text = "Quite a long sentence, that has no place in so narrow a window";
      const add = (style: string): void => {
        const line = Object.assign(document.createElement("p"), { textContent: text });
        line.style.cssText = style;
        document.querySelector("main")?.append(line);
      };
      add("flex: none; width: 120px; overflow: hidden; white-space: nowrap");
      add("position: fixed; left: -40px; top: 80px; white-space: nowrap");
      add("height: 12px; overflow: hidden");
    });
    const found = (await cuts()).map(({ by }) => by.split(" ", 1)[0]?.replace(/-?\d+…\d+/, "edge"));
    expect(found.toSorted()).toEqual(["edge", "edge", "height", "width"]);
    expect(await gallery().page.evaluate(() => window.gallery.plainWords())).toContain("Quite");
  });

  for (const widthPx of [380, 400])
    test(`history, ${String(widthPx)} px wide: every result takes one line`, async () => {
      await gallery().show("history", { ...NARROW, widthPx });
      const word = gallery().page.getByText("Accepted on another device");
      await word.first().scrollIntoViewIfNeeded();
      const { height = 0 } = (await word.first().boundingBox()) ?? {};
      expect(height).toBeGreaterThan(0);
      expect(height).toBeLessThan(24);
    });

  for (const scenario of ["offer-ringing", "offer-hundred", "offer-names", "offer-series"])
    for (const [name, sight] of Object.entries({ "380 px wide": NARROW, "at 200 %": TWICE }))
      test(`${scenario}, ${name}: its answers are in sight, wherever its files are`, async () => {
        await gallery().show(scenario, sight);
        const { page } = gallery();
        const answers = [/^Accept/, "Decline", "Silence here"].map((button) =>
          page.getByRole("button", { name: button, exact: true }),
        );
        const files = page.getByRole("row");
        const last = files.nth((await files.count()) - 1);
        for (const place of [undefined, files.first(), last]) {
          await place?.scrollIntoViewIfNeeded();
          for (const answer of answers)
            await expect(answer).toBeInViewport({ ratio: 0.99, timeout: 1000 });
        }
      });

  test("prompt window, lower than its offer: the rest is scrolled to, its answers stay", async () => {
    const { page } = gallery();
    await gallery().show("prompt-ringing", { widthPx: 400, heightPx: 330 });
    const places = [/wants to send you/, /Save to/].map((text) => page.getByText(text).first());
    for (const place of places) {
      await place.scrollIntoViewIfNeeded();
      await expect(place).toBeInViewport({ ratio: 0.99, timeout: 1000 });
      await expect(page.getByRole("button", { name: /^Accept/ })).toBeInViewport({ ratio: 0.99 });
    }
  });

  test("files of a running transfer: sizes stand in one column, whatever has come of each", async () => {
    await gallery().show("transfers-active", WIDE);
    const lists = gallery().page.getByRole("grid", { name: /^Files of/ });
    const sizes = lists.filter({ hasText: " of " }).first().locator("[data-type]");
    const ends = await sizes.evaluateAll((all) => {
      // The longest that the words beside a size get.
      all[0]?.nextElementSibling?.lastChild?.replaceWith("0.263 of 2.62 GB");
      return all.map((size) => size.getBoundingClientRect().right);
    });
    expect(ends.length).toBeGreaterThan(1);
    expect(Math.max(...ends) - Math.min(...ends)).toBeLessThan(1);
  });

  for (const widthPx of [360, 380, 400])
    test(`offers answered elsewhere, ${String(widthPx)} px wide: time and Dismiss end one line`, async () => {
      await gallery().show("offer-after-others", { ...NARROW, widthPx });
      const { page } = gallery();
      const cards = page.getByRole("region", { name: "Incoming offers" }).getByRole("group");
      const card = cards.filter({ hasText: "on another device" }).first();
      await card.scrollIntoViewIfNeeded();
      const button = await card.getByRole("button", { name: "Dismiss" }).boundingBox();
      const time = await card
        .getByText(/\d:\d\d/)
        .first()
        .boundingBox();
      const whole = await card.boundingBox();
      if (button === null || time === null || whole === null) throw new Error("it is not drawn");
      const middles = [button, time].map(({ y, height }) => y + height / 2);
      expect(Math.abs((middles[0] ?? 0) - (middles[1] ?? 0))).toBeLessThan(4);
      expect(whole.x + whole.width - button.x - button.width).toBeLessThan(24);
    });

  test("transfers, 380 px wide: what stands over the list is not in it too", async () => {
    const { page } = gallery();
    await gallery().show("offer-receiving", NARROW);
    await page.evaluate(() => {
      window.location.hash = "#/transfers";
    });
    await expect(page.getByRole("progressbar")).toHaveCount(1);
    await gallery().show("offer-receiving", WIDE);
    await expect(page.getByRole("progressbar")).toHaveCount(2);
  });

  test("history, 380 px wide: its filters fill their lines", async () => {
    await gallery().show("history", NARROW);
    const boxes = await gallery()
      .page.getByRole("search")
      .getByRole("button")
      .evaluateAll((buttons) => buttons.map((button) => button.getBoundingClientRect().right));
    const edge = Math.max(...boxes);
    expect(boxes.filter((right) => Math.abs(right - edge) < 2)).toHaveLength(3);
  });

  for (const pose of POSES)
    test(`${pose.name}: 380 px wide, at 200 %, in longer words, from right to left`, async () => {
      const words = async (): Promise<readonly string[]> => {
        const plain = await gallery().page.evaluate(() => window.gallery.plainWords());
        return plain.filter((word) => !GIVEN.has(word));
      };
      await gallery().pose(pose, NARROW);
      expect.soft(await cuts(), "380 px wide").toEqual([]);
      await gallery().wear({ language: "en-XA" });
      expect.soft(await cuts(), "380 px wide, in longer words").toEqual([]);
      expect.soft(await words(), "not from the catalogue").toEqual([]);
      await gallery().wear({ language: "ar-XB" });
      expect.soft(await cuts(), "380 px wide, from right to left").toEqual([]);
      await gallery().pose(pose, TWICE);
      expect.soft(await cuts(), "at 200 %").toEqual([]);
      await gallery().pose(pose, { ...WIDE, language: "en-XA" });
      expect.soft(await cuts(), "1080 px wide, in longer words").toEqual([]);
      expect.soft(await words(), "not from the catalogue").toEqual([]);
    });
});
