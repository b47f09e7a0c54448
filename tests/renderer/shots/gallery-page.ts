import { type Browser, type BrowserContext, chromium, type Page } from "@playwright/test";
import { NOW_MS } from "../fixtures/app.ts";
import { serveGallery } from "../gallery-server.ts";
import type { Look } from "../look.ts";
import type { Pose } from "./hands.ts";

/** What a window looks like from outside; the rest is the scenario's. */
export interface Sight extends Look {
  readonly widthPx?: number;
  readonly heightPx?: number;
  readonly hasForcedColours?: boolean;
  readonly isMotionReduced?: boolean;
  /** 2 is twice as large, as the window's own zoom does it: half as many CSS pixels. */
  readonly zoom?: number;
}

/** What a window of this size shows, for a page of the gallery as for the application. */
export const WIDE = { widthPx: 1080, heightPx: 720 } as const;
export const NARROW = { widthPx: 380, heightPx: 720 } as const;

/** The gallery in one page of a plain Chromium: scenarios follow each other in place. */
export class GalleryPage {
  readonly page: Page;
  /** What the page has complained of since it was asked last. */
  readonly #complaints: string[] = [];
  readonly #ends: (() => Promise<unknown>)[];

  private constructor(page: Page, ends: (() => Promise<unknown>)[]) {
    this.page = page;
    this.#ends = ends;
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.#complaints.push(message.text());
    });
    page.on("pageerror", (error) => {
      this.#complaints.push(error.message);
    });
  }

  static async open(): Promise<GalleryPage> {
    const gallery = await serveGallery();
    const ends: (() => Promise<unknown>)[] = [gallery.close];
    try {
      const browser = await launch();
      ends.unshift(() => browser.close());
      const context = await contextOf(browser);
      const page = await context.newPage();
      await page.clock.setFixedTime(NOW_MS);
      const opened = new GalleryPage(page, ends);
      await page.goto(gallery.url);
      return opened;
    } catch (error) {
      for (const end of ends) await end();
      throw error;
    }
  }

  async show(scenario: string, sight: Sight = {}): Promise<void> {
    const { widthPx = WIDE.widthPx, heightPx = WIDE.heightPx, zoom = 1, ...rest } = sight;
    const { hasForcedColours = false, isMotionReduced = true, ...look } = rest;
    await this.page.setViewportSize({
      width: Math.round(widthPx / zoom),
      height: Math.round(heightPx / zoom),
    });
    await this.page.emulateMedia({
      forcedColors: hasForcedColours ? "active" : "none",
      reducedMotion: isMotionReduced ? "reduce" : "no-preference",
      colorScheme: look.theme === "dark" ? "dark" : "light",
    });
    await this.page.mouse.move(0, 0);
    await this.page.evaluate(([name, wanted]) => window.gallery.show(name, wanted), [
      scenario,
      look,
    ] as const);
  }

  /** Changes only what the scenario that is shown wears: what is open stays open. */
  async wear(sight: Sight): Promise<void> {
    const { hasForcedColours = false, theme = "light", language = "system" } = sight;
    await this.page.emulateMedia({
      forcedColors: hasForcedColours ? "active" : "none",
      colorScheme: theme === "dark" ? "dark" : "light",
    });
    await this.page.evaluate(
      async (wanted) => {
        const { bridge } = window.gallery;
        if (bridge === undefined) throw new Error("no scenario is shown");
        bridge.changeApp({ settings: { ...bridge.snapshot.app.settings, ...wanted } });
        await new Promise(requestAnimationFrame);
      },
      { theme, language },
    );
  }

  /** A scenario and what was done in it. It is done in English, whatever is worn afterwards. */
  async pose({ scenario, act }: Pose, sight: Sight = {}): Promise<void> {
    const { language, ...rest } = sight;
    await this.show(scenario, rest);
    await act?.(this.page);
    if (language !== undefined) await this.wear({ ...rest, language });
  }

  takeComplaints(): readonly string[] {
    return [...new Set(this.#complaints.splice(0))];
  }

  async close(): Promise<void> {
    for (const end of this.#ends) await end();
  }
}

async function launch(): Promise<Browser> {
  const { findBrowser } = (await import(
    new URL("../../../scripts/lib/browser.mjs", import.meta.url).href
  )) as { readonly findBrowser: () => string | undefined };
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error("no Chromium is installed");
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
  });
}

function contextOf(browser: Browser): Promise<BrowserContext> {
  return browser.newContext({ timezoneId: "UTC", locale: "en-GB" });
}
