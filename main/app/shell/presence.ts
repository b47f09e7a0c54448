import { nativeTheme, powerSaveBlocker } from "electron";
import type { PageName, WindowAction } from "../../../shared/ipc/contract.ts";
import type { AppState } from "../../../shared/model/app-state.ts";
import type { Card } from "../../../shared/model/card.ts";
import type { Clock, Log } from "../../base/ports.ts";
import type { AppEngine, EngineEvent } from "../ports.ts";
import { said } from "../words/phrase.ts";
import { type Words, wordsFor } from "../words/words.ts";
import { setAppMenu } from "./app-menu.ts";
import { Attention, isPromptWanted } from "./attention.ts";
import { CardBook } from "./card-book.ts";
import { Coalesced } from "./coalesce.ts";
import { KeepAwake } from "./keep-awake.ts";
import { setLoginItem } from "./login-item.ts";
import type { MainWindow } from "./main-window.ts";
import { Notifier } from "./notifier.ts";
import type { ProfilePlace } from "./profile-place.ts";
import type { PromptWindow } from "./prompt-window.ts";
import { RecentDocuments } from "./recent-documents.ts";
import { Taskbar } from "./taskbar.ts";
import { instanceTitle, windowTitle } from "./titles.ts";
import { TrayIcon } from "./tray-icon.ts";

/** Title, taskbar and tray follow a transfer this often. */
const SHOW_MS = 500;

export interface PresenceOptions {
  readonly engine: AppEngine;
  readonly main: MainWindow;
  readonly prompt: PromptWindow;
  readonly place: ProfilePlace;
  readonly locale: string;
  /** Somebody shows tray icons. */
  readonly hasTrayHost: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly show: (what: { page?: PageName; cardId?: string; action?: WindowAction }) => void;
  readonly onUnderWay: (count: number) => void;
  readonly onQuit: () => void;
}

/** All that the system shows of the application beside its windows' content, kept in step with the engine. */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #platform = process.platform;
  readonly #book: CardBook;
  readonly #attention: Attention;
  readonly #notifier: Notifier;
  readonly #taskbar = new Taskbar();
  readonly #recent = new RecentDocuments();
  #tray: TrayIcon | undefined;
  readonly #awake: KeepAwake;
  readonly #refresh: Coalesced;
  #settings: AppState["settings"];
  #words: Words;

  constructor(options: PresenceOptions) {
    this.#options = options;
    const { app, cards } = options.engine.snapshot;
    this.#settings = app.settings;
    this.#words = this.#wordsNow();
    this.#book = new CardBook(cards);
    this.#attention = new Attention(cards);
    this.#notifier = this.#makeNotifier();
    this.#awake = new KeepAwake(options.clock, blockSuspension, () => this.#book.isChecking);
    this.#refresh = new Coalesced(options.clock, SHOW_MS, () => {
      this.#show();
    });
    this.#applySettings(undefined);
    this.#attend(cards);
    this.#show();
  }

  get words(): Words {
    return this.#words;
  }

  get underWay(): number {
    return this.#book.underWay.length;
  }

  /** The window may vanish, because there is something to bring it back with. */
  get canHide(): boolean {
    return this.#platform === "darwin" || this.#tray !== undefined;
  }

  handle(event: EngineEvent): void {
    this.#book.apply(event, this.#options.main.isFocused);
    if (event.name === "card.progress") this.#awake.moved();
    if (event.name === "cards.changed") {
      this.#attend(event.payload);
      for (const card of event.payload) this.#recent.add(card);
    }
    if (event.name === "cards.removed") this.#attend([]);
    if (event.name === "app.changed") this.#appChanged(event.payload);
    this.#keepAwake();
    if (event.name === "cards.changed") this.#options.onUnderWay(this.underWay);
    this.#refresh.wish();
  }

  /** Focus or visibility of the main window changed. */
  windowChanged(): void {
    if (this.#options.main.isFocused) {
      this.#book.markSeen();
      this.#notifier.forgetWaiting();
      this.#options.main.window?.flashFrame(false);
    }
    this.#wantPrompt();
    this.#refresh.wish();
  }

  explainHiding(): void {
    if (this.#options.main.isHidingTold) return;
    this.#options.main.hidingTold();
    const [title, body] = [said("shell.notify.hiddenTitle"), said("shell.notify.hiddenBody")];
    this.#notifier.plain(this.#words.say(title), this.#words.say(body));
  }

  close(): void {
    this.#awake.release();
    this.#refresh.stop();
    this.#notifier.closeAll();
    this.#options.prompt.close();
    this.#tray?.destroy();
  }

  #attend(changed: readonly Card[]): void {
    const step = this.#attention.step({
      changed,
      asking: this.#book.asking,
      isMainFocused: this.#options.main.isFocused,
      settings: this.#settings,
    });
    this.#notifier.perform(step);
    if (step.isFlashing) this.#options.main.window?.flashFrame(true);
    this.#wantPrompt();
  }

  #wantPrompt(): void {
    this.#options.prompt.want(
      isPromptWanted({
        hasActionButtons: this.#hasActionButtons,
        askingCount: this.#book.asking.length,
        isMainLookedAt: this.#options.main.isLookedAt,
        settings: this.#settings,
      }),
    );
  }

  #keepAwake(): void {
    if (!this.#book.isWorking) this.#awake.release();
    else if (this.#book.isChecking) this.#awake.moved();
  }

  #appChanged(change: Extract<EngineEvent, { name: "app.changed" }>["payload"]): void {
    if (change.settings === undefined || change.settings === null) return;
    const before = this.#settings;
    this.#settings = change.settings;
    this.#applySettings(before);
    if (change.settings.areNotificationsOn !== true) this.#notifier.forgetWaiting();
    this.#wantPrompt();
  }

  /** @param before undefined at the start */
  #applySettings(before: AppState["settings"] | undefined): void {
    const { place, log } = this.#options;
    const { theme, language, startsWithSystem, isKeptInTray } = this.#settings;
    nativeTheme.themeSource = theme;
    if (before?.language !== language) {
      this.#words = this.#wordsNow();
      const { show, onQuit: quit } = this.#options;
      setAppMenu(this.#words, { show, quit, ...this.#pausing });
    }
    if (before?.isKeptInTray !== isKeptInTray) this.#keepTray(isKeptInTray);
    if (before !== undefined && before.startsWithSystem !== startsWithSystem)
      setLoginItem(startsWithSystem, { place, words: this.#words, log });
  }

  #wordsNow(): Words {
    return wordsFor(this.#settings.language, this.#options.locale);
  }

  #show(): void {
    const { main, engine } = this.#options;
    const { progress, badge, asking, pausing } = this.#book;
    const words = this.#words;
    const title = instanceTitle(engine.snapshot.app, words);
    main.setTitle(windowTitle(title, progress, { platform: this.#platform, words }));
    this.#taskbar.setProgress(main.window, progress);
    this.#taskbar.setCount(main.window, badge, words);
    this.#tray?.update({
      title,
      waiting: asking.length,
      pausing,
      isDoNotDisturb: this.#settings.isDoNotDisturb,
    });
  }

  get #pausing(): { readonly pauseAll: () => void; readonly resumeAll: () => void } {
    const { engine } = this.#options;
    return {
      pauseAll: () => void engine.answer("cards.pauseAll", {}),
      resumeAll: () => void engine.answer("cards.resumeAll", {}),
    };
  }

  get #hasActionButtons(): boolean {
    return this.#platform !== "linux";
  }

  #makeNotifier(): Notifier {
    const { clock, show } = this.#options;
    return new Notifier({
      clock,
      hasActionButtons: this.#hasActionButtons,
      words: () => this.#words,
      hasSound: () => this.#settings.hasSound,
      onAcceptAll: (id) => {
        this.#acceptAll(id);
      },
      onOpen: (cardId) => {
        show({ page: "transfers", cardId, action: "focusOffer" });
      },
    });
  }

  #keepTray(isKept: boolean): void {
    this.#tray?.destroy();
    this.#tray = isKept && this.#options.hasTrayHost ? this.#makeTray() : undefined;
  }

  #makeTray(): TrayIcon | undefined {
    const { engine, log, onQuit, show } = this.#options;
    const actions = {
      open: () => {
        show({});
      },
      send: () => {
        show({ page: "send" });
      },
      setDoNotDisturb: (isDoNotDisturb: boolean) => {
        void engine.answer("settings.change", { isDoNotDisturb });
      },
      ...this.#pausing,
      quit: onQuit,
      dropped: (paths: readonly string[]) => {
        show({ page: "send" });
        void engine.handOver({ paths });
      },
    };
    return TrayIcon.create(() => this.#words, actions, log);
  }

  /** From a notification: everything that the card itself would tick. What can run programs needs a look. */
  #acceptAll(id: string): void {
    const card = this.#book.get(id);
    const isMine = this.#options.engine.snapshot.app.people.some(
      ({ aor, isMe }) => isMe && aor === card?.peer,
    );
    const isPlain = card?.files.every(({ isDangerous }) => isMine || !isDangerous) ?? false;
    const wanted = card?.files.filter(({ isAlreadyHere }) => isAlreadyHere !== true) ?? [];
    if (card === undefined || !isPlain || wanted.length === 0) {
      this.#options.show({ page: "transfers", cardId: id, action: "focusOffer" });
      return;
    }
    const files = wanted.map(({ index }) => ({ index }));
    void this.#options.engine.answer("offer.accept", { id, files }).then((result) => {
      // No room, a folder that is gone: the card says it, and what to do.
      if (!result.ok) this.#options.show({ page: "transfers", cardId: id, action: "focusOffer" });
    });
  }
}

function blockSuspension(): () => void {
  const id = powerSaveBlocker.start("prevent-app-suspension");
  return () => {
    powerSaveBlocker.stop(id);
  };
}
