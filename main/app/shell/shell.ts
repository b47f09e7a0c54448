import { app, type BrowserWindow, dialog, powerMonitor } from "electron";
import type { AppEvents } from "../../../shared/ipc/contract.ts";
import { systemClock } from "../../base/clock.node.ts";
import type { Log } from "../../base/ports.ts";
import { present } from "../../base/present.ts";
import { UserError } from "../../compose/user-error.ts";
import type { EngineStart, InstanceFacts } from "../engine/engine-options.ts";
import { openEngine } from "../engine/open-engine.node.ts";
import type { AppEngine, EngineEvent } from "../ports.ts";
import { type Said, said } from "../words/phrase.ts";
import { type Words, wordsFor } from "../words/words.ts";
import { electronDesktop } from "./desktop.ts";
import type { HandOver } from "./hand-over.ts";
import { windowIcon } from "./icons.ts";
import { asker, openBorder } from "./ipc-border.ts";
import { MainWindow } from "./main-window.ts";
import type { PageFiles } from "./page-files.ts";
import { PAGE_ORIGIN, servePages } from "./page-scheme.ts";
import { Pages } from "./pages.ts";
import { Presence } from "./presence.ts";
import { countProfiles } from "./profile-count.ts";
import type { ProfilePlace } from "./profile-place.ts";
import { PromptWindow } from "./prompt-window.ts";
import { Quitting } from "./quitting.ts";
import { SavedPlaceFile } from "./saved-place-file.ts";
import type { StartOptions } from "./start-options.ts";
import { hasTrayHost } from "./tray-host.ts";

/** The system's own end waits no longer for us. */
const STOP_MS = 5_000;

export interface ShellOptions {
  readonly place: ProfilePlace;
  readonly instance: InstanceFacts;
  readonly start: StartOptions;
  readonly engineStart: EngineStart | undefined;
  readonly files: PageFiles;
  readonly log: Log;
}

/** One profile's application: its windows, the border between them and the engine, and the end of both. */
export class Shell {
  readonly #options: ShellOptions;
  readonly #clock = systemClock();
  readonly #pages = new Pages();
  readonly #main: MainWindow;
  readonly #prompt: PromptWindow;
  readonly #quitting: Quitting;
  readonly #engine: Promise<AppEngine>;
  #presence: Presence | undefined;
  #isOneOfSeveral: boolean;

  /** Once Electron is ready. */
  constructor(options: ShellOptions) {
    this.#options = options;
    this.#isOneOfSeveral = options.instance.isOneOfSeveral;
    this.#quitting = new Quitting({
      ask: (running) => {
        this.#main.show();
        this.#pages.tellMain("quit.asked", { running });
      },
      end: () => {
        app.quit();
      },
    });
    this.#main = this.#makeMain();
    this.#prompt = new PromptWindow({
      ...this.#windowParts,
      title: () => this.#words.say(said("shell.promptTitle")),
    });
    this.#engine = this.#openEngine();
    Promise.all([this.#engine, hasTrayHost()]).then(
      ([engine, hasTray]) => {
        this.#begin(engine, hasTray);
      },
      (error: unknown) => {
        this.#startFailed(error);
      },
    );
    servePages(options.files, this.#engine, options.log);
    openBorder({
      origin: PAGE_ORIGIN,
      engine: this.#engine,
      windowOf: (contents) => this.#pages.idOf(contents),
      words: () => this.#words,
      kindOf: (contents) => this.#pages.kindOf(contents),
      onListening: (contents) => {
        this.#pages.listening(contents);
      },
      log: options.log,
    });
    this.#main.open(options.start.isHidden);
    this.#watchEnd();
  }

  /** Files and an address from the command line, the system or a second start. They fill the page Send, no more. */
  handOver({ paths, to, isHidden, isNewOffer, joinLink }: HandOver): void {
    if (!isHidden) this.#main.show();
    if (isNewOffer === true) this.#pages.tellMain("window.show", { page: "send" });
    if (paths.length === 0 && to === undefined && joinLink === undefined) return;
    void this.#engine.then((engine) => engine.handOver({ paths, ...present({ to, joinLink }) }));
  }

  /** The Dock's icon, or a second start. */
  activate(): void {
    this.#main.show();
  }

  get #words(): Words {
    return this.#presence?.words ?? wordsFor("system", app.getLocale());
  }

  get #windowParts(): {
    pages: Pages;
    icon: string;
    clock: ReturnType<typeof systemClock>;
    log: Log;
  } {
    return {
      pages: this.#pages,
      icon: windowIcon(),
      clock: this.#clock,
      log: this.#options.log,
    };
  }

  #makeMain(): MainWindow {
    const { place, start, log } = this.#options;
    return new MainWindow({
      ...this.#windowParts,
      file: new SavedPlaceFile(place.folder, log),
      bounds: start.bounds,
      mayClose: () => this.#mayClose(),
      onChanged: () => {
        this.#presence?.windowChanged();
        this.#lookForOthers();
      },
      onClosed: () => {
        this.#mainClosed();
      },
      onSessionEnd: () => {
        this.#quitting.force();
      },
      onGivenUp: () => {
        // An error box would keep this process, and the transfers in it, waiting for its answer.
        void dialog.showMessageBox({
          type: "error",
          message: this.#words.say(said("shell.dialog.windowFailedTitle")),
          detail: this.#words.say(said("shell.dialog.windowFailed")),
        });
      },
    });
  }

  /** A window of another profile that is opened takes the focus from this one, so this is when to look. */
  #lookForOthers(): void {
    if (this.#isOneOfSeveral || countProfiles(this.#options.place.home) < 2) return;
    this.#isOneOfSeveral = true;
    void this.#engine.then((engine) => {
      engine.becomeOneOfSeveral();
    });
  }

  #openEngine(): Promise<AppEngine> {
    const { place, instance, engineStart, log } = this.#options;
    const desktop = electronDesktop(
      {
        dialogParent: () => this.#dialogParent(),
        fitPrompt: (heightPx) => {
          this.#prompt.fit(heightPx);
        },
        showMain: (what) => {
          this.#show(what);
        },
        answerQuit: (how) => {
          this.#quitting.answer(how, this.#underWay);
        },
      },
      () => this.#words,
    );
    const opening = openEngine({
      profileFolder: place.folder,
      profileName: place.name,
      desktop,
      instance,
      ...(engineStart === undefined ? {} : { start: engineStart }),
      log,
    });
    return opening.then((engine) => {
      // Before anybody can ask for the state: nothing that changes it later is lost.
      engine.onEvent((event) => {
        this.#relay(event);
        this.#presence?.handle(event);
      });
      return engine;
    });
  }

  /** A dialog of a window that is hidden would be hidden with it. */
  #dialogParent(): BrowserWindow | undefined {
    const window = this.#pages.windowOf(asker.getStore()) ?? this.#main.window;
    return window?.isVisible() === true ? window : undefined;
  }

  #begin(engine: AppEngine, hasTray: boolean): void {
    const { place, log, start } = this.#options;
    this.#presence = new Presence({
      engine,
      main: this.#main,
      prompt: this.#prompt,
      place,
      locale: app.getLocale(),
      hasTrayHost: hasTray,
      clock: this.#clock,
      log,
      show: (what) => {
        this.#show(what);
      },
      onUnderWay: (count) => {
        this.#quitting.changed(count);
      },
      onQuit: () => {
        app.quit();
      },
    });
    powerMonitor.on("suspend", () => void engine.suspend());
    powerMonitor.on("resume", () => void engine.resume());
    this.handOver({ ...start, paths: [...start.paths], isHidden: true });
  }

  #relay(event: EngineEvent): void {
    if (event.name === "compose.fill") this.#pages.tellMain(event.name, event.payload);
    else if (event.name === "join.asked") this.#pages.tellMain(event.name, event.payload);
    else this.#pages.tellAll(event.name, event.payload);
  }

  #show(what: AppEvents["window.show"]): void {
    this.#main.show();
    if (Object.keys(what).length > 0) this.#pages.tellMain("window.show", what);
  }

  #startFailed(error: unknown): void {
    const { log, place } = this.#options;
    log.write("error", "not started", { why: String(error) });
    const why =
      error instanceof UserError
        ? said("shell.dialog.profileNotUsable", { folder: place.folder })
        : String(error);
    this.#tell(said("shell.dialog.startFailedTitle"), said("shell.dialog.startFailed", { why }));
    app.exit(1);
  }

  #tell(title: Said, text: Said): void {
    dialog.showErrorBox(this.#words.say(title), this.#words.say(text));
  }

  /** The user closes the main window. */
  #mayClose(): boolean {
    if (!this.#quitting.isEnding && this.#presence?.canHide === true) {
      this.#main.hide();
      this.#presence.explainHiding();
      return false;
    }
    return this.#quitting.mayQuit(this.#underWay);
  }

  /** Some systems close a window without asking: then what would have kept it is done now. */
  #mainClosed(): void {
    if (!this.#quitting.isEnding && this.#presence?.canHide === true)
      this.#presence.explainHiding();
    else app.quit();
  }

  get #underWay(): number {
    return this.#presence?.underWay ?? 0;
  }

  #watchEnd(): void {
    app.on("before-quit", (event) => {
      if (!this.#quitting.mayQuit(this.#underWay)) event.preventDefault();
    });
    // Without a listener Electron would quit.
    app.on("window-all-closed", () => undefined);
    app.once("will-quit", (event) => {
      event.preventDefault();
      void this.#stop();
    });
    const forced = (): void => {
      this.#quitting.force();
    };
    powerMonitor.on("shutdown", forced);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, forced);
  }

  async #stop(): Promise<void> {
    this.#presence?.close();
    const deadline = new Promise<void>((resolve) => {
      setTimeout(resolve, STOP_MS);
    });
    const stopped = this.#engine.then((engine) => engine.stop());
    await Promise.race([
      deadline,
      stopped.catch((error: unknown) => {
        this.#options.log.write("error", "not stopped in order", { why: String(error) });
      }),
    ]);
    app.exit(0);
  }
}
