import { join } from "node:path";
import { readAddress } from "../../../shared/format/address.ts";
import { formatPerson } from "../../../shared/format/person.ts";
import type { RequestArguments, RequestName, RequestResult } from "../../../shared/ipc/contract.ts";
import type { AppSnapshot, AppState } from "../../../shared/model/app-state.ts";
import type { ErrorEvent } from "../../../shared/model/client-events.ts";
import type { OfferId } from "../../../shared/model/offer.ts";
import { systemClock } from "../../base/clock.node.ts";
import type { Undo } from "../../base/events.ts";
import type { Clock, Random, Timer } from "../../base/ports.ts";
import { present } from "../../base/present.ts";
import { systemRandom } from "../../base/random.node.ts";
import { ok, type Result } from "../../base/result.ts";
import type { NamedEvent } from "../../compose/client-events.ts";
import type { StartNetwork } from "../../compose/lab.node.ts";
import { openProfile, type Profile, profileFiles } from "../../compose/profile.node.ts";
import type { Interfaces } from "../../compose/sharing-choices.ts";
import { DEMO_AORS } from "../../compose/users.node.ts";
import { MAX_FILES } from "../../cpm/client.ts";
import type { SystemFiles } from "../../storage/files.node.ts";
import { isSamePerson } from "../model/people.ts";
import { readJson } from "../model/settings-read.ts";
import type { AppEngine, EngineEvent, EngineResource, HandedOver } from "../ports.ts";
import { said } from "../words/phrase.ts";
import { type Words, wordsFor } from "../words/words.ts";
import { AccountDesk } from "./account-desk.node.ts";
import { accountHandlers, arrive, startArguments } from "./account-requests.ts";
import {
  DONE,
  type Failure,
  failure,
  type Handlers,
  INTERNAL,
  noFolder,
  worded,
} from "./answers.ts";
import { CardDesk } from "./card-desk.ts";
import { desktopHandlers } from "./desktop-requests.ts";

import type { EngineOptions } from "./engine-options.ts";
import { canBeMade, roomIn, withRoom } from "./folder-look.node.ts";
import { HistoryDesk } from "./history-desk.node.ts";
import { HistoryWatch } from "./history-watch.ts";

import { LocateDesk } from "./locate-desk.node.ts";
import { NoticeDesk } from "./notice-desk.ts";
import { OfferDesk } from "./offer-desk.node.ts";
import { Outbox } from "./outbox.ts";
import { PauseDesk } from "./pause-desk.ts";
import { PeopleDesk } from "./people-desk.ts";
import { PickDesk } from "./pick-desk.node.ts";
import { ReceivedDesk } from "./received-desk.node.ts";
import { SameFiles } from "./same-file.node.ts";
import { SendDesk } from "./send-desk.node.ts";
import { changeSettings, keptSettings } from "./settings-desk.ts";
import { SharingDesk, type StartShare } from "./sharing-desk.node.ts";
import { StateDesk } from "./state-desk.ts";

/** What is another one in a test. */
export interface EngineParts {
  readonly startNetwork: StartNetwork;
  readonly startShare: StartShare;
  readonly interfaces: () => Interfaces;
  readonly runtimeFolder?: string;
  readonly clock?: Clock;
  /** Octets free in a folder, the reserve not yet taken off; undefined: as the disk says. */
  readonly roomIn?: (folder: string) => number | undefined;
}

const RECENT = "app.recentFolders";
const MAX_RECENT = 5;
/** Files of one offer; larger choices are split by a later version. */
const LOOK_AT_DISK_MS = 60_000;
const STOP_MS = 5000;

/** The application of one profile: composes its parts and answers what windows ask. */
export class Engine implements AppEngine {
  readonly #options: EngineOptions;
  readonly #profile: Profile;
  readonly #clock: Clock;
  readonly #random: Random = systemRandom();
  readonly #files: SystemFiles;
  readonly #outbox = new Outbox((task) => setImmediate(task));
  readonly #state: StateDesk;
  readonly #watch: HistoryWatch;
  #words: Words;
  readonly #cards: CardDesk;
  readonly #people: PeopleDesk;
  readonly #account: AccountDesk;
  readonly #sharing: SharingDesk;
  readonly #received: ReceivedDesk;
  readonly #offers: OfferDesk;
  readonly #pauses: PauseDesk;
  readonly #picks: PickDesk;
  readonly #history: HistoryDesk;
  readonly #locate: LocateDesk;
  readonly #notices: NoticeDesk;
  readonly #handlers: Handlers;
  #diskTimer: Timer | undefined;
  #isStopped = false;

  /** Throws a `UserError` when the profile cannot be used. */
  constructor(options: EngineOptions, parts: EngineParts) {
    this.#options = options;
    this.#clock = parts.clock ?? systemClock();
    this.#profile = openProfile(options.profileFolder, this.#random);
    this.#files = profileFiles(this.#profile, options.profileFolder, {
      trash: (path) => options.desktop.trash(path),
    });
    const { desktop, log, profileFolder } = options;
    const { store } = this.#profile;
    this.#state = new StateDesk(this.#firstState(), this.#outbox);
    this.#words = this.#wordsNow();
    const words = (): Words => this.#words;
    const plain = { store, log, desktop, state: this.#state, clock: this.#clock, words };
    this.#watch = new HistoryWatch(plain);
    const common = { ...plain, tellTrouble: this.#watch.tell };
    const own = { random: this.#random, profileFolder };
    const nameOf = (uri: string, displayName?: string): string =>
      this.#people.nameOf(uri, displayName);
    const client = () => this.#account.client;
    this.#cards = new CardDesk({ ...common, nameOf }, this.#outbox);
    this.#people = new PeopleDesk({
      ...common,
      ownAor: () => this.#state.current.account?.aor,
      onChanged: () => {
        this.#cards.apply({ name: "peerNamed", nameOf });
      },
    });
    const withCards = { ...common, cards: this.#cards, people: this.#people, client };
    const same = new SameFiles(this.#files, log);
    this.#received = new ReceivedDesk({
      ...{ ...withCards, same },
      isForeign: (peer) => this.#state.current.settings.isForeignMarked && !this.#people.isMe(peer),
      onShown: (id) => {
        // Cards of offers have the offers' ids.
        this.#account.client?.markDisplayed(id as OfferId);
      },
    });
    this.#offers = new OfferDesk({
      ...{ ...withCards, received: this.#received, same },
      files: withRoom(this.#files, parts.roomIn),
      onFolderUsed: (folder) => {
        this.#useFolder(folder);
      },
    });
    this.#pauses = new PauseDesk(withCards);
    this.#picks = new PickDesk({ ...common, ...own });
    this.#history = new HistoryDesk({
      ...{ ...withCards, nameOf },
      historyDays: () => this.#state.current.settings.historyDays,
    });
    this.#locate = new LocateDesk({ ...withCards, same });
    this.#notices = new NoticeDesk({ ...common, ...own, nameOf });
    this.#account = new AccountDesk({
      ...{ ...common, profile: this.#profile, profileFolder, files: this.#files },
      ...present({ runtimeFolder: parts.runtimeFolder }),
      startNetwork: parts.startNetwork,
      isBlocked: (uri) => this.#people.isBlocked(uri),
      isKnown: (uri) => uri !== undefined && this.#people.find(uri) !== undefined,
      onEvent: (event) => {
        this.#onEvent(event);
      },
      onNetwork: (what) => {
        this.#look(this.#pauses.networkIs(what));
      },
      onAccount: () => {
        if (this.#state.current.account !== undefined) this.#state.change({ arrival: undefined });
        this.#showPeople();
      },
    });
    const { startShare, interfaces } = parts;
    this.#sharing = new SharingDesk({
      ...{ ...common, profileFolder, startShare, interfaces, account: this.#account },
    });
    const sending = new SendDesk({ ...withCards, ...own });
    this.#handlers = { ...this.#ownHandlers(), ...sending.handlers };
    this.#cards.onTick = () => {
      this.#offers.tick();
    };
  }

  /** What may take a while, or fail, without keeping windows from opening. */
  start(): void {
    const { setAside } = this.#profile.store;
    if (setAside !== undefined) this.#complain("the history was damaged and set aside", setAside);
    // What runs in another program of this profile is none of ours.
    if (!this.#profile.isInUse) this.#history.interruptUnfinished();
    this.#look(this.#files.open());
    this.#history.keepTidy();
    this.#history.bringBack();
    this.#showPeople();
    this.#look(this.#picks.tidy());
    this.#watchDisk();
    const tryHere = this.#options.start?.tryHere;
    const { account } = this.#state.current;
    if (tryHere === undefined || (account !== undefined && isSamePerson(account.aor, tryHere.aor)))
      this.#look(this.#sharing.startAgain().then(() => this.#account.signInAgain()));
    else {
      const args = startArguments(tryHere);
      this.#look(arrive(this.#state, () => this.answer("account.tryHere", args)));
    }
  }

  async answer<Name extends RequestName>(
    name: Name,
    args: RequestArguments<Name>,
  ): Promise<RequestResult<Name>> {
    if (this.#isStopped) return worded(failure("gone", said("failures.closing")), this.#words);
    try {
      const result = await this.#handlers[name](args);
      this.#outbox.flush();
      return worded(result, this.#words);
    } catch (error) {
      this.#complain(
        `${name} failed`,
        error instanceof Error ? (error.stack ?? error.message) : String(error),
      );
      return worded(INTERNAL, this.#words);
    }
  }

  get snapshot(): AppSnapshot {
    return { app: this.#state.current, cards: this.#cards.shown };
  }

  onEvent(listener: (event: EngineEvent) => void): Undo {
    return this.#outbox.onEvent(listener);
  }

  get isBusy(): boolean {
    return this.#cards.isBusy;
  }

  async handOver({ paths, to, joinLink }: HandedOver): Promise<void> {
    const asked = joinLink === undefined ? undefined : this.#sharing.asked(joinLink);
    if (asked !== undefined) this.#outbox.emit(asked);
    const own = this.#state.current.account?.aor;
    const address =
      to === undefined ? undefined : readAddress(to, own?.slice(own.lastIndexOf("@") + 1));
    const files = await this.#picks.look(paths);
    if (files.length === 0 && address === undefined) return;
    this.#outbox.emit({ name: "compose.fill", payload: { files, ...present({ to: address }) } });
  }

  async resource(path: string): Promise<EngineResource | undefined> {
    return this.#offers.icon(path) ?? (await this.#picks.picture(path));
  }

  becomeOneOfSeveral(): void {
    const { instance } = this.#state.current;
    if (!instance.isOneOfSeveral)
      this.#state.change({ instance: { ...instance, isOneOfSeveral: true } });
  }

  /** Everything that must survive is on disk already. */
  suspend(): Promise<void> {
    this.#pauses.suspend();
    this.#outbox.flush();
    return Promise.resolve();
  }

  resume(): Promise<void> {
    this.#account.resume();
    return this.#pauses.wake();
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#diskTimer?.cancel();
    this.#history.stop();
    this.#pauses.end();
    let giveUp: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      giveUp = setTimeout(resolve, STOP_MS);
    });
    await Promise.race([this.#stopParts(), late]);
    clearTimeout(giveUp);
    this.#cards.stop();
    this.#outbox.flush();
    this.#profile.close();
  }

  async #stopParts(): Promise<void> {
    await this.#account.stop();
    await this.#sharing.stop();
    await this.#received.settled();
    await this.#files.close();
  }

  #ownHandlers(): Omit<Handlers, "offer.send" | "card.retry"> {
    const { desktop } = this.#options;
    return {
      ...this.#received.handlers,
      ...this.#offers.handlers,
      ...this.#pauses.handlers,
      ...this.#picks.handlers,
      ...this.#history.handlers,
      ...this.#locate.handlers,
      ...this.#notices.handlers,
      ...this.#sharing.handlers,
      ...desktopHandlers(desktop),
      ...accountHandlers({
        ...{ account: this.#account, state: this.#state, desktop, demoAors: DEMO_AORS },
        words: () => this.#words,
        changeSettings: (change) => this.#changeSettings(change),
      }),
      "app.snapshot": () => ok(this.snapshot),
      "people.save": ({ person, was }) => this.#people.save(present(person), was),
      "people.remove": ({ aor }) => this.#people.remove(aor),
      "settings.change": (change) => this.#changeSettings(change),
    };
  }

  async #changeSettings(
    change: RequestArguments<"settings.change">,
  ): Promise<Result<null, Failure>> {
    const { receiveFolder, language } = change;
    if (receiveFolder !== undefined && !(await canBeMade(receiveFolder)))
      return noFolder(receiveFolder);
    const changed = changeSettings(this.#profile.store, this.#state, change);
    if (!changed.ok) return changed;
    const { settings } = this.#state.current;
    this.#account.client?.configure({
      ...{ receiveFolder: settings.receiveFolder, ringTimeS: settings.ringTimeS },
      isBusy: settings.isDoNotDisturb,
    });
    if (language !== undefined) this.#reword();
    if (change.historyDays !== undefined) this.#history.keepTidy();
    if (receiveFolder !== undefined) this.#look(this.#lookAtDisk());
    return DONE;
  }

  #wordsNow(): Words {
    return wordsFor(this.#state.current.settings.language, this.#options.desktop.locale);
  }

  /** What windows were told in the language before. */
  #reword(): void {
    this.#words = this.#wordsNow();
    this.#cards.reword();
    this.#people.show();
    this.#account.reword();
    this.#sharing.reword();
  }

  #onEvent(event: NamedEvent): void {
    switch (event.event) {
      case "registered":
      case "registrationFailed":
        return;
      case "notified":
        this.#cards.notified(event);
        return;
      case "message":
        this.#notices.said(event);
        return;
      case "offer":
        this.#offers.offered(event);
        return;
      case "error":
        this.#onError(event);
        return;
      default:
        if (!this.#pauses.admits(event)) return;
        this.#cards.apply({ name: "event", event });
    }
    if (event.event === "file") this.#received.received(event);
    if (event.event === "transfer" || event.event === "elsewhere") {
      this.#received.ended(event.id);
      this.#look(this.#lookAtDisk());
    }
  }

  #onError({ id, ...error }: ErrorEvent): void {
    if (id !== undefined) {
      this.#cards.apply({ name: "event", event: { event: "error", ...error, id } });
      return;
    }
    this.#complain(error.message, error.code);
    if (error.code === "storage") this.#watch.tell("unwritten");
  }

  #showPeople(): void {
    // The account is read while the parts are composed.
    const { account } = this.#state.current;
    const others = DEMO_AORS.filter(
      (aor) => account !== undefined && !isSamePerson(aor, account.aor),
    );
    const suggestions = others.map((aor) => ({ aor, name: formatPerson(aor) }));
    this.#state.change({ suggestions: account?.isBuiltIn === true ? suggestions : [] });
    this.#people.show();
  }

  #useFolder(folder: string): void {
    const { recentFolders } = this.#state.current;
    const next = [folder, ...recentFolders.filter((one) => one !== folder)].slice(0, MAX_RECENT);
    this.#state.change({ recentFolders: next });
    this.#profile.store.putSetting(RECENT, JSON.stringify(next));
  }

  #watchDisk(): void {
    this.#look(this.#lookAtDisk());
    this.#diskTimer = this.#clock.startTimer(LOOK_AT_DISK_MS, () => {
      this.#watchDisk();
    });
  }

  async #lookAtDisk(): Promise<void> {
    const freeOctets = await roomIn(this.#files, this.#state.current.settings.receiveFolder);
    this.#state.change({ freeOctets });
  }

  /** Something that nobody waits for; what goes wrong with it is told to the log. */
  #look(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#complain("something in the background failed", String(error));
    });
  }

  #complain(what: string, why: string): void {
    this.#options.log.write("error", what, { why });
  }

  #firstState(): AppState {
    const { desktop, instance, profileName } = this.#options;
    const { version, runtime, platform } = desktop;
    const recent = this.#profile.store.setting(RECENT);
    const folders = readJson(recent.ok ? recent.value : undefined);
    return {
      instance: { profile: profileName, ...instance, version, runtime, platform },
      registration: { name: "signedOut" },
      ...{ people: [], devices: [], notices: [], suggestions: [] },
      settings: keptSettings(this.#profile.store, join(desktop.downloadsFolder, "CPM")),
      limits: { maxFiles: MAX_FILES },
      recentFolders: (Array.isArray(folders) ? folders : [])
        .filter((folder): folder is string => typeof folder === "string")
        .slice(0, MAX_RECENT),
    };
  }
}
