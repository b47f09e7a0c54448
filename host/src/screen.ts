import { EventEmitter } from "node:events";
import type { Protocol } from "./cdp-types.ts";
import { strictClass } from "./strict.ts";

type Surface = Pick<
  Electron.Screen,
  | "getPrimaryDisplay"
  | "getAllDisplays"
  | "getDisplayMatching"
  | "getDisplayNearestPoint"
  | "getCursorScreenPoint"
  | "dipToScreenPoint"
  | "screenToDipPoint"
>;
type Info = Protocol.Emulation.ScreenInfo;

/** Without a display the application finds a usual one. */
const ASSUMED = { width: 1920, height: 1080 };

const DEFAULT_INFO: Info = {
  ...ASSUMED,
  left: 0,
  top: 0,
  availLeft: 0,
  availTop: 0,
  availWidth: ASSUMED.width,
  availHeight: ASSUMED.height,
  devicePixelRatio: 1,
  orientation: { angle: 0, type: "landscapePrimary" },
  colorDepth: 24,
  isExtended: false,
  isInternal: false,
  isPrimary: true,
  label: "",
  id: "1",
};

function displayOf(info: Info): Electron.Display {
  const { left, top, width, height, availLeft, availTop, availWidth, availHeight } = info;
  const display: Partial<Electron.Display> = {
    id: Number(info.id),
    label: info.label,
    bounds: { x: left, y: top, width, height },
    workArea: { x: availLeft, y: availTop, width: availWidth, height: availHeight },
    size: { width, height },
    workAreaSize: { width: availWidth, height: availHeight },
    scaleFactor: info.devicePixelRatio,
    colorDepth: info.colorDepth,
    rotation: 0,
    internal: info.isInternal,
    detected: true,
    monochrome: false,
    touchSupport: "unknown",
    accelerometerSupport: "unknown",
  };
  return display as Electron.Display;
}

function distance({ bounds }: Electron.Display, { x, y }: Electron.Point): number {
  const dx = Math.max(bounds.x - x, 0, x - (bounds.x + bounds.width));
  const dy = Math.max(bounds.y - y, 0, y - (bounds.y + bounds.height));
  return Math.hypot(dx, dy);
}

/** `screen`: the displays as Chromium found them at the start. */
export class HostScreen extends EventEmitter implements Surface {
  readonly #assertReady: () => void;
  #displays: Electron.Display[] = [displayOf(DEFAULT_INFO)];

  /** @param assertReady throws before `ready` */
  constructor(assertReady: () => void) {
    super();
    this.#assertReady = assertReady;
  }

  found(infos: readonly Info[]): void {
    const [first, ...rest] = [...infos].sort((a, b) => Number(b.isPrimary) - Number(a.isPrimary));
    if (first !== undefined) {
      this.#displays = [first, ...rest].map(displayOf);
    }
  }

  getPrimaryDisplay(): Electron.Display {
    this.#assertReady();
    return this.#displays[0] ?? displayOf(DEFAULT_INFO);
  }

  getAllDisplays(): Electron.Display[] {
    this.#assertReady();
    return [...this.#displays];
  }

  getDisplayNearestPoint(point: Electron.Point): Electron.Display {
    this.#assertReady();
    const sorted = [...this.#displays].sort((a, b) => distance(a, point) - distance(b, point));
    return sorted[0] ?? this.getPrimaryDisplay();
  }

  getDisplayMatching(rect: Electron.Rectangle): Electron.Display {
    const { x, y, width, height } = rect;
    return this.getDisplayNearestPoint({ x: x + width / 2, y: y + height / 2 });
  }

  getCursorScreenPoint(): Electron.Point {
    return { x: 0, y: 0 };
  }

  dipToScreenPoint(point: Electron.Point): Electron.Point {
    return point;
  }

  screenToDipPoint(point: Electron.Point): Electron.Point {
    return point;
  }
}

strictClass("screen", HostScreen);
