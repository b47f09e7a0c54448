import { expect, type Page } from "@playwright/test";

/** A state that takes a hand to reach, from a scenario of the gallery. */
export interface Pose {
  readonly name: string;
  readonly scenario: string;
  readonly act?: (page: Page) => Promise<void>;
}

export async function press(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole("button", { name }).first().click();
}

export async function choose(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole("menuitem", { name }).click();
}

export async function opened(
  page: Page,
  role: "dialog" | "alertdialog" | "menu" | "listbox",
): Promise<void> {
  await expect(page.getByRole(role).first()).toBeVisible();
}

export async function section(page: Page, name: string): Promise<void> {
  await page.evaluate((key) => {
    window.location.hash = `#/settings?section=${key}`;
  }, name);
}
