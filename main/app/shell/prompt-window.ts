import { BrowserWindow, screen } from "electron";
import type { Clock, Log, Timer } from "../../base/ports.ts";
import { recoverPage } from "./page-recovery.ts";
import type { Pages } from "./pages.ts";
import { canvasColour, pageUrl, webPreferences } from "./window-options.ts";
import { placePrompt } from "./window-place.ts";

const WIDTH_PX = 400;
const FIRST_HEIGHT_PX = 320;
/** A page that does not say how high it is, is shown all the same. */
const FIT_MS = 1_500;
/** Kept so long after its last offer: the next one often follows soon. */
const LINGER_MS = 30_000;

export interface PromptWindowOptions {
  readonly pages: Pages;
  readonly title: () => string;
  readonly icon: string;
  readonly clock: Clock;
  readonly log: Log;
}

/** The small window for offers that never takes the focus. It exists only around the time when it is wanted. */
export class PromptWindow {
  readonly #options: PromptWindowOptions;
  #window: BrowserWindow | undefined;
  #heightPx = FIRST_HEIGHT_PX;
  #isWanted = false;
  #isReady = false;
  #fitting: Timer | undefined;
  #lingering: Timer | undefined;

  constructor(options: PromptWindowOptions) {
    this.#options = options;
  }

  get isVisible(): boolean {
    return this.#window?.isVisible() === true;
  }

  want(isWanted: boolean): void {
    if (this.#isWanted === isWanted) return;
    this.#isWanted = isWanted;
    this.#lingering?.cancel();
    if (isWanted) this.#open();
    else {
      this.#window?.hide();
      this.#lingering = this.#options.clock.startTimer(LINGER_MS, () => this.#window?.destroy());
    }
  }

  fit(heightPx: number): void {
    this.#fitting?.cancel();
    this.#heightPx = heightPx;
    this.#isReady = true;
    this.#place();
    this.#show();
  }

  close(): void {
    this.#lingering?.cancel();
    this.#window?.destroy();
  }

  #open(): void {
    if (this.#window !== undefined) {
      this.#place();
      this.#show();
      return;
    }
    const window = this.#create();
    this.#window = window;
    this.#options.pages.add(window, "prompt");
    recoverPage(window, {
      ...this.#options,
      onGivenUp: () => {
        window.destroy();
      },
    });
    window.once("ready-to-show", () => {
      this.#fitting = this.#options.clock.startTimer(FIT_MS, () => {
        this.#isReady = true;
        this.#show();
      });
    });
    window.on("page-title-updated", (event) => {
      event.preventDefault();
    });
    window.on("closed", () => {
      this.#fitting?.cancel();
      this.#window = undefined;
      this.#isReady = false;
    });
    void window.loadURL(pageUrl("prompt")).catch((error: unknown) => {
      this.#options.log.write("error", "prompt not loaded", { why: String(error) });
    });
  }

  #create(): BrowserWindow {
    return new BrowserWindow({
      ...this.#bounds(),
      show: false,
      frame: false,
      resizable: false,
      minimizable: false,
      maximizable: false,
      fullscreenable: false,
      skipTaskbar: true,
      alwaysOnTop: true,
      // A click is answered, but the keyboard stays where it was.
      focusable: false,
      title: this.#options.title(),
      icon: this.#options.icon,
      backgroundColor: canvasColour(),
      webPreferences: webPreferences(),
    });
  }

  #show(): void {
    const window = this.#window;
    if (!this.#isWanted || !this.#isReady || window === undefined || window.isDestroyed()) return;
    if (!window.isVisible()) window.showInactive();
  }

  #place(): void {
    this.#window?.setBounds(this.#bounds());
  }

  #bounds(): { x: number; y: number; width: number; height: number } {
    return placePrompt(WIDTH_PX, this.#heightPx, screen.getPrimaryDisplay().workArea);
  }
}
