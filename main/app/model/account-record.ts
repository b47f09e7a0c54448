import type { Account } from "../../../shared/model/app-state.ts";
import { bracketHost } from "../../base/host-port.ts";
import { parseSipUri } from "../../sip/grammar/uri.ts";
import { readObject } from "./settings-read.ts";

/** An account as a profile keeps it. */
export interface AccountRecord {
  readonly aor: string;
  readonly displayName: string;
  readonly deviceName: string;
  /** `host:port`; of the built-in network only where it was last. */
  readonly core: string;
  readonly transport: "udp" | "tcp";
  readonly isBuiltIn: boolean;
  /** Encrypted by the system, in base64; the built-in network's accounts need none. */
  readonly password?: string;
  readonly isPasswordWeaklyKept?: boolean;
}

/** Undefined when there is none, or none that can be used. */
export function readAccount(text: string | undefined): AccountRecord | undefined {
  const kept = readObject(text);
  const [aor, displayName, deviceName, core] = ["aor", "displayName", "deviceName", "core"].map(
    (name) => (typeof kept[name] === "string" ? kept[name] : ""),
  );
  if (aor === undefined || readAor(aor) === undefined || core === undefined) return undefined;
  const { transport, isBuiltIn, password, isPasswordWeaklyKept } = kept;
  return {
    ...{ aor, core, displayName: displayName ?? "", deviceName: deviceName ?? "" },
    transport: transport === "tcp" ? "tcp" : "udp",
    isBuiltIn: isBuiltIn === true,
    ...(typeof password === "string" ? { password } : {}),
    ...(isPasswordWeaklyKept === true ? { isPasswordWeaklyKept } : {}),
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
