import { beforeEach, describe, expect, it, vi } from "vitest";
import { makeCard, makeCardFile } from "../../../tests/support/cards.ts";
import { englishIn, textsUnder } from "../../../tests/support/english-in.ts";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { nullLog } from "../../../tests/support/null-log.ts";
import { Words } from "../words/words.ts";
import { setAppMenu } from "./app-menu.ts";
import { electronDesktop } from "./desktop.ts";
import { NOTIFICATION_EVERY_MS, Notifier } from "./notifier.ts";
import { TrayIcon } from "./tray-icon.ts";

const { shown } = vi.hoisted(() => ({ shown: [] as unknown[] }));

/** What the system would show; nothing is. */
vi.mock("electron", () => {
  class Notification {
    static readonly isSupported = (): boolean => true;
    constructor(options: unknown) {
      shown.push(options);
    }
    readonly on = (): void => undefined;
    readonly show = (): void => undefined;
  }
  class Tray {
    readonly on = (): void => undefined;
    readonly isDestroyed = (): boolean => false;
    readonly setImage = (): void => undefined;
    readonly setContextMenu = (): void => undefined;
    readonly setToolTip = (text: string): void => {
      shown.push({ text });
    };
  }
  const image = { setTemplateImage: () => undefined };
  return {
    ...{ Notification, Tray, nativeImage: { createFromPath: () => image } },
    app: { isPackaged: false, getAppPath: () => "/", getLocale: () => "en", getPath: () => "/" },
    dialog: {
      showOpenDialog: (options: unknown) => {
        shown.push(options);
        return Promise.resolve({ filePaths: [] });
      },
      showSaveDialog: (options: unknown) => {
        shown.push(options);
        return Promise.resolve({ canceled: true, filePath: "" });
      },
    },
    Menu: {
      buildFromTemplate: (template: unknown) => {
        shown.push(template);
      },
      setApplicationMenu: () => undefined,
    },
  };
});

const pseudo = new Words("en-XA");
const words = (): Words => pseudo;
const nothing = (): void => undefined;
const TEXTS: ReadonlySet<string> = new Set(["label", "title", "body", "text"]);

function isLabelled(item: object): boolean {
  return "label" in item || ("type" in item && item.type === "separator");
}

/** Every item of a template, however deep it lies. */
function itemsOf(template: unknown): readonly object[] {
  if (!Array.isArray(template)) return [];
  const items: readonly object[] = template;
  return items.flatMap((item) => [item, ...("submenu" in item ? itemsOf(item.submenu) : [])]);
}

beforeEach(() => {
  shown.length = 0;
});

const PAUSING = { pauseAll: nothing, resumeAll: nothing };

describe("in the pseudo-locale the system shows pseudo text and data", () => {
  it.each(["linux", "darwin"] as const)(
    "in the menu, on %s, also where Electron acts",
    (system) => {
      vi.spyOn(process, "platform", "get").mockReturnValue(system);
      setAppMenu(pseudo, { show: nothing, quit: nothing, ...PAUSING });
      const items = shown.flatMap(itemsOf);
      expect(items.length).toBeGreaterThan(30);
      expect(items.filter((item) => !isLabelled(item))).toEqual([]);
      expect(englishIn(textsUnder(shown, TEXTS))).toEqual([]);
    },
  );

  it("in the tray", () => {
    const actions = { open: nothing, send: nothing, quit: nothing, dropped: nothing };
    const more = { ...PAUSING, setDoNotDisturb: nothing };
    const tray = TrayIcon.create(words, { ...actions, ...more }, nullLog());
    for (const pausing of ["pause", "resume", "none"] as const)
      tray?.update({ title: "Bob", waiting: 2, isDoNotDisturb: false, pausing });
    expect(textsUnder(shown, TEXTS)).toHaveLength(18);
    expect(englishIn(textsUnder(shown, TEXTS), "Bob")).toEqual([]);
  });

  it("in dialogs", async () => {
    const windows = { dialogParent: () => undefined, fitPrompt: nothing, showMain: nothing };
    const desktop = electronDesktop({ ...windows, answerQuit: nothing }, words);
    await desktop.chooseFiles("files");
    await desktop.chooseFiles("folder");
    await desktop.chooseFolder("/");
    await desktop.locateFile("plan.pdf", "/");
    await desktop.chooseSavePath("history.json");
    expect(textsUnder(shown, TEXTS)).toHaveLength(5);
    expect(englishIn(textsUnder(shown, TEXTS), "plan.pdf")).toEqual([]);
  });

  it("in notifications", () => {
    const clock = new FakeClock();
    const notifier = new Notifier({
      ...{ clock, words, hasActionButtons: true, hasSound: () => true },
      ...{ onAcceptAll: nothing, onOpen: nothing },
    });
    const card = makeCard({
      files: [0, 1].map((index) => makeCardFile({ index, sizeOctets: 5e6 })),
    });
    const show = [
      { kind: "offer", card },
      { kind: "autoAccepted", card },
    ] as const;
    const step = { show, close: [], isFlashing: false };
    notifier.perform({ ...step, show: show.slice(0, 1) });
    notifier.perform({ ...step, show: [...show, ...show] });
    clock.advance(2 * NOTIFICATION_EVERY_MS);
    expect(textsUnder(shown, TEXTS)).toHaveLength(9);
    expect(englishIn(textsUnder(shown, TEXTS), "Alice plan.pdf")).toEqual([]);
  });
});
