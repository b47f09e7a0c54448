import { expect, type Page } from "@playwright/test";
import { OFFERS } from "../fixtures/offers.ts";
import { SCENARIOS } from "../fixtures/scenarios.ts";
import type {} from "../look.ts";
import { choose, opened, type Pose, press, section } from "./hands.ts";
import { SHARING_POSES } from "./sharing-poses.ts";

/** A button of an offer does nothing for a moment after the offer has come. */
const GUARD_MS = 650;

async function unticked(page: Page, names: readonly string[]): Promise<void> {
  await page.waitForTimeout(GUARD_MS);
  const files = page.getByRole("grid", { name: "Files of the offer" });
  for (const name of names) await files.getByRole("row", { name }).click();
}

/** Something from outside over the window. */
async function dragged(page: Page, type: "Files" | "text/plain"): Promise<void> {
  await page.evaluate((kind) => {
    const data = new DataTransfer();
    if (kind === "Files") data.items.add(new File(["x"], "plan.pdf"));
    else data.items.add("x", kind);
    document.body.dispatchEvent(
      new DragEvent("dragenter", { bubbles: true, cancelable: true, dataTransfer: data }),
    );
  }, type);
  await expect(page.getByRole("region", { name: "Drop targets" })).toBeVisible();
}

const ACTED: readonly Pose[] = [
  {
    name: "offer-partly",
    scenario: "offer-ringing",
    act: (page) => unticked(page, ["IMG_2044.jpg"]),
  },
  {
    name: "offer-nothing-ticked",
    scenario: "offer-ringing",
    act: (page) => unticked(page, ["plan.pdf", "IMG_2044.jpg", "notes.txt"]),
  },
  {
    name: "offer-menu-decline",
    scenario: "offer-ringing",
    act: async (page) => {
      await press(page, "Ways to decline");
      await opened(page, "menu");
    },
  },
  {
    name: "offer-menu-folder",
    scenario: "offer-ringing",
    act: async (page) => {
      await press(page, /^Save to/);
      await opened(page, "menu");
    },
  },
  {
    name: "offer-menu-conflict",
    scenario: "offer-ringing",
    act: async (page) => {
      await press(page, /^Name exists/);
      await opened(page, "menu");
    },
  },
  {
    name: "offer-folded",
    scenario: "offer-over-send",
    act: async (page) => {
      // Offers make room for who uses the keyboard.
      await page.keyboard.press("Tab");
      await page.getByRole("button", { name: /^Send 4 files/ }).focus();
      if ((page.viewportSize()?.width ?? 0) < 560) return;
      await expect(page.getByRole("button", { name: "Review" })).toBeVisible();
    },
  },
  {
    name: "offer-folded-missed",
    scenario: "offer-over-send",
    act: async (page) => {
      await page.evaluate((id) => {
        window.gallery.bridge?.changeCard(id, { state: "missed" });
      }, OFFERS.ringing.id);
      await page.keyboard.press("Tab");
      await page.getByRole("button", { name: /^Send 4 files/ }).focus();
      if ((page.viewportSize()?.width ?? 0) < 560) return;
      await expect(page.getByRole("button", { name: "Show", exact: true })).toBeVisible();
    },
  },
  {
    name: "palette",
    scenario: "transfers-active",
    act: async (page) => {
      await page.keyboard.press("Control+k");
      await opened(page, "dialog");
    },
  },
  {
    name: "palette-nothing",
    scenario: "transfers-active",
    act: async (page) => {
      await page.keyboard.press("Control+k");
      await opened(page, "dialog");
      await page.keyboard.type("zzz");
    },
  },
  {
    name: "shortcuts",
    scenario: "transfers-active",
    act: async (page) => {
      await page.keyboard.press("?");
      await opened(page, "dialog");
    },
  },
  {
    name: "card-menu",
    scenario: "transfers-all",
    act: async (page) => {
      await page
        .getByRole("row", { name: /from Alice.*Received · verified|plan.pdf and 2 more, Alice/ })
        .first()
        .getByRole("button", { name: /^Actions for/ })
        .first()
        .click();
      await opened(page, "menu");
    },
  },
  {
    name: "transfers-forget",
    scenario: "transfers-kept",
    act: async (page) => {
      await press(page, "Dismiss");
      await opened(page, "alertdialog");
    },
  },
  {
    name: "dialog-cancel",
    scenario: "transfers-large",
    act: async (page) => {
      await press(page, /^Cancel plan\.pdf/);
      await opened(page, "alertdialog");
    },
  },
  {
    name: "dialog-keep",
    scenario: "transfers-all",
    act: async (page) => {
      await press(page, "Keep anyway…");
      await opened(page, "alertdialog");
    },
  },
  {
    name: "transfers-selected",
    scenario: "transfers-all",
    act: async (page) => {
      const rows = page.getByRole("grid", { name: "Transfers" }).getByRole("row");
      await rows.nth(2).click({ position: { x: 200, y: 14 } });
      if (await page.getByRole("button", { name: "Back to the list" }).isVisible()) return;
      await rows.nth(1).click({ position: { x: 200, y: 14 }, modifiers: ["ControlOrMeta"] });
    },
  },
  {
    name: "failure-told",
    scenario: "transfers-active",
    act: async (page) => {
      await page.evaluate(() => {
        window.gallery.bridge?.fail("card.cancel", {
          code: "gone",
          message: "The transfer is not there any more.",
        });
      });
      await press(page, /^Cancel plan\.pdf/);
      const confirm = page.getByRole("button", { name: "Cancel transfer" });
      if (await confirm.isVisible()) await confirm.click();
      await expect(page.getByText("The transfer is not there any more.").first()).toBeVisible();
    },
  },
  {
    name: "dragging-files",
    scenario: "transfers-active",
    act: (page) => dragged(page, "Files"),
  },
  {
    name: "dragging-text",
    scenario: "transfers-active",
    act: (page) => dragged(page, "text/plain"),
  },
  {
    name: "dragging-over-people",
    scenario: "people",
    act: (page) => dragged(page, "Files"),
  },
  {
    name: "send-suggestions",
    scenario: "send",
    act: async (page) => {
      await page.getByRole("combobox", { name: /^To/ }).pressSequentially("a");
      await opened(page, "listbox");
    },
  },
  {
    name: "send-unknown",
    scenario: "send",
    act: async (page) => {
      await page.getByRole("combobox", { name: /^To/ }).pressSequentially("no body");
      await page.keyboard.press("Enter");
    },
  },
  {
    name: "send-nobody-chosen",
    scenario: "send",
    act: async (page) => {
      await press(page, "Choose files");
    },
  },
  {
    name: "history-open-entry",
    scenario: "history",
    act: async (page) => {
      await press(page, "Show files");
    },
  },
  {
    name: "history-no-match",
    scenario: "history",
    act: async (page) => {
      await page.getByRole("searchbox").first().fill("iso");
      await expect(page.getByText("No match for").first()).toBeVisible();
    },
  },
  {
    name: "history-menu",
    scenario: "history",
    act: async (page) => {
      await press(page, "More");
      await opened(page, "menu");
    },
  },
  {
    name: "dialog-forget-all",
    scenario: "history",
    act: async (page) => {
      await press(page, "More");
      await choose(page, /^Forget all/);
      await opened(page, "alertdialog");
    },
  },
  {
    name: "person-menu",
    scenario: "people",
    act: async (page) => {
      await press(page, "Actions for Anna Wintermüller");
      await opened(page, "menu");
    },
  },
  {
    name: "dialog-person-add",
    scenario: "people",
    act: async (page) => {
      await press(page, "Add person");
      await opened(page, "dialog");
      await page.getByRole("textbox", { name: /^Address/ }).fill("nothing at all");
      await page.getByRole("dialog").getByRole("button", { name: "Add" }).click();
    },
  },
  {
    name: "dialog-person-edit",
    scenario: "people",
    act: async (page) => {
      await press(page, "Actions for Anna Wintermüller");
      await choose(page, /^Edit/);
      await opened(page, "dialog");
    },
  },
  {
    name: "dialog-person-remove",
    scenario: "people",
    act: async (page) => {
      await press(page, "Actions for Anna Wintermüller");
      await choose(page, /^Remove/);
      await opened(page, "alertdialog");
    },
  },
  {
    name: "device-facts",
    scenario: "devices",
    act: async (page) => {
      await press(page, /^Facts of/);
    },
  },
  {
    name: "dialog-new-device",
    scenario: "devices",
    act: async (page) => {
      await press(page, "New device");
      await opened(page, "dialog");
    },
  },
  {
    name: "settings-select",
    scenario: "settings",
    act: async (page) => {
      await press(page, /(system|Light|Dark) Theme$/);
      await opened(page, "listbox");
    },
  },
  ...[
    "receiving",
    "autoAccept",
    "sending",
    "network",
    "accessibility",
    "keyboard",
    "data",
    "about",
  ].map(
    (name): Pose => ({
      name: `settings-${name}`,
      scenario: "settings",
      act: (page) => section(page, name),
    }),
  ),
  {
    name: "settings-no-match",
    scenario: "settings",
    act: async (page) => {
      await page.getByRole("searchbox").first().fill("zzz");
    },
  },
  {
    name: "dialog-sign-out",
    scenario: "settings",
    act: async (page) => {
      await section(page, "network");
      await press(page, "Sign out…");
      await opened(page, "alertdialog");
    },
  },
  {
    name: "dialog-connect",
    scenario: "settings",
    act: async (page) => {
      await section(page, "network");
      await press(page, "Connect to a SIP core…");
      await opened(page, "dialog");
    },
  },
  ...SHARING_POSES,
  {
    name: "signing-in-told",
    scenario: "signing-in",
    act: (page) => expect(page.getByRole("status")).toHaveText("Signing in…"),
  },
  {
    name: "first-run-change",
    scenario: "first-run",
    act: (page) => press(page, "Change"),
  },
  {
    name: "first-run-connect",
    scenario: "first-run",
    act: async (page) => {
      await page.getByRole("radio", { name: /Connect to a SIP core/ }).check({ force: true });
      await press(page, "Continue");
      await press(page, "Connect");
    },
  },
  {
    name: "first-run-refused",
    scenario: "first-run",
    act: async (page) => {
      await page.evaluate(() => {
        window.gallery.bridge?.fail("account.tryHere", {
          code: "networkNotStarted",
          message: "The network inside the app could not be started.",
        });
      });
      await press(page, "Start");
    },
  },
];

/** Every scenario as it comes, and what a hand makes of some. */
export const POSES: readonly Pose[] = [
  ...Object.keys(SCENARIOS).map((scenario): Pose => ({ name: scenario, scenario })),
  ...ACTED,
];
