import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { expect, type Locator, type Page } from "@playwright/test";
import type {
  Bridge,
  RequestArguments,
  RequestName,
  RequestResult,
} from "../../../shared/ipc/contract.ts";
import type { Card } from "../../../shared/model/card.ts";
import type { Application } from "./application.ts";

declare global {
  interface Window {
    readonly cpm: Bridge;
  }
}

type PageTitle = "Send" | "Transfers" | "History" | "People" | "Devices" | "Settings";

/** A main window as its user sees it: everything is found by role and accessible name. */
export class AppWindow {
  readonly application: Application;
  /** Where its files go. */
  readonly folder: string;

  constructor(application: Application, folder: string) {
    this.application = application;
    this.folder = folder;
  }

  get page(): Page {
    return this.application.page;
  }

  /** An offer over the page, by the sentence that it begins with. */
  offer(sentence: string | RegExp): Locator {
    return this.page
      .getByRole("region", { name: "Incoming offers" })
      .getByRole("group", { name: sentence });
  }

  /** A card of the list on the page Transfers, by its first file. */
  card(what: string | RegExp): Locator {
    return this.page.getByRole("grid", { name: "Transfers" }).getByRole("row", { name: what });
  }

  /** An entry of the page History. */
  entry(what: string | RegExp): Locator {
    return this.page
      .getByRole("grid", { name: "What was sent and received" })
      .getByRole("row")
      .filter({ hasText: what });
  }

  async visit(title: PageTitle): Promise<void> {
    await this.page.getByRole("navigation").getByRole("link", { name: title }).click();
    await expect(this.page.getByRole("heading", { name: title, level: 1 })).toBeVisible();
  }

  /** Files dragged from outside, let go over a target of the window. */
  async drop(paths: readonly string[], target: string): Promise<void> {
    const session = await this.page.context().newCDPSession(this.page);
    const data = { items: [], files: [...paths], dragOperationsMask: 1 };
    const drag = (type: "dragEnter" | "dragOver" | "drop", at: { x: number; y: number }) =>
      session.send("Input.dispatchDragEvent", { type, ...at, data });
    await drag("dragEnter", { x: 200, y: 200 });
    const over = this.page.getByRole("region", { name: "Drop targets" }).getByText(target);
    await expect(over).toBeVisible();
    const box = await over.boundingBox();
    if (box === null) throw new Error(`${target} is no place to drop on`);
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await drag("dragOver", at);
    await drag("drop", at);
    await session.detach();
  }

  /** Drops files on a person, which offers them at once, and shows how that goes. */
  async sendTo(name: string, paths: readonly string[]): Promise<void> {
    await this.visit("Transfers");
    await this.drop(paths, `Send to ${name} at once`);
  }

  /** Past the page, where a test is not about it. */
  async ask<Name extends RequestName>(
    name: Name,
    args: RequestArguments<Name>,
  ): Promise<Extract<RequestResult<Name>, { ok: true }>["value"]> {
    const answer = await this.page.evaluate(
      ([request, given]) => window.cpm.request(request, given as never),
      [name, args] as const,
    );
    if (!answer.ok) throw new Error(`${name}: ${answer.error.message}`);
    return answer.value as Extract<RequestResult<Name>, { ok: true }>["value"];
  }

  async cards(): Promise<readonly Card[]> {
    return (await this.ask("app.snapshot", {})).cards;
  }

  /** Puts away what has ended, so that the next test begins with an empty list. */
  async tidy(): Promise<void> {
    const ids = (await this.cards()).map(({ id }) => id);
    if (ids.length > 0) await this.ask("card.dismiss", { ids });
    const { notices } = (await this.ask("app.snapshot", {})).app;
    for (const { id } of notices) await this.ask("notice.dismiss", { id });
  }
}

/** What screen readers are told in a window from now on, as a list that grows. */
export async function listen({ page }: AppWindow): Promise<() => Promise<readonly string[]>> {
  const said = await page.evaluateHandle(() => {
    const heard: string[] = [];
    for (const region of document.querySelectorAll("[aria-live]"))
      new MutationObserver(() => {
        const { textContent } = region;
        if (textContent !== "") heard.push(textContent);
      }).observe(region, { childList: true, characterData: true, subtree: true });
    return heard;
  });
  return () => said.jsonValue();
}

/** Nothing went wrong, as far as the window tells. */
export async function expectNoFailure(...windows: readonly AppWindow[]): Promise<void> {
  for (const { page } of windows)
    await expect(page.getByRole("region", { name: "What went wrong" })).toBeHidden();
}

/** Everything arrived in the window's folder as it was sent, octet by octet. */
export async function expectReceived(
  { folder }: AppWindow,
  ...paths: readonly string[]
): Promise<void> {
  for (const path of paths)
    expect(await sha256(join(folder, basename(path)))).toBe(await sha256(path));
}

/** Chooses an entry of a button's menu. */
export async function choose(page: Page, button: Locator, entry: string): Promise<void> {
  const item = page
    .getByRole("menuitem", { name: entry })
    .or(page.getByRole("menuitemradio", { name: entry }));
  await press(button, () => expect(item).toBeVisible({ timeout: 1_000 }));
  await item.click();
}

/**
 * Presses a button until that has had its effect: for a moment after an offer appeared or moved its buttons do nothing,
 * by design.
 */
export async function press(button: Locator, effect: () => Promise<void>): Promise<void> {
  await button.waitFor();
  await expect(async () => {
    if (await button.isVisible()) await button.click({ timeout: 1_000 });
    await effect();
  }).toPass({ timeout: 15_000 });
}

/** Presses a button of an offer that goes away by it. */
export function answer(button: Locator): Promise<void> {
  return press(button, () => expect(button).toBeHidden({ timeout: 1_000 }));
}

/** A file of an offer. */
export function fileOf(offer: Locator, name: string): Locator {
  return offer.getByRole("row", { name });
}

export async function tick(offer: Locator, name: string, isTicked: boolean): Promise<void> {
  const row = fileOf(offer, name);
  const wanted = String(isTicked);
  await expect(async () => {
    if ((await row.getAttribute("aria-selected")) !== wanted) await row.click({ timeout: 1_000 });
    await expect(row).toHaveAttribute("aria-selected", wanted, { timeout: 500 });
  }).toPass({ timeout: 15_000 });
}

export async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
