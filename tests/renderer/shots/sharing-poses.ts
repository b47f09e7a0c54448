import { expect, type Page } from "@playwright/test";
import { LINK } from "../fixtures/sharing.ts";
import type {} from "../look.ts";
import { choose, opened, type Pose, press, section } from "./hands.ts";

async function sharing(page: Page): Promise<void> {
  await section(page, "network");
  await page.getByRole("heading", { name: "Share with people nearby" }).scrollIntoViewIfNeeded();
}

const ACTED: readonly Pose[] = [
  ...["starting", "on", "failed"].map(
    (name): Pose => ({
      name: `settings-sharing-${name}`,
      scenario: `sharing-${name}`,
      act: (page: Page): Promise<void> => sharing(page),
    }),
  ),
  {
    name: "settings-sharing",
    scenario: "settings",
    act: (page: Page): Promise<void> => sharing(page),
  },
  {
    name: "settings-joined",
    scenario: "joined",
    act: (page: Page): Promise<void> => section(page, "network"),
  },
  {
    name: "sharing-invitation",
    scenario: "sharing-on",
    act: async (page: Page): Promise<void> => {
      await sharing(page);
      await page.getByRole("textbox", { name: "Invite someone" }).fill("Dora");
      await press(page, "Invite");
      await opened(page, "dialog");
    },
  },
  {
    name: "sharing-taken",
    scenario: "sharing-on",
    act: async (page: Page): Promise<void> => {
      await sharing(page);
      await page.evaluate(() => {
        window.gallery.bridge?.fail("sharing.invite", {
          code: "nameTaken",
          message: "alice@a.example has an account already.",
          action: "Write another name.",
        });
      });
      await page.getByRole("textbox", { name: "Invite someone" }).fill("Alice");
      await press(page, "Invite");
      await expect(page.getByText("has an account already").first()).toBeVisible();
    },
  },
  ...(["New link…", "Remove…"] as const).map(
    (entry): Pose => ({
      name: entry === "Remove…" ? "sharing-remove" : "sharing-renew",
      scenario: "sharing-on",
      act: async (page: Page): Promise<void> => {
        await sharing(page);
        await press(page, "Actions for Alice");
        await choose(page, entry);
        await opened(page, "alertdialog");
      },
    }),
  ),
  {
    name: "sharing-stop",
    scenario: "sharing-on",
    act: async (page: Page): Promise<void> => {
      await sharing(page);
      await press(page, "Stop sharing…");
      await opened(page, "alertdialog");
    },
  },
  {
    name: "join-link",
    scenario: "people",
    act: async (page: Page): Promise<void> => {
      await press(page, "Join by link…");
      await opened(page, "dialog");
      await page.getByRole("textbox", { name: "Link" }).fill("cpm:join?zzz");
      await press(page, "Continue");
      await expect(page.getByRole("alert")).toBeVisible();
    },
  },
  {
    name: "join-refused",
    scenario: "join-asked",
    act: async (page: Page): Promise<void> => {
      await page.evaluate(() => {
        window.gallery.bridge?.fail("join.accept", { code: "certificateDiffers", message: "" });
      });
      await page.getByRole("button", { name: "Join", exact: true }).click();
      await expect(page.getByRole("alert")).toBeVisible();
    },
  },
  {
    name: "first-run-join",
    scenario: "first-run",
    act: async (page: Page): Promise<void> => {
      await page.getByRole("radio", { name: /Join people nearby/ }).check({ force: true });
      await press(page, "Continue");
      await page.getByRole("textbox", { name: "Link" }).fill(LINK);
      await press(page, "Continue");
      await expect(page.getByText("192.0.2.7:5061")).toBeVisible();
    },
  },
];

/** Sharing with people nearby, and joining them. */
export const SHARING_POSES: readonly Pose[] = ACTED;
