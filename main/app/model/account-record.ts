import type { JoinLink } from "../../../shared/link/join-link.ts";
import type { Account } from "../../../shared/model/app-state.ts";
import { bracketHost, formatHostPort } from "../../base/host-port.ts";
import { parseSipUri } from "../../sip/grammar/uri.ts";
import { readObject } from "./settings-read.ts";

/** An account as a profile keeps it. */
export interface AccountRecord {
  readonly aor: string;
  readonly displayName: string;
  readonly deviceName: string;
  /** `host:port`; of the built-in network only where it was last. */
  readonly core: string;
  readonly transport: "udp" | "tcp" | "tls";
  readonly isBuiltIn: boolean;
  /** SHA-256 of the certificate that the core must show; of networks joined by link. */
  readonly fingerprint?: string;
  /** As the host of a network joined by link calls it. */
  readonly networkName?: string;
  /** This profile shares the network itself. */
  readonly isHost?: boolean;
  /** Encrypted by the system, in base64; the built-in network's accounts need none. */
  readonly password?: string;
  readonly isPasswordWeaklyKept?: boolean;
}

/** Undefined when there is none, or none that can be used. */
export function readAccount(text: string | undefined): AccountRecord | undefined {
  const kept = readObject(text);
  const { aor, core, displayName, deviceName } = texts(kept, [
    "aor",
    "core",
    "displayName",
    "deviceName",
  ]);
  if (aor === undefined || readAor(aor) === undefined || core === undefined) return undefined;
  const { transport, isBuiltIn } = kept;
  return {
    ...{ aor, core, displayName: displayName ?? "", deviceName: deviceName ?? "" },
    transport: transport === "tcp" || transport === "tls" ? transport : "udp",
    isBuiltIn: isBuiltIn === true,
    ...texts(kept, ["password", "fingerprint", "networkName"]),
    ...claims(kept, ["isPasswordWeaklyKept", "isHost"]),
  };
}

type Kept = ReturnType<typeof readObject>;

function texts<Name extends string>(
  kept: Kept,
  names: readonly Name[],
): { readonly [N in Name]?: string } {
  const found = names.filter((name) => typeof kept[name] === "string");
  // Checked border: each value was looked at.
  return Object.fromEntries(found.map((name) => [name, kept[name]])) as { [N in Name]?: string };
}

function claims<Name extends string>(
  kept: Kept,
  names: readonly Name[],
): { readonly [N in Name]?: true } {
  const found = names.filter((name) => kept[name] === true);
  // Checked border: they are all true.
  return Object.fromEntries(found.map((name) => [name, true])) as { [N in Name]?: true };
}

/** The account that a link gives. */
export function joinedRecord(
  { aor, host, port, transport, fingerprint, name }: JoinLink,
  as: { readonly displayName: string; readonly deviceName: string; readonly isHost?: boolean },
): AccountRecord {
  const { displayName, deviceName, isHost } = as;
  return {
    ...{ aor, displayName, deviceName, transport, fingerprint, isBuiltIn: false },
    core: formatHostPort({ host, port }),
    ...(name === undefined ? {} : { networkName: name }),
    ...(isHost === true ? { isHost } : {}),
  };
}

export function accountOf(record: AccountRecord): Account {
  const { password, ...account } = record;
  return password === undefined ? record : account;
}

/** `sip:user@domain` of what a person typed; undefined when it is no address of a user. */
export function readAor(text: string): string | undefined {
  const trimmed = text.trim();
  const uri = parseSipUri(/^sips?:/i.test(trimmed) ? trimmed : `sip:${trimmed}`);
  if (!uri.ok || uri.value.user === undefined || uri.value.user === "") return undefined;
  // A port or a parameter has no place in a name; the domain is the realm of the account.
  const { user, host } = uri.value;
  return `sip:${user}@${bracketHost(host.toLowerCase())}`;
}
