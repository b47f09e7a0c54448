import type { JsonObject } from "./json-lines.node.ts";

/** A user whom a core knows: HA1 values instead of a password (RFC 7616 §3.4.2). */
export interface UserAccount {
  /** `sip:user@domain`. */
  readonly aor: string;
  readonly ha1: { readonly md5: string; readonly sha256: string };
  /** As whoever made the account calls that person. */
  readonly name?: string;
  /** Last time a device of it was registered, wall-clock milliseconds since 1970. */
  readonly lastSeenMs?: number;
}

/** What the parent tells a core when everything listens. */
export interface CoreSettings {
  readonly domain: string;
  readonly users: readonly UserAccount[];
  /** SIP URI with `lr`. */
  readonly participatingFunction: string;
  /** Domain to SIP URI of its core. */
  readonly neighbours: Readonly<Record<string, string>>;
  /** `host:port` to element, for the trace. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** What the parent tells a Participating Function. */
export interface PfSettings {
  readonly domain: string;
  readonly core: string;
  readonly addresses: Readonly<Record<string, string>>;
}

/** The settings came from our own parent, so only their kind is checked. */
export function coreSettings(message: JsonObject): CoreSettings {
  if (message["configure"] !== "core") throw new Error("the first line must configure a core");
  // Checked border: the writer is `startNetwork` of the same build.
  return message as unknown as CoreSettings;
}

/** Accounts that a core is told of while it runs; undefined: the line says something else. */
export function newUsers(message: JsonObject): readonly UserAccount[] | undefined {
  const { users } = message;
  // Checked border: as above.
  return Array.isArray(users) ? (users as readonly UserAccount[]) : undefined;
}

export function pfSettings(message: JsonObject): PfSettings {
  if (message["configure"] !== "pf") throw new Error("the first line must configure a pf");
  // Checked border: as above.
  return message as unknown as PfSettings;
}
