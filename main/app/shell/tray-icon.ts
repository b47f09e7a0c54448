import { Menu, type MenuItemConstructorOptions, type NativeImage, Tray } from "electron";
import type { Log } from "../../base/ports.ts";
import { said } from "../words/phrase.ts";
import type { CurrentWords, Words } from "../words/words.ts";
import { icon } from "./icons.ts";

export interface TrayState {
  readonly title: string;
  /** Offers that wait. */
  readonly waiting: number;
  readonly isDoNotDisturb: boolean;
  /** What can be done with all transfers at once. */
  readonly pausing: "pause" | "resume" | "none";
}

export interface TrayActions {
  readonly open: () => void;
  readonly send: () => void;
  readonly setDoNotDisturb: (isOn: boolean) => void;
  readonly pauseAll: () => void;
  readonly resumeAll: () => void;
  readonly quit: () => void;
  /** macOS: files dropped on the icon. */
  readonly dropped: (paths: readonly string[]) => void;
}

/** The icon in the system's tray or menu bar, with a dot while offers wait. */
export class TrayIcon {
  readonly #tray: Tray;
  readonly #words: CurrentWords;
  readonly #actions: TrayActions;
  #shown = "";

  private constructor(tray: Tray, words: CurrentWords, actions: TrayActions) {
    this.#tray = tray;
    this.#words = words;
    this.#actions = actions;
    tray.on("click", () => {
      actions.open();
    });
    tray.on("drop-files", (_event, files) => {
      actions.dropped(files);
    });
  }

  /** @returns undefined where the system has no place for it: then no window may hide in it */
  static create(words: CurrentWords, actions: TrayActions, log: Log): TrayIcon | undefined {
    try {
      return new TrayIcon(new Tray(picture(false)), words, actions);
    } catch (error) {
      log.write("warn", "no tray icon", { why: String(error) });
      return undefined;
    }
  }

  update(state: TrayState): void {
    const { title, waiting } = state;
    const shown = JSON.stringify([state, this.#words().locale]);
    if (shown === this.#shown || this.#tray.isDestroyed()) return;
    this.#shown = shown;
    const words = this.#words();
    this.#tray.setImage(picture(waiting > 0));
    this.#tray.setToolTip(words.say(said("shell.tray.tip", { title, count: waiting })));
    // Linux shows the menu as it was when it was set, so it is set again after each change.
    this.#tray.setContextMenu(Menu.buildFromTemplate(this.#menu(words, state)));
  }

  destroy(): void {
    this.#tray.destroy();
  }

  #menu(words: Words, { isDoNotDisturb, pausing }: TrayState): MenuItemConstructorOptions[] {
    const { open, send, setDoNotDisturb, pauseAll, resumeAll, quit } = this.#actions;
    return [
      { id: "open", label: words.say(said("shell.tray.open")), click: open },
      { id: "send", label: words.say(said("shell.tray.send")), click: send },
      { type: "separator" },
      pausing === "resume"
        ? { id: "resumeAll", label: words.say(said("shell.menu.resumeAll")), click: resumeAll }
        : {
            id: "pauseAll",
            label: words.say(said("shell.menu.pauseAll")),
            enabled: pausing === "pause",
            click: pauseAll,
          },
      {
        id: "doNotDisturb",
        label: words.say(said("shell.tray.doNotDisturb")),
        type: "checkbox",
        checked: isDoNotDisturb,
        click: ({ checked }) => {
          setDoNotDisturb(checked);
        },
      },
      { type: "separator" },
      { id: "quit", label: words.say(said("shell.menu.quit")), click: quit },
    ];
  }
}

function picture(hasDot: boolean): NativeImage {
  const image = icon(hasDot ? "tray-dot.png" : "tray.png");
  if (process.platform === "darwin") image.setTemplateImage(true);
  return image;
}
