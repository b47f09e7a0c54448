import { act } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { appState, NOTICE } from "../../tests/renderer/fixtures/app.ts";
import { OFFERS } from "../../tests/renderer/fixtures/offers.ts";
import { PICKS } from "../../tests/renderer/fixtures/scenarios.ts";
import { GROUP, TRANSFERS } from "../../tests/renderer/fixtures/transfers.ts";
import { type RenderedPage, renderPage } from "../../tests/renderer/render-page.tsx";
import { Shell } from "./layout/shell.tsx";
import { PAGE_NAMES } from "./navigation.ts";

vi.mock("../features/offers/chime.ts", () => ({ playChime: () => undefined }));

const ATTRIBUTES = ["aria-label", "aria-valuetext", "title", "placeholder", "alt"];

/** Sizes and dates are formed by the system; endings of file names, initials, codes, keys and setting names are data. */
const NOT_TEXT = new RegExp(
  [
    /\b(?:bytes?|[kMGT]B(?:\/s)?|AM|PM|[A-Z0-9]{1,5})\b/,
    /\bCtrl\+./,
    /\.[a-z]{3,4}$/,
    /\b(?:account|settings)\.\w+/,
    /\b(?:Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day\b/,
    /\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "g",
);

/** Words of the component library, which brings its own translations. */
const LIBRARY_WORDS: ReadonlySet<string> = new Set(["Select"]);

/** Every string of what main has told. */
function dataOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(dataOf);
}

/** What is left of a text when the catalogue's parts, which stand in brackets, and the data are taken out. */
function leftOver(text: string, data: readonly string[]): string {
  let rest = text;
  // Innermost first: a text may hold another one.
  for (let before = ""; before !== rest; ) {
    before = rest;
    rest = rest.replace(/\[[^[\]]*\]/g, "");
  }
  for (const word of data) rest = rest.replaceAll(word, "");
  return rest.replace(NOT_TEXT, "");
}

function visibleTexts(): readonly string[] {
  const texts: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const isKeys = node.parentElement?.closest("kbd, style, script") ?? null;
    if (isKeys === null) texts.push(node.nodeValue ?? "");
  }
  for (const element of document.querySelectorAll("*"))
    for (const name of ATTRIBUTES) texts.push(element.getAttribute(name) ?? "");
  return texts;
}

function bypassing({ bridge }: RenderedPage): readonly string[] {
  const names = dataOf([bridge.snapshot, PICKS]).flatMap((word) => [
    word,
    word.replace(/^sips?:|^tel:/, ""),
    word.split("/").slice(-2).join("/"),
    word.replace(/\.[^.]*$/, ""),
  ]);
  const data = [...new Set(names)].filter((word) => word.length > 1);
  data.sort((a, b) => b.length - a.length);
  return visibleTexts().filter(
    (text) => !LIBRARY_WORDS.has(text) && /[A-Za-z]{2}/.test(leftOver(text, data)),
  );
}

const settings = { ...appState().settings, language: "en-XA" };

describe("every visible text comes from the catalogue", () => {
  it.each(PAGE_NAMES)("page %s", async (page) => {
    const rendered = await renderPage(<Shell />, {
      cards: [OFFERS.ringing, ...GROUP, ...TRANSFERS],
      picks: PICKS,
      hash: `#/${page}`,
      app: {
        settings: { ...settings, isDoNotDisturb: true },
        notices: [NOTICE],
        historyTrouble: { kind: page === "history" ? "unread" : "unwritten", atMs: 1 },
        registration: { name: "offline", code: "noAnswer", reason: "", retryAtMs: Date.now() },
      },
    });
    await act(async () => {
      await Promise.resolve();
    });
    expect(bypassing(rendered)).toEqual([]);
  });

  it.each(Object.entries(OFFERS))("offer %s", async (_name, offer) => {
    const rendered = await renderPage(<Shell />, {
      cards: [{ ...OFFERS.ringing, id: offer.id }],
      app: { settings },
    });
    act(() => {
      rendered.bridge.changeCard(offer.id, offer);
    });
    expect(bypassing(rendered)).toEqual([]);
  });

  it("sees a text that bypasses it", async () => {
    const rendered = await renderPage(<p>Hello</p>, { app: { settings } });
    expect(bypassing(rendered)).toEqual(["Hello"]);
  });
});
