import { join } from "node:path";
import { formatAddress, formatPerson } from "../../../shared/format/person.ts";
import type { RequestArguments } from "../../../shared/ipc/contract.ts";
import { parseLink } from "../../../shared/link/cpm-link.ts";
import { isNetworkName, type JoinLink } from "../../../shared/link/join-link.ts";
import type {
  Invitation,
  JoinView,
  SharedPerson,
  SharingChoice,
  SharingState,
} from "../../../shared/model/sharing.ts";
import type { AppStore } from "../../base/app-store.ts";
import { formatHostPort } from "../../base/host-port.ts";
import type { Log } from "../../base/ports.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { qrCode } from "../../compose/qr-code.ts";
import type { MadeInvitation, Share, ShareOptions } from "../../compose/share.node.ts";
import { accountFor } from "../../compose/share-accounts.node.ts";
import { HOST_DOMAIN } from "../../compose/share-record.node.ts";
import { chooseAddress, type Interfaces, sharingChoices } from "../../compose/sharing-choices.ts";
import { UserError } from "../../compose/user-error.ts";
import { isSamePerson } from "../model/people.ts";
import { readObject } from "../model/settings-read.ts";
import type { EngineEvent } from "../ports.ts";
import { type Phrase, said } from "../words/phrase.ts";
import type { CurrentWords } from "../words/words.ts";
import type { AccountDesk } from "./account-desk.node.ts";
import { DONE, type Failure, failure, type Handlers } from "./answers.ts";
import type { StateDesk } from "./state-desk.ts";

export type RunningShare = Pick<
  Share,
  "record" | "events" | "users" | "presenceOf" | "invite" | "renew" | "remove" | "stop"
> & { readonly lost: Promise<unknown> };

export type StartShare = (options: ShareOptions) => Promise<RunningShare>;

export interface SharingDeskParts {
  readonly account: AccountDesk;
  readonly state: StateDesk;
  readonly store: AppStore;
  readonly log: Log;
  readonly words: CurrentWords;
  readonly profileFolder: string;
  readonly startShare: StartShare;
  readonly interfaces: () => Interfaces;
}

type SharingRequests = Pick<
  Handlers,
  | "sharing.choices"
  | "sharing.start"
  | "sharing.stop"
  | "sharing.invite"
  | "sharing.renew"
  | "sharing.remove"
  | "join.look"
  | "join.accept"
>;

type Kept = Pick<SharingState, "address" | "interfaceName" | "name">;
type Outcome = Result<null, Failure>;
type View = SharingState<Phrase>;

const SETTING = "app.sharing";
const FOLDER = "sharing";

/** "Share with people nearby", and its other end: joining by link. */
export class SharingDesk {
  readonly #parts: SharingDeskParts;
  #share: RunningShare | undefined;
  #view: View | undefined;
  /** Starting and stopping happen one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: SharingDeskParts) {
    this.#parts = parts;
  }

  readonly handlers: SharingRequests = {
    "sharing.choices": () => ok(this.#choices()),
    "sharing.start": ({ address, name }) => this.#inOrder(() => this.#begin(address, name)),
    "sharing.stop": () => this.#inOrder(() => this.#end()),
    "sharing.invite": ({ name }) => this.#invite(name),
    "sharing.renew": ({ aor }) => this.#renew(aor),
    "sharing.remove": ({ aor }) => this.#remove(aor),
    "join.look": ({ link }) => look(link),
    "join.accept": (args) => this.#join(args),
  };

  /** Shares again what was shared when the program ended; before this window signs in. */
  startAgain(): Promise<void> {
    const { store } = this.#parts;
    const saved = store.setting(SETTING);
    const { address, interfaceName, name } = readObject(saved.ok ? saved.value : undefined);
    if (typeof address !== "string" || typeof name !== "string") return Promise.resolve();
    const kept = { address, name, interfaceName: String(interfaceName) };
    return this.#inOrder(async () => {
      await this.#start(kept);
    });
  }

  /** Asks the user about a link that the system handed over; undefined: it is no link to join. */
  asked(link: string): EngineEvent | undefined {
    const looked = look(link);
    if (!looked.ok) return undefined;
    return { name: "join.asked", payload: { link, join: looked.value } };
  }

  reword(): void {
    this.#tell();
  }

  async stop(): Promise<void> {
    await this.#last;
    await this.#leave();
  }

  #inOrder<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#last.then(task);
    // A failed task is its caller's to handle; the next one runs all the same.
    this.#last = run.catch(() => undefined);
    return run;
  }

  #choices(): readonly SharingChoice[] {
    return sharingChoices(this.#parts.interfaces());
  }

  async #begin(address: string, asked: string): Promise<Outcome> {
    const { words, state, account } = this.#parts;
    const choice = chooseAddress(this.#choices(), { address });
    if (!choice.ok) return noAddress(address);
    const { account: present } = state.current;
    const host = present?.displayName ?? formatPerson(account.aor ?? "");
    const usual = words().say(said("sharing.networkOf", { name: host }));
    const name = isNetworkName(asked) ? asked.trim() : usual;
    await this.#leave();
    const { interfaceName } = choice.value;
    const kept = { address: choice.value.address, interfaceName, name };
    const started = await this.#start(kept);
    if (!started.ok) {
      this.#show(undefined);
      return started;
    }
    this.#parts.store.putSetting(SETTING, JSON.stringify(kept));
    return this.#comeIn();
  }

  async #start(kept: Kept): Promise<Outcome> {
    this.#show({ state: "starting", ...kept, people: [] });
    const choice = chooseAddress(this.#choices(), { address: kept.address });
    if (!choice.ok) return this.#failed(kept, noAddress(kept.address).error);
    try {
      const { profileFolder, startShare } = this.#parts;
      const share = await startShare({
        ...{ folder: join(profileFolder, FOLDER), host: kept.address, name: kept.name },
      });
      this.#share = share;
      this.#follow(share, kept);
      return DONE;
    } catch (error) {
      this.#parts.log.write("error", "sharing did not start", { why: String(error) });
      const why = error instanceof UserError ? error.message : "";
      return this.#failed(kept, {
        code: "networkNotStarted",
        message: said("sharing.notStarted", { address: kept.address }),
        action: why === "" ? said("actions.tryAgain") : why,
      });
    }
  }

  #follow(share: RunningShare, kept: Kept): void {
    const show = (): void => {
      if (this.#share !== share) return;
      const { fingerprint } = share.record;
      this.#show({ state: "on", ...kept, fingerprint, people: this.#peopleOf(share) });
    };
    share.events.on("changed", show);
    show();
    void share.lost.then(async () => {
      if (this.#share !== share) return;
      this.#share = undefined;
      await share.stop();
      const message = said("sharing.ended");
      this.#failed(kept, { code: "networkNotStarted", message, action: said("actions.tryAgain") });
    });
  }

  #peopleOf(share: RunningShare): readonly SharedPerson[] {
    const { account } = this.#parts.state.current;
    return share.users.map((user) => ({
      ...{ aor: user.aor, name: user.name ?? formatPerson(user.aor) },
      isHost: account?.isHost === true && isSamePerson(user.aor, account.aor),
      ...share.presenceOf(user),
    }));
  }

  /** The window of the host has an account like everybody else's. */
  async #comeIn(): Promise<Outcome> {
    const share = this.#share;
    if (share === undefined) return notSharing();
    const { account, state } = this.#parts;
    const { displayName = "", deviceName = "" } = state.current.account ?? {};
    const aor = hostAor(account.aor, displayName);
    const { link } = await share.renew(aor, displayName === "" ? formatPerson(aor) : displayName);
    const parsed = parseLink(link);
    if (parsed.kind !== "join") throw new Error("a link of our own cannot be read");
    const joined = await account.join(parsed.join, { displayName, deviceName, isHost: true });
    share.events.emit("changed", undefined);
    if (joined.ok) return joined;
    await this.#end();
    return err({ ...joined.error, message: said("sharing.hostNotIn") });
  }

  async #end(): Promise<Outcome> {
    this.#parts.store.removeSetting(SETTING);
    await this.#parts.account.leaveOwnNetwork();
    await this.#leave();
    this.#show(undefined);
    return DONE;
  }

  async #leave(): Promise<void> {
    const share = this.#share;
    this.#share = undefined;
    await share?.stop();
  }

  async #invite(name: string): Promise<Result<Invitation, Failure>> {
    const share = this.#share;
    if (share === undefined) return notSharing();
    let aor: string;
    try {
      ({ aor } = accountFor(name));
    } catch {
      return failure(
        "badAddress",
        said("sharing.noAccountName", { name }),
        said("actions.writeOtherName"),
      );
    }
    if (share.users.some((user) => isSamePerson(user.aor, aor))) {
      const address = formatAddress(aor);
      return failure(
        "nameTaken",
        said("sharing.nameTaken", { address }),
        said("actions.writeOtherName"),
      );
    }
    return this.#made(() => share.invite(name));
  }

  async #renew(aor: string): Promise<Result<Invitation, Failure>> {
    const share = this.#share;
    if (share === undefined) return notSharing();
    const user = share.users.find((one) => isSamePerson(one.aor, aor));
    return user === undefined ? noPerson(aor) : this.#made(() => share.renew(user.aor));
  }

  async #remove(aor: string): Promise<Outcome> {
    const share = this.#share;
    if (share === undefined) return notSharing();
    const { account } = this.#parts.state.current;
    // The host leaves by ending it.
    if (account?.isHost === true && isSamePerson(account.aor, aor)) return noPerson(aor);
    const user = share.users.find((one) => isSamePerson(one.aor, aor));
    if (user === undefined || !(await share.remove(user.aor))) return noPerson(aor);
    return DONE;
  }

  async #made(make: () => Promise<MadeInvitation>): Promise<Result<Invitation, Failure>> {
    try {
      const { account, link } = await make();
      const { aor, name = formatPerson(aor) } = account;
      return ok({ aor, name, link, qr: qrCode(link) });
    } catch (error) {
      this.#parts.log.write("error", "no account was made", { why: String(error) });
      return failure("storage", said("sharing.notStored"), said("actions.freeSpace"));
    }
  }

  async #join({
    link,
    displayName,
    deviceName,
  }: RequestArguments<"join.accept">): Promise<Outcome> {
    const parsed = parseLink(link);
    if (parsed.kind !== "join") return badLink();
    return this.#parts.account.join(parsed.join, { displayName, deviceName });
  }

  #failed(kept: Kept, error: Failure): Result<never, Failure> {
    const { message, action = said("actions.tryAgain") } = error;
    this.#show({ state: "failed", ...kept, people: [], failure: { message, action } });
    return err(error);
  }

  #show(view: View | undefined): void {
    this.#view = view;
    this.#tell();
  }

  #tell(): void {
    const { state, words } = this.#parts;
    if (this.#view === undefined) {
      state.change({ sharing: undefined });
      return;
    }
    const { failure: why, ...view } = this.#view;
    const say = (phrase: Phrase): string => words().say(phrase);
    state.change({
      sharing: {
        ...view,
        ...(why === undefined
          ? {}
          : { failure: { message: say(why.message), action: say(why.action) } }),
      },
    });
  }
}

/** The host keeps a name of the built-in network's first home; anybody else gets one there. */
function hostAor(aor: string | undefined, displayName: string): string {
  if (aor?.endsWith(`@${HOST_DOMAIN}`) === true) return aor;
  const name = displayName === "" ? "host" : displayName;
  const user = accountFor(name).aor.slice("sip:".length).split("@")[0] ?? "host";
  return `sip:${user}@${HOST_DOMAIN}`;
}

function look(link: string): Result<JoinView, Failure> {
  const parsed = parseLink(link);
  return parsed.kind === "join" ? ok(viewOf(parsed.join)) : badLink();
}

function viewOf({ aor, host, port, fingerprint, name }: JoinLink): JoinView {
  return {
    ...{ aor, fingerprint, server: formatHostPort({ host, port }) },
    ...(name === undefined ? {} : { networkName: name }),
  };
}

function badLink(): Result<never, Failure> {
  return failure("badLink", said("sharing.badLink"), said("actions.askForLink"));
}

function notSharing(): Result<never, Failure> {
  return failure("notSharing", said("sharing.notSharing"), said("actions.startSharing"));
}

function noPerson(aor: string): Result<never, Failure> {
  return failure("gone", said("sharing.noPerson", { address: formatAddress(aor) }));
}

function noAddress(address: string): { readonly ok: false; readonly error: Failure } {
  return {
    ok: false,
    error: {
      code: "networkNotStarted",
      message: said("sharing.noAddress", { address }),
      action: said("actions.chooseAddress"),
    },
  };
}
