import { expect, type Page, test } from "@playwright/test";
import { NARROW, WIDE } from "../renderer/shots/gallery-page.ts";
import { sharedGallery } from "./support/gallery.ts";
import { walkOf } from "./support/walk.ts";

const PAGES = [
  ...(["send-filled", "transfers-all", "transfers-details", "history", "people"] as const),
  ...(["devices", "settings", "first-run", "offer-ringing", "offer-stack"] as const),
  ...([
    "offer-over-transfers",
    "offer-over-send",
    "offer-over-details",
    "offer-after-others",
  ] as const),
];

/** A window of the usual size at 200 %. */
const TWICE = { ...WIDE, zoom: 2 } as const;

/** Opened by the keys: where from, what it is then called, what opens it. */
interface Layer {
  readonly name: string;
  readonly scenario: string;
  readonly role: "dialog" | "alertdialog" | "menu" | "listbox";
  /** The button that has the focus first, and again afterwards. */
  readonly opener: string | RegExp;
  readonly keys: readonly string[];
}

const LAYERS: readonly Layer[] = [
  {
    ...{ name: "menu of a transfer", scenario: "transfers-active", role: "menu" },
    ...{ opener: /^Actions for/, keys: ["Enter"] },
  },
  {
    ...{ name: "ways to decline", scenario: "offer-ringing", role: "menu" },
    ...{ opener: "Ways to decline", keys: ["ArrowDown"] },
  },
  {
    ...{ name: "folders of an offer", scenario: "offer-ringing", role: "menu" },
    ...{ opener: /^Save to/, keys: ["Space"] },
  },
  {
    ...{ name: "question before a cancel", scenario: "transfers-large", role: "alertdialog" },
    ...{ opener: /^Cancel plan\.pdf/, keys: ["Enter"] },
  },
  {
    ...{ name: "palette", scenario: "transfers-active", role: "dialog" },
    ...{ opener: /^Commands/, keys: ["Control+k"] },
  },
  {
    ...{ name: "palette from its button", scenario: "transfers-active", role: "dialog" },
    ...{ opener: /^Commands/, keys: ["Enter"] },
  },
  {
    ...{ name: "all shortcuts", scenario: "transfers-active", role: "dialog" },
    ...{ opener: /^Network/, keys: ["?"] },
  },
  {
    ...{ name: "new person", scenario: "people", role: "dialog" },
    ...{ opener: "Add person", keys: ["Enter"] },
  },
  {
    ...{ name: "person", scenario: "people", role: "dialog" },
    ...{ opener: "Actions for Carol", keys: ["Enter", "Enter"] },
  },
  {
    ...{ name: "new device", scenario: "devices", role: "dialog" },
    ...{ opener: "New device", keys: ["Enter"] },
  },
  {
    ...{ name: "forgetting all", scenario: "history", role: "alertdialog" },
    ...{ opener: "More", keys: ["Enter", "End", "Enter"] },
  },
  {
    ...{ name: "a choice", scenario: "settings", role: "listbox" },
    ...{ opener: /Density$/, keys: ["Enter"] },
  },
  {
    ...{ name: "signing out", scenario: "settings", role: "alertdialog" },
    ...{ opener: "Sign out…", keys: ["Enter"] },
  },
];

test.describe("with the keyboard alone", () => {
  const gallery = sharedGallery();
  let page: Page;

  test.beforeAll(() => {
    page = gallery().page;
  });

  for (const scenario of PAGES)
    test(`Tab reaches everything of ${scenario}, and what has the focus shows it`, async () => {
      await gallery().show(scenario, WIDE);
      const walk = await walkOf(page);
      expect(walk.unreached).toEqual([]);
      expect(walk.unmarked).toEqual([]);
      // WCAG 2.4.11: offers over the page make room for what has the focus.
      expect(walk.unseen).toEqual([]);
    });

  for (const scenario of [...PAGES.filter((name) => name.startsWith("offer")), "prompt-ringing"])
    for (const [name, sight] of Object.entries({ "380 px wide": NARROW, "at 200 %": TWICE }))
      test(`Tab reaches everything of ${scenario} ${name}, and sees it`, async () => {
        await gallery().show(scenario, sight);
        const walk = await walkOf(page);
        expect(walk.unreached).toEqual([]);
        // WCAG 2.4.11: the answers of an offer stay in sight, and nothing that has the focus is under them.
        expect(walk.unseen).toEqual([]);
      });

  for (const { name, scenario, role, opener, keys } of LAYERS)
    test(`${name}: takes the focus, keeps it, Escape gives it back`, async () => {
      await gallery().show(scenario, WIDE);
      const button = page.getByRole("button", { name: opener }).first();
      await button.focus();
      for (const key of keys) {
        await page.keyboard.press(key);
        await page.waitForTimeout(30);
      }
      const layer = page.getByRole(role).last();
      await expect(layer).toBeVisible();
      const hasFocus = (): Promise<boolean> =>
        layer.evaluate((element) => element.contains(document.activeElement));
      await expect.poll(hasFocus).toBe(true);
      // A menu and a list of choices close when they are left.
      if (role === "dialog" || role === "alertdialog")
        for (let step = 0; step < 25; step += 1) {
          await page.keyboard.press("Tab");
          expect(await hasFocus()).toBe(true);
        }
      await page.keyboard.press("Escape");
      await expect(layer).toBeHidden();
      // In a list to the row, which is what the arrows go on from.
      const isBack = (): Promise<boolean> =>
        button.evaluate((element) =>
          [element, element.closest("[role='row']")].includes(document.activeElement),
        );
      await expect.poll(isBack).toBe(true);
    });
});

test.describe("where motion is not wanted", () => {
  const gallery = sharedGallery();

  /** What would take time to turn, slide or fade. */
  function moving(): Promise<readonly string[]> {
    return gallery().page.evaluate(() =>
      [...document.querySelectorAll("*")]
        .filter((element) => {
          const { animationName, animationDuration, transitionDuration, transitionProperty } =
            getComputedStyle(element);
          const takes = (list: string): boolean =>
            list.split(",").some((part) => Number.parseFloat(part) > 0);
          const isAnimated = animationName !== "none" && takes(animationDuration);
          return isAnimated || (transitionProperty !== "none" && takes(transitionDuration));
        })
        .map((element) => element.outerHTML.slice(0, 120)),
    );
  }

  for (const scenario of ["transfers-all", "offer-ringing", "offer-accepting", "send-filled"]) {
    test(`nothing of ${scenario} moves, by the system's wish or by ours`, async () => {
      await gallery().show(scenario, { isMotionReduced: true });
      expect(await moving()).toEqual([]);
      await gallery().show(scenario, { isMotionReduced: false });
      expect(await moving()).not.toEqual([]);
      await gallery().page.evaluate(() => {
        document.documentElement.dataset["motion"] = "reduced";
      });
      expect(await moving()).toEqual([]);
    });
  }
});
