import type {
  RegistrationFailedView,
  RegistrationView,
} from "../../../shared/model/registration.ts";
import { isLoopback, parseHostPort } from "../../base/host-port.ts";
import { present } from "../../base/present.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { type NamedEvent, onEveryEvent } from "../../compose/client-events.ts";
import { type OpenClient, openClient } from "../../compose/open-client.node.ts";
import type { Profile } from "../../compose/profile.node.ts";
import { UserError } from "../../compose/user-error.ts";
import type { CpmClient } from "../../cpm/client.ts";
import { LAB_WINDOW_OFFERS } from "../../cpm/file/offer-limits.ts";
import type { SystemFiles } from "../../storage/files.node.ts";
import type { AccountRecord } from "../model/account-record.ts";
import { registrationFailure, type SignInFailure, signInFailure } from "../model/sign-in.ts";
import { said } from "../words/phrase.ts";

export interface DeviceSessionOptions {
  readonly account: AccountRecord;
  readonly password: string;
  readonly profile: Profile;
  readonly profileFolder: string;
  readonly files: SystemFiles;
  readonly receiveFolder: string;
  readonly ringTimeS: number;
  readonly isBusy: boolean;
  readonly isBlocked: (uri: string) => boolean;
  readonly isStranger: (uri: string | undefined) => boolean;
  readonly onEvent: (event: NamedEvent) => void;
}

/** A registration that nobody confirms for so long has failed for whoever waits for it in front of a window. */
const PATIENCE_MS = 10_000;
/** On one machine devices come and go by the minute; what is gone shall not be shown for ten. */
const BUILT_IN_EXPIRES_S = 120;

/** This device in its network: from the first REGISTER to the last. */
export class DeviceSession {
  readonly client: CpmClient;
  readonly #open: OpenClient;
  readonly #account: AccountRecord;
  #view: RegistrationView | undefined;

  private constructor(open: OpenClient, options: DeviceSessionOptions) {
    this.#open = open;
    this.#account = options.account;
    this.client = open.client;
    onEveryEvent(open.client.events, (event) => {
      if (event.event === "registered") this.#view = event;
      if (event.event === "registrationFailed") this.#view = undefined;
      options.onEvent(event);
    });
  }

  static async open(options: DeviceSessionOptions): Promise<Result<DeviceSession, SignInFailure>> {
    const { account, password, profile, profileFolder, files, receiveFolder } = options;
    const { fingerprint } = account;
    const core = parseHostPort(account.core);
    if (core === undefined) return err(badServer(account.core));
    if (profile.isInUse)
      return err(
        signInFailure("profileInUse", said("account.profileInUse"), said("actions.chooseProfile")),
      );
    try {
      const open = await openClient({
        ...{ aor: account.aor, password },
        core: { ...core, transport: account.transport, ...present({ fingerprint }) },
        ...{ profile, profileFolder, files, receiveFolder, element: profile.name },
        ...{ deviceName: account.deviceName, displayName: account.displayName },
        ...{ ringTimeS: options.ringTimeS, isBusy: options.isBusy },
        more: {
          ringsWithoutRoom: true,
          ...(isLoopback(core.host) ? { offerLimits: LAB_WINDOW_OFFERS } : {}),
          ...{ isBlocked: options.isBlocked, isStranger: options.isStranger },
          ...(account.isBuiltIn ? { registrationExpiresS: BUILT_IN_EXPIRES_S } : {}),
        },
      });
      return ok(new DeviceSession(open, options));
    } catch (error) {
      if (error instanceof UserError) return err(openFailure(error, account.core));
      throw error;
    }
  }

  /** The user's devices as the registrar listed them last; undefined while this one is not registered. */
  get registration(): RegistrationView | undefined {
    return this.#view;
  }

  /** Registers; gives up waiting, not trying, after ten seconds. */
  start(): Promise<Result<void, SignInFailure>> {
    return this.#inTime(this.client.start());
  }

  refresh(): Promise<Result<void, SignInFailure>> {
    // After a sleep the machine may be somewhere else.
    this.#open.lookAround();
    return this.#inTime(this.client.refresh());
  }

  async close(): Promise<void> {
    await this.#open.close();
  }

  async #inTime(
    attempt: Promise<Result<void, RegistrationFailedView>>,
  ): Promise<Result<void, SignInFailure>> {
    let giveUp: NodeJS.Timeout | undefined;
    const silence = new Promise<Result<void, RegistrationFailedView>>((resolve) => {
      giveUp = setTimeout(() => {
        resolve(err({ status: 0, reason: "" }));
      }, PATIENCE_MS);
    });
    const outcome = await Promise.race([attempt, silence]);
    clearTimeout(giveUp);
    return outcome.ok ? outcome : err(registrationFailure(outcome.error, this.#account));
  }
}

function openFailure(error: UserError, core: string): SignInFailure {
  // The core's name is not known, or there is no way to it.
  if (error.kind === "usage") return badServer(core);
  return error.kind === "storage"
    ? signInFailure(
        "storage",
        said("account.profileNotUsable"),
        said("actions.chooseProfileFolder"),
      )
    : signInFailure("refused", said("account.notOpened"), said("actions.tryAgain"));
}

function badServer(core: string): SignInFailure {
  return signInFailure(
    "badServer",
    said("account.serverNotFound", { core }),
    said("actions.checkServer"),
  );
}
