import type { Random } from "../base/ports.ts";
import type { Session } from "../sip/ua/session.ts";
import { CallNameBook, type CallNames } from "./call-names.ts";

/** A confirmed dialog as the control connection knows it. */
export interface DialogEntry {
  readonly names: CallNames;
  readonly session: Session;
  readonly isEnding?: boolean;
}

const MAX_ENDING = 100;

/** The dialogs of one control connection by dialogId, and the names in use. */
export class EngineDialogs {
  readonly names: CallNameBook;
  readonly #entries = new Map<string, DialogEntry>();
  readonly #ending = new Set<CallNames>();
  readonly #byCallId = new Map<string, string>();

  constructor(random: Random) {
    this.names = new CallNameBook(random);
  }

  add(entry: DialogEntry): void {
    this.#entries.set(entry.names.dialogId, entry);
    this.#byCallId.set(entry.names.shownCallId, entry.names.dialogId);
  }

  get(dialogId: string): DialogEntry | undefined {
    return this.#entries.get(dialogId);
  }

  /** The dialog whose Call-ID drachtio-srf uses for a request outside a dialog. */
  withCallId(shownCallId: string): DialogEntry | undefined {
    const dialogId = this.#byCallId.get(shownCallId);
    return dialogId === undefined ? undefined : this.#entries.get(dialogId);
  }

  /** A BYE is on its way: until it is answered only another BYE, with credentials, may follow. */
  startEnding(names: CallNames): void {
    const entry = this.#entries.get(names.dialogId);
    if (entry === undefined) return;
    this.#entries.set(names.dialogId, { ...entry, isEnding: true });
    this.#ending.add(names);
    // An application that does not answer the challenge of its BYE says no more about that dialog.
    const [oldest] = this.#ending;
    if (this.#ending.size > MAX_ENDING && oldest !== undefined) this.remove(oldest);
  }

  /** Forgets a dialog that has ended; its names become free. */
  remove(names: CallNames): void {
    this.#ending.delete(names);
    if (!this.#entries.delete(names.dialogId)) return;
    this.#byCallId.delete(names.shownCallId);
    this.names.release(names);
  }

  all(): readonly DialogEntry[] {
    return [...this.#entries.values()];
  }
}
