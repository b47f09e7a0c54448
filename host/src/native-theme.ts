import { EventEmitter } from "node:events";
import type { Protocol } from "./cdp-types.ts";
import { strictClass } from "./strict.ts";

type Surface = Pick<
  Electron.NativeTheme,
  | "themeSource"
  | "shouldUseDarkColors"
  | "shouldUseHighContrastColors"
  | "shouldUseInvertedColorScheme"
  | "shouldUseDarkColorsForSystemIntegratedUI"
  | "inForcedColorsMode"
  | "prefersReducedTransparency"
  | "shouldDifferentiateWithoutColor"
>;
type Source = Electron.NativeTheme["themeSource"];

/** `nativeTheme`. The system is a light one without forced colours; the theme's source reaches every page. */
export class HostTheme extends EventEmitter implements Surface {
  readonly shouldUseHighContrastColors: boolean = false;
  readonly shouldUseInvertedColorScheme: boolean = false;
  readonly inForcedColorsMode: boolean = false;
  readonly prefersReducedTransparency: boolean = false;
  readonly shouldDifferentiateWithoutColor: boolean = false;
  readonly #onChanged: () => void;
  #source: Source = "system";

  constructor(onChanged: () => void) {
    super();
    this.#onChanged = onChanged;
  }

  get themeSource(): Source {
    return this.#source;
  }

  set themeSource(source: Source) {
    if (this.#source !== source) {
      this.#source = source;
      this.#onChanged();
      setImmediate(() => this.emit("updated"));
    }
  }

  get shouldUseDarkColors(): boolean {
    return this.#source === "dark";
  }

  get shouldUseDarkColorsForSystemIntegratedUI(): boolean {
    return this.shouldUseDarkColors;
  }

  /** For every page; nothing as long as the system decides. */
  media(): readonly Protocol.Emulation.MediaFeature[] {
    return this.#source === "system" ? [] : [{ name: "prefers-color-scheme", value: this.#source }];
  }
}

strictClass("nativeTheme", HostTheme);
