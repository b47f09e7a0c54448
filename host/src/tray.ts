import { EventEmitter } from "node:events";
import type { HostMenu } from "./menu.ts";
import type { Records } from "./records.ts";
import { HostEvent, strictClass } from "./strict.ts";

type Surface = Pick<
  Electron.Tray,
  | "destroy"
  | "isDestroyed"
  | "setToolTip"
  | "setTitle"
  | "getTitle"
  | "getBounds"
  | "focus"
  | "setIgnoreDoubleClickEvents"
  | "getIgnoreDoubleClickEvents"
  | "closeContextMenu"
  | "displayBalloon"
  | "removeBalloon"
  | "getGUID"
>;

/** A tray icon that nobody sees; `emit("click")` is the click. */
export class HostTray extends EventEmitter implements Surface {
  readonly __host: {
    image: unknown;
    pressedImage: unknown;
    toolTip: string;
    menu: HostMenu | null;
    balloon: unknown;
  };
  readonly #records: Records;
  #title = "";
  #isDestroyed = false;
  #ignoresDoubleClick = false;

  constructor(records: Records, image: unknown) {
    super();
    this.__host = { image, pressedImage: undefined, toolTip: "", menu: null, balloon: undefined };
    this.#records = records;
    records.trays.push(this);
  }

  destroy(): void {
    this.#isDestroyed = true;
    const at = this.#records.trays.indexOf(this);
    if (at !== -1) {
      this.#records.trays.splice(at, 1);
    }
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  setImage(image: unknown): void {
    this.__host.image = image;
  }

  setPressedImage(image: unknown): void {
    this.__host.pressedImage = image;
  }

  setToolTip(toolTip: string): void {
    this.__host.toolTip = toolTip;
  }

  setTitle(title: string): void {
    this.#title = title;
  }

  getTitle(): string {
    return this.#title;
  }

  setContextMenu(menu: HostMenu | null): void {
    this.__host.menu = menu;
  }

  popUpContextMenu(menu?: HostMenu): void {
    (menu ?? this.__host.menu)?.popup();
  }

  closeContextMenu(): void {
    this.__host.menu?.closePopup();
  }

  setIgnoreDoubleClickEvents(isIgnored: boolean): void {
    this.#ignoresDoubleClick = isIgnored;
  }

  getIgnoreDoubleClickEvents(): boolean {
    return this.#ignoresDoubleClick;
  }

  displayBalloon(options: Electron.DisplayBalloonOptions): void {
    this.__host.balloon = options;
    this.emit("balloon-show", new HostEvent(this));
  }

  removeBalloon(): void {
    this.__host.balloon = undefined;
    this.emit("balloon-closed", new HostEvent(this));
  }

  getBounds(): Electron.Rectangle {
    return { x: 0, y: 0, width: 0, height: 0 };
  }

  getGUID(): null {
    return null;
  }

  focus(): void {}
}

strictClass("Tray", HostTray);
