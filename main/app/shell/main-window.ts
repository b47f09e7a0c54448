import { BrowserWindow, screen } from "electron";
import type { Clock, Log, Timer } from "../../base/ports.ts";
import { recoverPage } from "./page-recovery.ts";
import type { Pages } from "./pages.ts";
import type { SavedPlaceFile } from "./saved-place-file.ts";
import type { Rectangle } from "./start-options.ts";
import { canvasColour, pageUrl, webPreferences } from "./window-options.ts";
import { MIN_SIZE, placeWindow, type SavedPlace } from "./window-place.ts";

const SAVE_MS = 500;

export interface MainWindowOptions {
  readonly pages: Pages;
  readonly file: SavedPlaceFile;
  readonly bounds: Rectangle | undefined;
  readonly icon: string;
  readonly clock: Clock;
  readonly log: Log;
  /** The user closes it; false keeps it open, or hides it. */
  readonly mayClose: () => boolean;
  /** It looks different to who decides about prompts and badges: focus, visibility. */
  readonly onChanged: () => void;
  readonly onClosed: () => void;
  /** Windows ends the session: no time for questions. */
  readonly onSessionEnd: () => void;
  readonly onGivenUp: () => void;
}

/** The one window with everything in it; opened anew when the user wants it back. */
export class MainWindow {
  readonly #options: MainWindowOptions;
  #window: BrowserWindow | undefined;
  #title = "";
  #saved: SavedPlace | undefined;
  #saving: Timer | undefined;
  #isShowWanted = false;
  /** Its page was drawn once, so that showing it shows no white. */
  #isDrawn = false;

  constructor(options: MainWindowOptions) {
    this.#options = options;
    this.#saved = options.file.read();
  }

  get window(): BrowserWindow | undefined {
    return this.#window;
  }

  get isFocused(): boolean {
    return this.#isOpen && this.#window?.isFocused() === true;
  }

  /**
   * The user sees what is in it, as far as can be known: it has the focus, or it was given its own place among other
   * windows and is open there.
   */
  get isLookedAt(): boolean {
    return this.isFocused || (this.#options.bounds !== undefined && this.#isOpen);
  }

  get #isOpen(): boolean {
    const window = this.#window;
    return window?.isVisible() === true && !window.isMinimized();
  }

  get isHidingTold(): boolean {
    return this.#saved?.isHidingTold === true;
  }

  /** @param isHidden loads the page without showing the window */
  open(isHidden: boolean): void {
    this.#isShowWanted ||= !isHidden;
    if (this.#window !== undefined) return;
    const window = this.#create();
    this.#window = window;
    this.#options.pages.add(window, "main");
    this.#watch(window);
    recoverPage(window, this.#options);
    window.once("ready-to-show", () => {
      this.#isDrawn = true;
      if (this.#isShowWanted) this.#showNow(window);
    });
    void window.loadURL(pageUrl("main")).catch((error: unknown) => {
      this.#options.log.write("error", "page not loaded", { why: String(error) });
    });
  }

  /** Brings it to the front, whatever it was. */
  show(): void {
    this.#isShowWanted = true;
    const window = this.#window;
    if (window === undefined) this.open(false);
    else if (this.#isDrawn) {
      // Given up before; whoever wants to see it has it loaded again.
      if (window.webContents.isCrashed()) window.webContents.reload();
      this.#showNow(window);
      window.focus();
    }
  }

  hide(): void {
    this.#isShowWanted = false;
    this.#window?.hide();
  }

  setTitle(title: string): void {
    if (this.#title === title) return;
    this.#title = title;
    this.#window?.setTitle(title);
  }

  /** The user was told once that the window hides. */
  hidingTold(): void {
    this.#save({ isHidingTold: true });
  }

  #create(): BrowserWindow {
    const areas = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()];
    const place = placeWindow(
      this.#options.bounds ?? this.#saved,
      areas.map(({ workArea }) => workArea),
    );
    return new BrowserWindow({
      ...place,
      minWidth: MIN_SIZE.width,
      minHeight: MIN_SIZE.height,
      show: false,
      title: this.#title,
      icon: this.#options.icon,
      backgroundColor: canvasColour(),
      autoHideMenuBar: true,
      webPreferences: webPreferences(),
    });
  }

  #showNow(window: BrowserWindow): void {
    if (window.isDestroyed()) return;
    if (window.isMinimized()) window.restore();
    if (
      this.#saved?.isMaximized === true &&
      this.#options.bounds === undefined &&
      !window.isVisible()
    )
      window.maximize();
    window.show();
  }

  #watch(window: BrowserWindow): void {
    const { onChanged, mayClose, onClosed, onSessionEnd, clock } = this.#options;
    const moved = (): void => {
      this.#saving?.cancel();
      this.#saving = clock.startTimer(SAVE_MS, () => {
        this.#save({});
      });
    };
    window.on("resize", moved);
    window.on("move", moved);
    for (const name of ["focus", "blur", "show", "hide", "minimize", "restore"] as const)
      watchEvent(window, name, onChanged);
    window.on("page-title-updated", (event) => {
      // The title is ours: a page has no say in what the system's switcher shows.
      event.preventDefault();
    });
    if (process.platform === "win32") window.on("query-session-end", onSessionEnd);
    window.on("close", (event) => {
      this.#saving?.cancel();
      this.#save({});
      if (!mayClose()) event.preventDefault();
    });
    window.on("closed", () => {
      this.#saving?.cancel();
      this.#window = undefined;
      this.#isShowWanted = false;
      this.#isDrawn = false;
      onClosed();
    });
  }

  #save(more: { isHidingTold?: boolean }): void {
    const window = this.#window;
    const place =
      window === undefined || window.isDestroyed()
        ? this.#saved
        : { ...window.getNormalBounds(), isMaximized: window.isMaximized() };
    if (place === undefined) return;
    const told = more.isHidingTold ?? this.#saved?.isHidingTold;
    this.#saved = { ...place, ...(told === undefined ? {} : { isHidingTold: told }) };
    this.#options.file.write(this.#saved);
  }
}

type PlainWindowEvent = "focus" | "blur" | "show" | "hide" | "minimize" | "restore";

/** Electron's types have one overload for each event, so a union of names fits none. */
function watchEvent(window: BrowserWindow, name: PlainWindowEvent, listener: () => void): void {
  const source: NodeJS.EventEmitter = window;
  source.on(name, listener);
}
