import { Notification } from "electron";
import type { Card } from "../../../shared/model/card.ts";
import type { Clock } from "../../base/ports.ts";
import { said } from "../words/phrase.ts";
import type { CurrentWords } from "../words/words.ts";
import type { AttentionStep } from "./attention.ts";
import { Coalesced } from "./coalesce.ts";

/** Whoever makes many offers gets one notification in this time, and the others are counted in it. */
export const NOTIFICATION_EVERY_MS = 10_000;

export interface NotifierOptions {
  readonly clock: Clock;
  readonly hasActionButtons: boolean;
  readonly words: CurrentWords;
  readonly hasSound: () => boolean;
  readonly onAcceptAll: (cardId: string) => void;
  readonly onOpen: (cardId: string) => void;
}

type Kind = AttentionStep["show"][number]["kind"];

/** One notification, and the cards it tells of that still wait. */
interface Told {
  readonly notification: Notification;
  readonly cardIds: Set<string>;
}

/** The system's notifications: withdrawn when all that they tell of is answered. */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #told = new Set<Told>();
  readonly #pace: Coalesced;
  #waiting: AttentionStep["show"] = [];

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#pace = new Coalesced(options.clock, NOTIFICATION_EVERY_MS, () => {
      this.#showWaiting();
    });
  }

  perform({ show, close }: AttentionStep): void {
    for (const id of close) this.#close(id);
    if (!Notification.isSupported()) return;
    this.#waiting = [...this.#waiting, ...show];
    if (this.#waiting.length === 0) this.#pace.stop();
    else this.#pace.wish();
  }

  /** The user looks by now, or does not want to be told any more. */
  forgetWaiting(): void {
    this.#waiting = [];
    this.#pace.stop();
  }

  closeAll(): void {
    this.forgetWaiting();
    for (const { notification } of this.#told) notification.close();
    this.#told.clear();
  }

  plain(title: string, body: string): void {
    if (Notification.isSupported()) new Notification({ title, body, silent: true }).show();
  }

  /** Offers first: they wait for somebody. What a rule accepted gets the next turn. */
  #showWaiting(): void {
    const kind = this.#waiting.some((one) => one.kind === "offer") ? "offer" : "autoAccepted";
    const cards = this.#waiting.filter((one) => one.kind === kind).map(({ card }) => card);
    this.#waiting = this.#waiting.filter((one) => one.kind !== kind);
    this.#show(kind, cards);
    if (this.#waiting.length > 0) this.#pace.wish();
  }

  #show(kind: Kind, cards: readonly Card[]): void {
    const { hasActionButtons, hasSound, onAcceptAll, onOpen, words } = this.#options;
    const [first] = cards;
    if (first === undefined) return;
    const acceptAll = words().say(said("shell.notify.acceptAll"));
    const review = words().say(said("shell.notify.review"));
    // Of several offers each is looked at before anything is accepted.
    const buttons = cards.length === 1 ? [acceptAll, review] : [review];
    const notification = new Notification({
      id: first.id,
      ...this.#words(kind, first, cards.length - 1),
      // The window makes the sound, once for all the ways in which an offer is told.
      silent: kind === "autoAccepted" || !hasSound(),
      actions:
        kind === "offer" && hasActionButtons
          ? buttons.map((text) => ({ type: "button" as const, text }))
          : [],
    });
    const told: Told = { notification, cardIds: new Set(cards.map(({ id }) => id)) };
    const open = (): void => {
      const [id = first.id] = told.cardIds;
      onOpen(id);
    };
    notification.on("action", ({ actionIndex }) => {
      if (buttons[actionIndex] === acceptAll) onAcceptAll(first.id);
      else open();
    });
    notification.on("click", open);
    notification.on("close", () => {
      this.#told.delete(told);
    });
    this.#told.add(told);
    notification.show();
  }

  #words(kind: Kind, card: Card, more: number): { title: string; body: string } {
    const words = this.#options.words();
    const { peerName: name, files } = card;
    const count = files.length;
    const size = { octets: files.reduce((sum, { sizeOctets }) => sum + sizeOctets, 0) };
    const [title, body, others] =
      kind === "offer"
        ? [
            said("shell.notify.offerTitle", { name, count }),
            said("shell.notify.offerBody", { file: files[0]?.name ?? "", more: count - 1, size }),
            said("shell.notify.moreOffers", { more }),
          ]
        : [
            said("shell.notify.autoAcceptedTitle", { name }),
            said("shell.notify.autoAcceptedBody", { count, size }),
            said("shell.notify.moreTransfers", { more }),
          ];
    const lines = [words.say(body), ...(more === 0 ? [] : [words.say(others)])];
    return { title: words.say(title), body: lines.join("\n") };
  }

  #close(id: string): void {
    this.#waiting = this.#waiting.filter(({ card }) => card.id !== id);
    for (const told of this.#told) {
      if (!told.cardIds.delete(id) || told.cardIds.size > 0) continue;
      told.notification.close();
      this.#told.delete(told);
    }
  }
}
