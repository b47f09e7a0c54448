import { Menu, type MenuItemConstructorOptions, type NativeImage, Tray } from "electron";
import type { Log } from "../../base/ports.ts";
import type { ShellTexts } from "./i18n.ts";
import { icon } from "./icons.ts";

export interface TrayState {
  readonly title: string;
  /** Offers that wait. */
  readonly waiting: number;
  readonly isDoNotDisturb: boolean;
}

export interface TrayActions {
  readonly open: () => void;
  readonly send: () => void;
  readonly setDoNotDisturb: (isOn: boolean) => void;
  readonly quit: () => void;
  /** macOS: files dropped on the icon. */
  readonly dropped: (paths: readonly string[]) => void;
}

/** The icon in the system's tray or menu bar, with a dot while offers wait. */
export class TrayIcon {
  readonly #tray: Tray;
  readonly #texts: () => ShellTexts;
  readonly #actions: TrayActions;
  #shown = "";

  private constructor(tray: Tray, texts: () => ShellTexts, actions: TrayActions) {
    this.#tray = tray;
    this.#texts = texts;
    this.#actions = actions;
    tray.on("click", () => {
      actions.open();
    });
    tray.on("drop-files", (_event, files) => {
      actions.dropped(files);
    });
  }

  /** @returns undefined where the system has no place for it: then no window may hide in it */
  static create(texts: () => ShellTexts, actions: TrayActions, log: Log): TrayIcon | undefined {
    try {
      return new TrayIcon(new Tray(picture(false)), texts, actions);
    } catch (error) {
      log.write("warn", "no tray icon", { why: String(error) });
      return undefined;
    }
  }

  update({ title, waiting, isDoNotDisturb }: TrayState): void {
    const shown = JSON.stringify([title, waiting, isDoNotDisturb, this.#texts().open]);
    if (shown === this.#shown || this.#tray.isDestroyed()) return;
    this.#shown = shown;
    const texts = this.#texts();
    this.#tray.setImage(picture(waiting > 0));
    this.#tray.setToolTip(texts.trayTip(title, waiting));
    // Linux shows the menu as it was when it was set, so it is set again after each change.
    this.#tray.setContextMenu(Menu.buildFromTemplate(this.#menu(texts, isDoNotDisturb)));
  }

  destroy(): void {
    this.#tray.destroy();
  }

  #menu(texts: ShellTexts, isDoNotDisturb: boolean): MenuItemConstructorOptions[] {
    const { open, send, setDoNotDisturb, quit } = this.#actions;
    return [
      { id: "open", label: texts.open, click: open },
      { id: "send", label: texts.sendMore, click: send },
      { type: "separator" },
      {
        id: "doNotDisturb",
        label: texts.doNotDisturb,
        type: "checkbox",
        checked: isDoNotDisturb,
        click: ({ checked }) => {
          setDoNotDisturb(checked);
        },
      },
      { type: "separator" },
      { id: "quit", label: texts.quit, click: quit },
    ];
  }
}

function picture(hasDot: boolean): NativeImage {
  const image = icon(hasDot ? "tray-dot.png" : "tray.png");
  if (process.platform === "darwin") image.setTemplateImage(true);
  return image;
}
