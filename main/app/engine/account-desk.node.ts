import type { RequestArguments } from "../../../shared/ipc/contract.ts";
import type { JoinLink } from "../../../shared/link/join-link.ts";
import type { RegistrationState } from "../../../shared/model/app-state.ts";
import type { AppStore } from "../../base/app-store.ts";
import type { Clock, Log, Timer } from "../../base/ports.ts";
import { err, type Result } from "../../base/result.ts";
import type { NamedEvent } from "../../compose/client-events.ts";
import { joinLab, type Lab, type StartNetwork } from "../../compose/lab.node.ts";
import type { Profile } from "../../compose/profile.node.ts";
import { UserError } from "../../compose/user-error.ts";
import { DEMO_PASSWORD, isDemoUser } from "../../compose/users.node.ts";
import type { CpmClient } from "../../cpm/client.ts";
import type { SystemFiles } from "../../storage/files.node.ts";
import {
  type AccountRecord,
  accountOf,
  joinedRecord,
  readAccount,
  readAor,
} from "../model/account-record.ts";
import { connectRecord } from "../model/connect-record.ts";
import { devicesOf } from "../model/devices.ts";
import {
  NETWORK_ENDED,
  notStarted,
  offlineReason,
  type SignInFailure,
  signInCode,
  signInFailure,
} from "../model/sign-in.ts";
import type { DesktopPort } from "../ports.ts";
import { type Phrase, said } from "../words/phrase.ts";
import type { CurrentWords } from "../words/words.ts";
import { DONE, type Failure, failure } from "./answers.ts";
import { DeviceSession } from "./device-session.node.ts";
import { named } from "./named-device.ts";
import type { StateDesk } from "./state-desk.ts";

export interface AccountDeskParts {
  readonly desktop: Pick<DesktopPort, "encrypt" | "decrypt">;
  readonly profile: Profile;
  readonly profileFolder: string;
  readonly files: SystemFiles;
  readonly store: AppStore;
  readonly state: StateDesk;
  readonly clock: Clock;
  readonly log: Log;
  readonly words: CurrentWords;
  readonly startNetwork: StartNetwork;
  /** Where the network of this machine is found; the user's runtime folder unless a test says otherwise. */
  readonly runtimeFolder?: string;
  readonly isBlocked: (uri: string) => boolean;
  /** undefined: nobody vouches for the name. */
  readonly isKnown: (uri: string | undefined) => boolean;
  /** Everything a client tells but of its registration. */
  readonly onEvent: (event: NamedEvent) => void;
  readonly onNetwork: (what: NetworkChange) => void;
  /** The account is another one, or there is none now. */
  readonly onAccount: () => void;
}

/** This device begins to work in a network, is known there, or leaves it for the next one. */
export type NetworkChange = "joined" | "registered" | "leaving";

type Registration = RegistrationState<Phrase>;

type Outcome = Result<null, Failure>;

const SETTING = "app.account";
/** The account that the host of a network had before. */
const SETTING_BEFORE = "app.accountBefore";
/** What could not even be tried is tried again. */
const RETRY_MS = 15_000;

/** Who the user is and where: signs in and out, follows the built-in network when it moves. */
export class AccountDesk {
  readonly #parts: AccountDeskParts;
  #record: AccountRecord | undefined;
  #session: DeviceSession | undefined;
  #lab: Lab | undefined;
  #retryTimer: Timer | undefined;
  #isStopped = false;
  #registration: Registration = { name: "signedOut" };
  /** Changes of the account happen one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: AccountDeskParts) {
    this.#parts = parts;
    const kept = parts.store.setting(SETTING);
    this.#record = kept.ok ? readAccount(kept.value) : undefined;
    this.#showAccount();
  }

  /** The device as it is now; undefined while signed out. */
  get client(): CpmClient | undefined {
    return this.#session?.client;
  }

  get aor(): string | undefined {
    return this.#record?.aor;
  }

  /** Signs in to the account that the profile knows, if it knows one. */
  signInAgain(): Promise<void> {
    if (this.#record === undefined) return Promise.resolve();
    this.#show({ name: "connecting" });
    return this.#inOrder(() => this.#signIn());
  }

  tryHere(args: RequestArguments<"account.tryHere"> & { readonly aor: string }): Promise<Outcome> {
    return this.#inOrder(async () => {
      const aor = readAor(args.aor);
      if (aor === undefined || !isDemoUser(aor.slice("sip:".length)))
        return err(
          signInFailure(
            "unknownUser",
            said("account.noDemoAccount", { address: args.aor }),
            said("actions.chooseDemoAccount"),
          ),
        );
      this.#show({ name: "connecting" });
      const core = await this.#builtInCore(aor);
      if (!core.ok) return this.#notSignedIn(core.error, this.#record);
      const { displayName, deviceName } = args;
      return this.#replace(
        { aor, displayName, deviceName, core: core.value, transport: "udp", isBuiltIn: true },
        DEMO_PASSWORD,
      );
    });
  }

  connect(args: RequestArguments<"account.connect">): Promise<Outcome> {
    return this.#inOrder(async () => {
      const record = connectRecord(args);
      if (!record.ok) return record;
      this.#show({ name: "connecting" });
      return this.#replace(record.value, args.password);
    });
  }

  /** The account of a link; as the host of that network, the account of before is kept for when it ends. */
  join(
    join: JoinLink,
    as: { readonly displayName: string; readonly deviceName: string; readonly isHost?: boolean },
  ): Promise<Outcome> {
    return this.#inOrder(() => {
      const { store, words } = this.#parts;
      const before = this.#record;
      if (as.isHost === true && before !== undefined && before.isHost !== true)
        store.putSetting(SETTING_BEFORE, JSON.stringify(before));
      this.#show({ name: "connecting" });
      const record = joinedRecord(join, named(as, join.aor, words));
      return this.#replace(record, join.password);
    });
  }

  /** The network that this profile shares ends: back to the account of before, if this window is still in it. */
  leaveOwnNetwork(): Promise<void> {
    return this.#inOrder(async () => {
      if (this.#record?.isHost !== true) return;
      const kept = this.#parts.store.setting(SETTING_BEFORE);
      const before = kept.ok ? readAccount(kept.value) : undefined;
      await this.#forget();
      if (before === undefined) return;
      this.#keep(before);
      await this.#signIn();
    });
  }

  rename(displayName: string, deviceName: string): Outcome {
    if (this.#record === undefined) return failure("notSignedIn", said("failures.notSignedIn"));
    this.#keep({ ...this.#record, displayName, deviceName });
    this.#session?.client.configure({ displayName, deviceName });
    this.#showDevices();
    return DONE;
  }

  signOut(): Promise<Outcome> {
    return this.#inOrder(async () => {
      await this.#forget();
      return DONE;
    });
  }

  async refresh(): Promise<Outcome> {
    if (this.#record === undefined) return failure("notSignedIn", said("failures.notSignedIn"));
    if (this.#session === undefined) await this.#inOrder(() => this.#signIn());
    else {
      const refreshed = await this.#session.refresh();
      if (!refreshed.ok) return err(refreshed.error);
    }
    const registration = this.#registration;
    return registration.name === "offline"
      ? err({ code: registration.code, message: registration.reason })
      : DONE;
  }

  /** The machine has slept: what the network knew of this device may be gone. */
  resume(): void {
    void this.#session?.refresh();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#retryTimer?.cancel();
    await this.#last;
    await this.#leave();
    await this.#lab?.stop();
  }

  #inOrder<T>(task: () => Promise<T>): Promise<T> {
    const run = this.#last.then(task);
    // A failed task is its caller's to handle; the next one runs all the same.
    this.#last = run.catch(() => undefined);
    return run;
  }

  async #forget(): Promise<void> {
    this.#record = undefined;
    this.#parts.store.removeSetting(SETTING);
    await this.#leave();
    this.#showAccount();
    this.#show({ name: "signedOut" });
  }

  /** Another account in place of the present one, which comes back when that does not work. */
  async #replace(record: AccountRecord, password: string): Promise<Outcome> {
    // What was to be tried again was the account of before.
    this.#retryTimer?.cancel();
    await this.#leave();
    const before = this.#record;
    const opened = await this.#open(record, password);
    if (!opened.ok) {
      await this.#leave();
      return this.#notSignedIn(opened.error, before);
    }
    this.#keep({ ...record, ...(record.isBuiltIn ? {} : await this.#encrypted(password)) });
    this.#showDevices();
    return DONE;
  }

  async #notSignedIn(error: SignInFailure, before: AccountRecord | undefined): Promise<Outcome> {
    this.#record = before;
    if (before === undefined) this.#show({ name: "signedOut" });
    else if (this.#session === undefined) await this.#signIn();
    this.#showAccount();
    return err(error);
  }

  async #encrypted(
    password: string,
  ): Promise<Pick<AccountRecord, "password" | "isPasswordWeaklyKept">> {
    const { bytes, isWeak } = await this.#parts.desktop.encrypt(password);
    return {
      password: Buffer.from(bytes).toString("base64"),
      ...(isWeak ? { isPasswordWeaklyKept: true } : {}),
    };
  }

  /** The account that is kept, which stays whatever comes of it. */
  async #signIn(meanwhile: Registration = { name: "connecting" }): Promise<void> {
    const record = this.#record;
    if (record === undefined || this.#isStopped) return;
    this.#retryTimer?.cancel();
    this.#show(meanwhile);
    if (this.#session !== undefined) this.#parts.onNetwork("leaving");
    await this.#leave();
    const way = await this.#wayTo(record);
    if (!way.ok) {
      this.#offline(way.error);
      return;
    }
    this.#show({ name: "connecting" });
    const { core, password } = way.value;
    if (core !== record.core) this.#keep({ ...record, core });
    const opened = await this.#open({ ...record, core }, password);
    // A registration that failed goes on by itself; what was not even begun does not.
    if (!opened.ok && this.#session === undefined) this.#offline(opened.error);
  }

  async #wayTo(
    record: AccountRecord,
  ): Promise<Result<{ readonly core: string; readonly password: string }, SignInFailure>> {
    if (record.isBuiltIn) {
      const core = await this.#builtInCore(record.aor);
      return core.ok ? { ok: true, value: { core: core.value, password: DEMO_PASSWORD } } : core;
    }
    const bytes = Buffer.from(record.password ?? "", "base64");
    const password = await this.#parts.desktop.decrypt(bytes);
    return password === undefined
      ? err(signInFailure("wrongPassword", said("account.noPassword"), said("actions.enterAgain")))
      : { ok: true, value: { core: record.core, password } };
  }

  async #open(record: AccountRecord, password: string): Promise<Result<void, SignInFailure>> {
    const { profile, profileFolder, files, state, isBlocked, isKnown } = this.#parts;
    const { receiveFolder, ringTimeS, isDoNotDisturb } = state.current.settings;
    this.#record = record;
    const session = await DeviceSession.open({
      ...{ account: record, password, profile, profileFolder, files, isBlocked },
      isStranger: (uri) => state.current.settings.strangers === "decline" && !isKnown(uri),
      ...{ receiveFolder, ringTimeS, isBusy: isDoNotDisturb },
      onEvent: (event) => {
        this.#onEvent(event);
      },
    });
    if (!session.ok) return session;
    this.#session = session.value;
    this.#parts.onNetwork("joined");
    // Windows are told of an account that works: until then the form that asked for it stays what it is.
    return session.value.start();
  }

  async #leave(): Promise<void> {
    const session = this.#session;
    await session?.close();
    this.#session = undefined;
    this.#showDevices();
  }

  /** Where the user's core of the built-in network listens now. */
  async #builtInCore(aor: string): Promise<Result<string, SignInFailure>> {
    const { startNetwork, runtimeFolder } = this.#parts;
    try {
      const lab = this.#lab ?? (await joinLab(startNetwork, runtimeFolder));
      if (this.#lab === undefined) this.#follow(lab);
      const domain = aor.slice(aor.lastIndexOf("@") + 1);
      const network = lab.networks.find((one) => one.domain === domain);
      if (network !== undefined) return { ok: true, value: network.core.udp };
      return err(
        signInFailure(
          "unknownUser",
          said("account.noDemoDomain", { domain }),
          said("actions.chooseAccount"),
        ),
      );
    } catch (error) {
      this.#parts.log.write("error", "the built-in network did not start", { why: String(error) });
      const kind = error instanceof UserError ? error.kind : undefined;
      return err(signInFailure("networkNotStarted", ...notStarted(kind)));
    }
  }

  /** When the network is gone, the next one is joined or started, and signed in to. */
  #follow(lab: Lab): void {
    this.#lab = lab;
    void lab.lost.then(() => {
      this.#lab = undefined;
      if (this.#isStopped || this.#record?.isBuiltIn !== true) return undefined;
      return this.#inOrder(() => this.#signIn(NETWORK_ENDED));
    });
  }

  #onEvent(event: NamedEvent): void {
    if (event.event === "registered") {
      const { registration } = this.#parts.state.current;
      const nowMs = this.#parts.clock.wallMs();
      this.#show({
        ...{ name: "online", contact: event.contact, transport: event.transport },
        sinceMs: registration.name === "online" ? registration.sinceMs : nowMs,
        expiresMs: nowMs + event.expiresS * 1000,
      });
      this.#showDevices();
      this.#parts.onNetwork("registered");
    } else if (event.event === "registrationFailed") {
      const { retryMs } = event;
      this.#show({
        ...{ name: "offline", code: signInCode(event), reason: offlineReason(event) },
        ...(retryMs === undefined ? {} : { retryAtMs: this.#parts.clock.wallMs() + retryMs }),
      });
      this.#showDevices();
    } else this.#parts.onEvent(event);
  }

  #offline({ code, message }: SignInFailure): void {
    const { clock } = this.#parts;
    // Nothing gets better by itself where a word of the user is missing.
    const isFinal = code === "wrongPassword" || code === "profileInUse";
    this.#show({
      ...{ name: "offline", code, reason: message },
      ...(isFinal ? {} : { retryAtMs: clock.wallMs() + RETRY_MS }),
    });
    if (isFinal || this.#isStopped) return;
    this.#retryTimer = clock.startTimer(RETRY_MS, () => {
      void this.#inOrder(() => this.#signIn());
    });
  }

  #keep(record: AccountRecord): void {
    this.#record = record;
    const saved = this.#parts.store.putSetting(SETTING, JSON.stringify(record));
    if (!saved.ok)
      this.#parts.log.write("error", "the account could not be kept", { why: saved.error.message });
    this.#showAccount();
  }

  /** Tells anew what was told in another language. */
  reword(): void {
    this.#show(this.#registration);
    this.#showDevices();
  }

  #show(registration: Registration): void {
    this.#registration = registration;
    const { state, words } = this.#parts;
    state.change({
      registration:
        registration.name === "offline"
          ? { ...registration, reason: words().say(registration.reason) }
          : registration,
    });
  }

  #showAccount(): void {
    const record = this.#record;
    this.#parts.state.change({ account: record === undefined ? undefined : accountOf(record) });
    this.#parts.onAccount();
    this.#showDevices();
  }

  #showDevices(): void {
    const record = this.#record;
    if (record === undefined) {
      this.#parts.state.change({ devices: [] });
      return;
    }
    const { store, profile, words } = this.#parts;
    const known = store.devices(record.aor);
    const registration = this.#session?.registration;
    const own = {
      ...{ name: record.deviceName, instanceId: profile.instanceId },
      isOnline: registration !== undefined,
    };
    const devices = devicesOf(
      own,
      registration?.devices ?? [],
      known.ok ? known.value : [],
      words().say(said("account.anotherDevice")),
    );
    this.#parts.state.change({ devices });
  }
}
