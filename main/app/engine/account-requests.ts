import { formatPerson } from "../../../shared/format/person.ts";
import type { RequestArguments, RequestResult } from "../../../shared/ipc/contract.ts";
import { INSTANCE_COLOURS } from "../../../shared/model/settings.ts";
import { present } from "../../base/present.ts";
import type { Result } from "../../base/result.ts";
import { newDevice } from "../model/new-device.ts";
import { isSamePerson } from "../model/people.ts";
import { demoAorFor } from "../model/sign-in.ts";
import type { DesktopPort } from "../ports.ts";
import { said } from "../words/phrase.ts";
import type { CurrentWords } from "../words/words.ts";
import type { AccountDesk } from "./account-desk.node.ts";
import { DONE, type Failure, failure, type Handlers } from "./answers.ts";
import type { EngineStart } from "./engine-options.ts";
import { named } from "./named-device.ts";
import type { StateDesk } from "./state-desk.ts";

export interface AccountRequestParts {
  readonly account: AccountDesk;
  readonly state: StateDesk;
  readonly desktop: Pick<DesktopPort, "openInstance">;
  readonly words: CurrentWords;
  /** Addresses of the built-in network's accounts. */
  readonly demoAors: readonly string[];
  readonly changeSettings: (
    change: RequestArguments<"settings.change">,
  ) => Promise<Result<null, Failure>>;
}

type AccountRequests = Pick<
  Handlers,
  | "account.tryHere"
  | "account.connect"
  | "account.rename"
  | "account.signOut"
  | "account.refresh"
  | "device.open"
>;

/** What windows ask about the user's account and devices. */
export function accountHandlers(parts: AccountRequestParts): AccountRequests {
  const { account, demoAors, changeSettings, words } = parts;
  /** Devices that this window opened, by user. */
  const opened = new Map<string, number>();
  return {
    "account.tryHere": async (args) => {
      const { colour, receiveFolder } = args;
      const set = await changeSettings({ colour, receiveFolder });
      if (!set.ok) return set;
      const aor = args.aor ?? demoAorFor(args.displayName, demoAors);
      return account.tryHere({ ...named(args, aor, words), aor });
    },
    "account.connect": (args) => account.connect(named(args, args.aor, words)),
    "account.rename": (args) => {
      const { displayName, deviceName } = named(args, account.aor ?? "", words);
      return account.rename(displayName, deviceName);
    },
    "account.signOut": () => account.signOut(),
    "account.refresh": () => account.refresh(),
    "device.open": (args) => openDevice(parts, args, opened),
  };
}

function openDevice(
  { account, state, desktop, demoAors, words }: AccountRequestParts,
  { aor, deviceName }: RequestArguments<"device.open">,
  opened: Map<string, number>,
): Result<null, Failure> {
  const demo = demoAors.find((one) => isSamePerson(one, aor));
  if (state.current.account?.isBuiltIn !== true || demo === undefined)
    return failure("refused", said("failures.onlyBuiltIn"), said("actions.startThere"));
  const before = opened.get(demo) ?? 0;
  opened.set(demo, before + 1);
  const isOwn = isSamePerson(demo, account.aor ?? "");
  const known = isOwn ? Math.max(state.current.devices.length, 1 + before) : before;
  const name =
    deviceName.trim() === ""
      ? words().say(said("account.deviceOf", { name: formatPerson(demo) }))
      : deviceName.trim();
  const { profile, code, colour } = newDevice(demo, name, known);
  desktop.openInstance([
    ...["--profile", profile, "--try", "--as", demo, "--device", name],
    ...["--code", code, "--colour", colour],
  ]);
  return DONE;
}

export function startArguments(
  tryHere: NonNullable<EngineStart["tryHere"]>,
): RequestArguments<"account.tryHere"> {
  const { aor, displayName = "", deviceName, colour } = tryHere;
  const known = INSTANCE_COLOURS.find((one) => one === colour);
  return { aor, displayName, deviceName, ...present({ colour: known }) };
}

/** Signs in to the account that the program was started with, and tells windows that it is on its way. */
export async function arrive(
  state: StateDesk,
  signIn: () => Promise<RequestResult<"account.tryHere">>,
): Promise<void> {
  if (state.current.account === undefined) state.change({ arrival: {} });
  const came = await signIn();
  if (!came.ok && state.current.account === undefined)
    state.change({ arrival: { failure: came.error } });
}
