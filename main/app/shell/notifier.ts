import { Notification } from "electron";
import type { Card } from "../../../shared/model/card.ts";
import { said } from "../words/phrase.ts";
import type { CurrentWords } from "../words/words.ts";
import type { AttentionStep } from "./attention.ts";

export interface NotifierOptions {
  readonly hasActionButtons: boolean;
  readonly words: CurrentWords;
  readonly hasSound: () => boolean;
  readonly onAcceptAll: (cardId: string) => void;
  readonly onOpen: (cardId: string) => void;
}

/** The system's notifications: one for each offer, withdrawn when it is answered. */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #open = new Map<string, Notification>();

  constructor(options: NotifierOptions) {
    this.#options = options;
  }

  perform({ show, close }: AttentionStep): void {
    for (const id of close) this.#close(id);
    if (!Notification.isSupported()) return;
    for (const { kind, card } of show) this.#show(kind, card);
  }

  closeAll(): void {
    for (const id of [...this.#open.keys()]) this.#close(id);
  }

  plain(title: string, body: string): void {
    if (Notification.isSupported()) new Notification({ title, body, silent: true }).show();
  }

  #show(kind: "offer" | "autoAccepted", card: Card): void {
    const { hasActionButtons, hasSound, onAcceptAll, onOpen, words } = this.#options;
    const notification = new Notification({
      id: card.id,
      ...this.#words(kind, card),
      // The window makes the sound, once for all the ways in which an offer is told.
      silent: kind === "autoAccepted" || !hasSound(),
      actions:
        kind === "offer" && hasActionButtons
          ? [
              { type: "button", text: words().say(said("shell.notify.acceptAll")) },
              { type: "button", text: words().say(said("shell.notify.review")) },
            ]
          : [],
    });
    notification.on("action", ({ actionIndex }) => {
      if (actionIndex === 0) onAcceptAll(card.id);
      else onOpen(card.id);
    });
    notification.on("click", () => {
      onOpen(card.id);
    });
    notification.on("close", () => {
      this.#open.delete(card.id);
    });
    this.#open.set(card.id, notification);
    notification.show();
  }

  #words(kind: "offer" | "autoAccepted", card: Card): { title: string; body: string } {
    const words = this.#options.words();
    const { peerName: name, files } = card;
    const count = files.length;
    const size = { octets: files.reduce((sum, { sizeOctets }) => sum + sizeOctets, 0) };
    const [title, body] =
      kind === "offer"
        ? [
            said("shell.notify.offerTitle", { name, count }),
            said("shell.notify.offerBody", { file: files[0]?.name ?? "", more: count - 1, size }),
          ]
        : [
            said("shell.notify.autoAcceptedTitle", { name }),
            said("shell.notify.autoAcceptedBody", { count, size }),
          ];
    return { title: words.say(title), body: words.say(body) };
  }

  #close(id: string): void {
    this.#open.get(id)?.close();
    this.#open.delete(id);
  }
}
