import { Notification } from "electron";
import type { Card } from "../../../shared/model/card.ts";
import type { AttentionStep } from "./attention.ts";
import { type ShellTexts, sizeText } from "./i18n.ts";

export interface NotifierOptions {
  readonly hasActionButtons: boolean;
  readonly texts: () => ShellTexts;
  readonly language: () => string;
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
    const { hasActionButtons, hasSound, onAcceptAll, onOpen, texts } = this.#options;
    const notification = new Notification({
      id: card.id,
      ...this.#words(kind, card),
      // The window makes the sound, once for all the ways in which an offer is told.
      silent: kind === "autoAccepted" || !hasSound(),
      actions:
        kind === "offer" && hasActionButtons
          ? [
              { type: "button", text: texts().acceptAll },
              { type: "button", text: texts().review },
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
    const texts = this.#options.texts();
    const octets = card.files.reduce((sum, { sizeOctets }) => sum + sizeOctets, 0);
    const size = sizeText(octets, this.#options.language());
    return kind === "offer"
      ? {
          title: texts.offerTitle(card.peerName, card.files.length),
          body: texts.offerBody(card.files[0]?.name ?? "", card.files.length - 1, size),
        }
      : {
          title: texts.autoAcceptedTitle(card.peerName),
          body: texts.autoAcceptedBody(card.files.length, size),
        };
  }

  #close(id: string): void {
    this.#open.get(id)?.close();
    this.#open.delete(id);
  }
}
