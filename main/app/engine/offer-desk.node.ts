import { formatPerson } from "../../../shared/format/person.ts";
import type { RequestArguments } from "../../../shared/ipc/contract.ts";
import { canResume, isEnded, isGoingOn } from "../../../shared/model/card.ts";
import type { OfferId, OfferView } from "../../../shared/model/offer.ts";
import type { Files } from "../../base/files.ts";
import type { Clock, Log } from "../../base/ports.ts";
import type { Result } from "../../base/result.ts";
import type { CpmClient, RestRule } from "../../cpm/client.ts";
import { isTakenByRule, restByRule } from "../model/auto-accept.ts";
import { iconPath } from "../model/card-begin.ts";
import type { BookCard } from "../model/card-entry.ts";
import { askAgainText } from "../model/card-words.ts";
import { type ChosenFiles, chooseFiles, conflictPolicy } from "../model/chosen-files.ts";
import type { EngineResource } from "../ports.ts";
import { said } from "../words/phrase.ts";
import type { CurrentWords } from "../words/words.ts";
import { DONE, type Failure, failure, gone, type Handlers, noFolder } from "./answers.ts";
import type { CardDesk } from "./card-desk.ts";
import { type FolderContent, isFolder, lookIntoFolder } from "./folder-look.node.ts";
import type { PeopleDesk } from "./people-desk.ts";
import type { ReceivedDesk } from "./received-desk.node.ts";
import type { SameFiles } from "./same-file.node.ts";
import type { StateDesk } from "./state-desk.ts";

export interface OfferDeskParts {
  readonly cards: CardDesk;
  readonly people: PeopleDesk;
  readonly received: ReceivedDesk;
  readonly state: StateDesk;
  readonly files: Pick<Files, "freeOctets">;
  readonly same: SameFiles;
  readonly clock: Clock;
  readonly log: Log;
  readonly client: () => CpmClient | undefined;
  readonly words: CurrentWords;
  readonly onFolderUsed: (folder: string) => void;
}

type OfferRequests = Pick<
  Handlers,
  | "offer.accept"
  | "offer.decline"
  | "offer.silence"
  | "offer.folder"
  | "offer.askAgain"
  | "card.cancelFile"
  | "card.dismiss"
>;

type Accepted = RequestArguments<"offer.accept">["files"];

/** While it rings the folder is looked into again after so long: room and names change. */
const LOOK_AGAIN_MS = 5000;
const ICON = /^\/icon\/([A-Za-z0-9]+)\/\d{1,4}$/;
/** Offers whose pictures are kept. */
const MAX_ICON_OFFERS = 200;

/** What becomes of an offer that this device has not answered. */
const WITHOUT_US: ReadonlySet<BookCard["state"]> = new Set([
  ...(["elsewhere", "declinedElsewhere", "noLongerRinging", "cancelled", "missed"] as const),
]);

/** Offers that come in, and what the user says to them. */
export class OfferDesk {
  readonly #parts: OfferDeskParts;
  /** Pictures by their path on the windows' origin. */
  readonly #icons = new Map<string, ReadonlyMap<string, EngineResource>>();
  readonly #lookedMs = new Map<string, number>();
  /** The latest look into a folder that has not come to its end; what an earlier one finds is of no use any more. */
  readonly #looking = new Map<string, symbol>();
  /** Stops the comparison of an offer's files with those of its folder. */
  readonly #comparing = new Map<string, AbortController>();

  constructor(parts: OfferDeskParts) {
    this.#parts = parts;
  }

  readonly handlers: OfferRequests = {
    "offer.accept": (args) => this.#accept(args),
    "offer.decline": ({ id, where, isBlocking }) => {
      const card = this.#ringing(id);
      if (card === undefined) return this.#tooLate(id);
      this.#parts.client()?.decline(offerId(id), where);
      if (isBlocking === true) this.#parts.people.block(card.peer);
      return DONE;
    },
    "offer.silence": ({ id }) => {
      if (this.#ringing(id) === undefined) return this.#tooLate(id);
      this.#parts.cards.apply({ name: "silence", id });
      return DONE;
    },
    "offer.folder": async ({ id, folder }) => {
      const card = this.#ringing(id);
      if (card === undefined) return gone("offer");
      if (!(await this.#isUsable(folder))) return noFolder(folder);
      await this.#look(card, folder);
      return DONE;
    },
    "offer.askAgain": ({ id }) => this.#askAgain(id),
    "card.cancelFile": ({ id, index }) => {
      const card = this.#parts.cards.book.get(id)?.card;
      const file = card?.files.find((one) => one.index === index);
      if (card === undefined || file === undefined || isEnded(card.state)) return gone("file");
      this.#parts.client()?.cancelFile(offerId(id), index);
      return DONE;
    },
    "card.dismiss": ({ ids }) => {
      for (const id of ids) {
        const entry = this.#parts.cards.revive(id);
        if (entry?.card.direction === "incoming" && canResume(entry.card))
          void this.#parts.client()?.forget(offerId(id));
        this.#parts.cards.apply({ name: "dismiss", id });
      }
      return DONE;
    },
  };

  /** The client tells of an offer, in either direction. */
  offered(offer: OfferView): void {
    const { cards, people, state, clock } = this.#parts;
    const { settings } = state.current;
    const isIncoming = offer.direction === "incoming";
    const peer = isIncoming ? offer.from : offer.to;
    const fromName = isIncoming ? offer.fromName : undefined;
    const person = people.find(peer);
    const showsIcons =
      settings.arePreviewsOn && (!isIncoming || (person !== undefined && !person.isBlocked));
    if (showsIcons) this.#keepIcons(offer);
    cards.apply({
      name: "offer",
      offer,
      setting: {
        ...{ peerName: people.nameOf(peer, fromName), wallMs: clock.wallMs(), showsIcons },
        ...{ ringTimeS: settings.ringTimeS, folder: settings.receiveFolder },
      },
    });
    people.learn(peer, fromName);
    if (isIncoming) void this.#begin(offer);
  }

  /** A picture by its path on the windows' origin. */
  icon(path: string): EngineResource | undefined {
    const id = ICON.exec(path)?.[1];
    return id === undefined ? undefined : this.#icons.get(id)?.get(path);
  }

  /** About once a second. */
  tick(): void {
    const { cards, clock } = this.#parts;
    for (const [id, lookedMs] of this.#lookedMs) {
      const card = this.#ringing(id);
      if (card === undefined) {
        this.#lookedMs.delete(id);
        this.#comparing.get(id)?.abort();
        this.#comparing.delete(id);
      } else if (this.#isIdle(id) && clock.nowMs() - lookedMs >= LOOK_AGAIN_MS)
        void this.#look(card, card.folder ?? "");
    }
    if (cards.book.size === 0) this.#lookedMs.clear();
  }

  #isIdle(id: string): boolean {
    return !this.#comparing.has(id) && !this.#looking.has(id);
  }

  #ringing(id: string): BookCard | undefined {
    const card = this.#parts.cards.book.get(id)?.card;
    return card?.direction === "incoming" && card.state === "ringing" ? card : undefined;
  }

  /** Answered a moment after it was over: its card says how, and nothing went wrong. */
  #tooLate(id: string): Result<null, Failure> {
    const card = this.#parts.cards.book.get(id)?.card;
    const isOver = card?.direction === "incoming" && WITHOUT_US.has(card.state);
    return isOver ? DONE : gone("offer");
  }

  /** Pressed twice, or in two windows: the first press counts. */
  #acceptedBefore(id: string): Result<null, Failure> {
    const card = this.#parts.cards.book.get(id)?.card;
    const isTaken =
      card?.direction === "incoming" && (card.state === "accepting" || isGoingOn(card));
    return isTaken ? DONE : this.#tooLate(id);
  }

  /** Looks into the folder, and takes the offer where its person's rule says so. */
  async #begin(offer: OfferView): Promise<void> {
    const { cards, people } = this.#parts;
    const { id } = offer;
    const card = this.#ringing(id);
    if (card === undefined) return;
    const folder = card.folder ?? "";
    const person = people.find(card.peer);
    // Whoever is not vouched for could be anybody.
    const isTaken = offer.isVouched === true && isTakenByRule(card, person);
    if (isTaken) cards.apply({ name: "accepting", id, folder, isAuto: true });
    const looking = this.#beginLook(id);
    const look = await lookIntoFolder(this.#parts.files, folder, card);
    const isLatest = this.#endLook(id, looking);
    const chosen = isTaken ? this.#chosenByRule(card, look) : undefined;
    if (chosen !== undefined && cards.book.get(id)?.card.state === "accepting") {
      this.#take(card, folder, { ...chosen, rest: restByRule(person) });
      return;
    }
    if (isTaken) cards.apply({ name: "askAfterAll", id });
    if (isLatest) await this.#lookedAt(card, look);
  }

  /** What is taken unasked, names that are taken as the settings say; undefined where its user has to be asked. */
  #chosenByRule(card: BookCard, look: FolderContent): ChosenFiles | undefined {
    const { conflict } = this.#parts.state.current.settings;
    if (conflict === "ask" && look.taken.length > 0) return undefined;
    const chosen = chooseFiles(card.files.map(wishOf), takenOf(look), conflict);
    const isFit = chosen.taken.length > 0 && hasRoom(look, sizesOf(card, chosen.taken));
    return isFit ? chosen : undefined;
  }

  /** @param chosen `rest`: of files that follow, where all that are listed are taken */
  #take(card: BookCard, folder: string, chosen: ChosenFiles & { readonly rest: RestRule }): void {
    const { conflict } = this.#parts.state.current.settings;
    const isWhole = chosen.taken.length === card.files.length;
    this.#parts.received.expect(card.id, chosen);
    this.#parts.client()?.accept(offerId(card.id), chosen.taken, {
      folder,
      ...{ conflict: conflictPolicy(conflict), conflicts: chosen.conflicts },
      ...(isWhole ? { rest: chosen.rest } : {}),
    });
  }

  async #accept({
    id,
    files,
    folder,
  }: RequestArguments<"offer.accept">): Promise<Result<null, Failure>> {
    const { cards, state } = this.#parts;
    const card = this.#ringing(id);
    if (card === undefined) return this.#acceptedBefore(id);
    if (!isChoiceOf(card, files)) return failure("badRequest", said("failures.notFits"));
    const target = folder ?? card.folder ?? state.current.settings.receiveFolder;
    if (!(await this.#isUsable(target))) return noFolder(target);
    const look = await lookIntoFolder(this.#parts.files, target, card);
    const { conflict } = state.current.settings;
    const chosen = chooseFiles(files, takenOf(look), conflict);
    if (chosen.taken.length === 0)
      return failure("noFiles", said("failures.allNamesTaken"), said("actions.keepBoth"));
    const sizes = sizesOf(card, chosen.taken);
    if (!hasRoom(look, sizes)) return noSpace(sizes, look);
    if (this.#ringing(id) === undefined) return this.#acceptedBefore(id);
    cards.apply({ name: "accepting", id, folder: target, isAuto: false });
    this.#take(card, target, { ...chosen, rest: allOf });
    this.#parts.onFolderUsed(target);
    return DONE;
  }

  async #askAgain(id: string): Promise<Result<null, Failure>> {
    const { cards, state, client, words } = this.#parts;
    const card = cards.find(id)?.card;
    if (card === undefined) return gone("offer");
    if (card.direction !== "incoming" || !isEnded(card.state))
      return failure("badRequest", said("failures.notOverYet"));
    const { account } = state.current;
    const device = client();
    if (account === undefined || device === undefined)
      return failure("notSignedIn", said("failures.notSignedIn"), said("actions.signIn"));
    const name = account.displayName === "" ? formatPerson(account.aor) : account.displayName;
    const asked = await device.message(card.peer, words().say(askAgainText(card, name)));
    return asked.ok
      ? DONE
      : failure(
          "refused",
          said("failures.notAsked", { name: card.peerName }),
          said("actions.tryLater"),
        );
  }

  /** The user's own receive folder is made when it is needed; any other one must be there. */
  async #isUsable(folder: string): Promise<boolean> {
    return folder === this.#parts.state.current.settings.receiveFolder || (await isFolder(folder));
  }

  async #look(card: BookCard, folder: string): Promise<void> {
    const { files, clock } = this.#parts;
    this.#lookedMs.set(card.id, clock.nowMs());
    const looking = this.#beginLook(card.id);
    const look = await lookIntoFolder(files, folder, card);
    if (this.#endLook(card.id, looking)) await this.#lookedAt(card, look);
  }

  #beginLook(id: string): symbol {
    const looking = Symbol(id);
    this.#looking.set(id, looking);
    return looking;
  }

  /** @returns whether no other look has begun meanwhile: the user may have chosen another folder */
  #endLook(id: string, looking: symbol): boolean {
    return this.#looking.get(id) === looking && this.#looking.delete(id);
  }

  /** Room and names are told at once; what has to be read for it follows. */
  async #lookedAt(card: BookCard, { taken, ...room }: FolderContent): Promise<void> {
    const { cards, clock, same } = this.#parts;
    const { id } = card;
    this.#lookedMs.set(id, clock.nowMs());
    this.#comparing.get(id)?.abort();
    const comparing = new AbortController();
    this.#comparing.set(id, comparing);
    const look = { ...room, taken: taken.map(({ index }) => index) };
    const before = cards.book.get(id)?.card;
    const known = before?.folder === room.folder ? before.files : [];
    const identical = known.flatMap(({ index, isAlreadyHere }) =>
      isAlreadyHere === true && look.taken.includes(index) ? [index] : [],
    );
    cards.apply({ name: "folder", id, look: { ...look, identical } });
    const found = await same.among(card, taken, comparing.signal);
    if (comparing.signal.aborted) return;
    this.#comparing.delete(id);
    cards.apply({ name: "folder", id, look: { ...look, identical: found } });
  }

  #keepIcons({ id, files }: OfferView): void {
    const icons = files.flatMap(({ index, icon }) =>
      icon === undefined
        ? []
        : [[iconPath(id, index), { kind: "octets", ...icon } as const] as const],
    );
    if (icons.length === 0) return;
    this.#icons.set(id, new Map(icons));
    const [oldest] = this.#icons.keys();
    if (this.#icons.size > MAX_ICON_OFFERS && oldest !== undefined) this.#icons.delete(oldest);
  }
}

function hasRoom({ freeOctets }: FolderContent, sizes: readonly number[]): boolean {
  return freeOctets === undefined || total(sizes) <= freeOctets;
}

function noSpace(
  sizes: readonly number[],
  { freeOctets = 0 }: FolderContent,
): Result<never, Failure> {
  return failure(
    "noSpace",
    said("failures.noSpace", { size: { octets: total(sizes) }, free: { octets: freeOctets } }),
    said("actions.chooseFolder"),
  );
}

function takenOf({ taken }: FolderContent): readonly number[] {
  return taken.map(({ index }) => index);
}

function wishOf({ index }: BookCard["files"][number]): Accepted[number] {
  return { index };
}

function sizeOf({ sizeOctets }: BookCard["files"][number]): number {
  return sizeOctets;
}

/** Files of the card, each once. */
function isChoiceOf(card: BookCard, files: Accepted): boolean {
  const known = new Set(card.files.map(({ index }) => index));
  const chosen = new Set(files.map(({ index }) => index));
  return chosen.size === files.length && files.every(({ index }) => known.has(index));
}

/** What a folder must hold: of a whole offer that others go on with, all that they say they bring. */
function sizesOf({ files, series }: BookCard, taken: readonly number[]): readonly number[] {
  if (taken.length < files.length)
    return files.filter(({ index }) => taken.includes(index)).map(sizeOf);
  const sizes = files.map(sizeOf);
  return series === undefined ? sizes : [Math.max(series.octets, total(sizes))];
}

const allOf: RestRule = (files) => files.map(({ index }) => index);

function total(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The card with this id is there, and cards of offers have the offers' ids. */
function offerId(id: string): OfferId {
  return id as OfferId;
}
