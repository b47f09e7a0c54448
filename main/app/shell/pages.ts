import type { BrowserWindow, WebContents } from "electron";
import { EVENT_CHANNEL } from "../../../shared/ipc/channels.ts";
import type { AppEventName, AppEvents } from "../../../shared/ipc/contract.ts";

export type WindowKind = "main" | "prompt";

interface Page {
  readonly window: BrowserWindow;
  readonly kind: WindowKind;
  /** It has asked for the state, so it hears what changes. */
  isListening: boolean;
}

/** The open windows, and what they are told. */
export class Pages {
  readonly #pages = new Map<number, Page>();
  /** For the main window alone, until it listens. */
  #held: (() => void)[] = [];

  add(window: BrowserWindow, kind: WindowKind): void {
    const { id } = window.webContents;
    const page: Page = { window, kind, isListening: false };
    this.#pages.set(id, page);
    window.webContents.on("did-start-navigation", (details) => {
      if (details.isMainFrame && !details.isSameDocument) page.isListening = false;
    });
    window.webContents.on("render-process-gone", () => {
      page.isListening = false;
    });
    window.on("closed", () => {
      this.#pages.delete(id);
    });
  }

  idOf(contents: WebContents): number | undefined {
    return this.#pages.has(contents.id) ? contents.id : undefined;
  }

  kindOf(contents: WebContents): WindowKind | undefined {
    return this.#pages.get(contents.id)?.kind;
  }

  windowOf(contents: WebContents | undefined): BrowserWindow | undefined {
    return contents === undefined ? undefined : this.#pages.get(contents.id)?.window;
  }

  listening(contents: WebContents): void {
    const page = this.#pages.get(contents.id);
    if (page === undefined) return;
    page.isListening = true;
    if (page.kind !== "main") return;
    const held = this.#held;
    this.#held = [];
    // After the answer that carries the state.
    setImmediate(() => {
      for (const send of held) send();
    });
  }

  tellAll<Name extends AppEventName>(name: Name, payload: AppEvents[Name]): void {
    for (const page of this.#pages.values()) if (page.isListening) send(page, name, payload);
  }

  /** Waits for a page that is still loading, or not open yet. */
  tellMain<Name extends AppEventName>(name: Name, payload: AppEvents[Name]): void {
    const main = [...this.#pages.values()].find(({ kind }) => kind === "main");
    if (main?.isListening === true) send(main, name, payload);
    else
      this.#held.push(() => {
        this.tellMain(name, payload);
      });
  }
}

function send<Name extends AppEventName>(
  { window }: Page,
  name: Name,
  payload: AppEvents[Name],
): void {
  if (!window.isDestroyed() && !window.webContents.isDestroyed())
    window.webContents.send(EVENT_CHANNEL, name, payload);
}
