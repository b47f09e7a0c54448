import type { Random } from "../base/ports.ts";
import type { Session } from "../sip/ua/session.ts";
import { CallNameBook, type CallNames } from "./call-names.ts";

/** A confirmed dialog as the control connection knows it. */
export interface DialogEntry {
  readonly names: CallNames;
  readonly session: Session;
}

/** The dialogs of one control connection by dialogId, and the names in use. */
export class EngineDialogs {
  readonly names: CallNameBook;
  readonly #entries = new Map<string, DialogEntry>();

  constructor(random: Random) {
    this.names = new CallNameBook(random);
  }

  add(entry: DialogEntry): void {
    this.#entries.set(entry.names.dialogId, entry);
  }

  get(dialogId: string): DialogEntry | undefined {
    return this.#entries.get(dialogId);
  }

  /** Forgets a dialog that has ended; its names become free. */
  remove(names: CallNames): void {
    if (this.#entries.delete(names.dialogId)) this.names.release(names);
  }

  all(): readonly DialogEntry[] {
    return [...this.#entries.values()];
  }
}
