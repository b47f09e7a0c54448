import { screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { describe, expect, it } from "vitest";
import { appState } from "../../tests/renderer/fixtures/app.ts";
import { PICKS } from "../../tests/renderer/fixtures/scenarios.ts";
import { CHOICES } from "../../tests/renderer/fixtures/sharing.ts";
import { TRANSFERS } from "../../tests/renderer/fixtures/transfers.ts";
import { renderPage } from "../../tests/renderer/render-page.tsx";
import { DevicesPage } from "./devices/devices-page.tsx";
import { FirstRun } from "./first-run/first-run.tsx";
import { HistoryPage } from "./history/history-page.tsx";
import { ShortcutList } from "./keyboard/shortcut-list.tsx";
import { PeoplePage } from "./people/people-page.tsx";
import { SendPage } from "./send/send-page.tsx";
import { SettingsPage } from "./settings/settings-page.tsx";

const PAGES: readonly (readonly [string, ReactNode])[] = [
  ["send", <SendPage key="send" />],
  ["history", <HistoryPage key="history" />],
  ["people", <PeoplePage key="people" />],
  ["devices", <DevicesPage key="devices" />],
  ["settings", <SettingsPage key="settings" />],
  ["keyboard", <ShortcutList key="keyboard" />],
  ["first-run", <FirstRun key="first-run" />],
];

/** Dates, units and names of keys, which other catalogues have, and names in the configuration. */
const ELSEWHERE =
  /\b(?:AM|PM|Ctrl|Shift|Esc|Enter|Space|Backspace|Delete|F6|TCP|(?:kilo|mega|giga)?bytes?|min|sec|hr|(?:settings|account)\.\w+|Nov|\w+day|November)\b/g;

/** Everything that is seen or heard. */
function shownTexts(): readonly string[] {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts: string[] = [];
  while (walker.nextNode() !== null) texts.push(walker.currentNode.textContent ?? "");
  for (const element of document.body.querySelectorAll("*")) {
    for (const name of ["aria-label", "placeholder", "title"]) {
      texts.push(element.getAttribute(name) ?? "");
    }
  }
  return texts;
}

describe("every visible text comes from the catalogue", () => {
  it.each(PAGES)("%s has no word that the pseudo-locale did not reach", async (name, page) => {
    const app = { settings: { ...appState().settings, language: "en-XA" } };
    const data = JSON.stringify([appState(), TRANSFERS, PICKS, CHOICES]);
    const { stores } = await renderPage(page, {
      app,
      history: TRANSFERS,
      isSignedOut: name === "first-run",
    });
    if (name === "send") stores.window.getState().fillCompose({ files: PICKS });
    await screen.findAllByText(/\[/);
    const words = shownTexts()
      .flatMap((text) => text.replace(ELSEWHERE, "").match(/\p{L}+/gu) ?? [])
      .filter((word) => /^[A-Za-z]{3,}$/.test(word) && !data.includes(word));
    expect([...new Set(words)]).toEqual([]);
  });
});
