import { readFileSync } from "node:fs";
import { join as joinPath } from "node:path";
import { parseFingerprint } from "../../shared/format/fingerprint.ts";
import type { JoinLink } from "../../shared/link/join-link.ts";
import { isLoopback } from "../base/host-port.ts";
import { type MsrpUri, parseMsrpUri } from "../base/msrp-uri.ts";
import { type CoreAddress, parseCoreAddress } from "../compose/core-address.ts";
import type { ClientSetup } from "../compose/open-client.node.ts";
import { profileName } from "../compose/profile.node.ts";
import { DEMO_PASSWORD, isDemoUser } from "../compose/users.node.ts";
import { aorOf, parseSipUri } from "../sip/grammar/uri.ts";
import { usageError } from "./exit-code.ts";
import { givenLink, type JoinFlags, joinedAccount } from "./joined-account.node.ts";

/** Options that `client` and `send` share, as commander gives them. */
export interface ClientFlags extends JoinFlags {
  readonly as?: string;
  readonly core?: string;
  readonly coreFingerprint?: string;
  readonly profile: string;
  readonly device?: string;
  readonly receive?: string;
  readonly passwordFile?: string;
  readonly relay?: readonly string[];
  readonly relayPasswordFile?: string;
  readonly trace?: string;
}

/**
 * Checks the options that say who and where this device is: by address and core, by a link to join, or by what the
 * profile has joined.
 * @param join the link, where it was read already
 */
export function clientSetup(flags: ClientFlags, join?: JoinLink): ClientSetup {
  const { aor, core, password } = identity(flags, join);
  const user = aor.slice(aor.indexOf(":") + 1, aor.lastIndexOf("@"));
  const deviceName = flags.device ?? profileName(flags.profile);
  return {
    ...{ aor, core, password, deviceName, profileFolder: flags.profile },
    receiveFolder: flags.receive ?? joinPath(flags.profile, "received"),
    element: `${user}-${deviceName}`,
    ...readRelays(flags),
    ...(flags.trace === undefined ? {} : { traceFile: flags.trace }),
  };
}

type Identity = Pick<ClientSetup, "aor" | "core" | "password">;

function identity(flags: ClientFlags, join: JoinLink | undefined): Identity {
  if (flags.as === undefined && flags.core === undefined) {
    const joined = join ?? givenLink(flags) ?? joinedAccount(flags.profile);
    if (joined === undefined) {
      throw usageError(
        "It is not said who you are.",
        "Give --as and --core, or join a network first with `cpm join`.",
      );
    }
    return joinedIdentity(joined);
  }
  if (flags.joinFile !== undefined)
    throw usageError("A link says who you are already.", "Leave out --as and --core.");
  if (flags.as === undefined || flags.core === undefined)
    throw usageError("--as and --core belong together.", "Give both of them, or neither.");
  const core = { ...readCore(flags.core), ...readFingerprint(flags) };
  const aor = readAor(flags.as);
  return { aor, core, password: readPassword(aor, core, flags.passwordFile) };
}

function joinedIdentity(join: JoinLink): Identity {
  const { aor, host, port, transport, fingerprint, password } = join;
  return { aor, core: { host, port, transport, fingerprint }, password };
}

function readCore(text: string): CoreAddress {
  const core = parseCoreAddress(text);
  if (core !== undefined) return core;
  throw usageError(
    `"${text}" is no address of a core.`,
    "Write --core HOST:PORT, for example --core 127.0.0.1:41001 or --core [::1]:41001;transport=tcp.",
  );
}

function readFingerprint({ core = "", coreFingerprint: text }: ClientFlags): {
  readonly fingerprint?: string;
} {
  if (text === undefined) return {};
  const fingerprint = parseFingerprint(text);
  if (fingerprint !== undefined && readCore(core).transport === "tls") return { fingerprint };
  throw usageError(
    fingerprint === undefined
      ? `"${text}" is no fingerprint of a certificate.`
      : "Only a core over TLS shows a certificate.",
    "Write --core HOST:PORT;transport=tls --core-fingerprint and 64 hexadecimal digits.",
  );
}

function readAor(text: string): string {
  const uri = parseSipUri(text);
  if (!uri.ok || uri.value.user === undefined) {
    throw usageError(
      `"${text}" is no SIP address of a person.`,
      "Write --as sip:NAME@DOMAIN, for example --as sip:alice@a.example.",
    );
  }
  return aorOf(uri.value);
}

/** The account's name and password, unless the first relay names others. */
function readRelays({ relay, relayPasswordFile }: ClientFlags): Pick<ClientSetup, "relay"> {
  if (relay === undefined || relay.length === 0) return {};
  const uris = relay.map(readRelay);
  const username = uris[0]?.user;
  return {
    relay: {
      uris: uris.map(({ scheme, host, port, transport }) => ({
        ...{ scheme, host, transport, parameters: [] },
        ...(port === undefined ? {} : { port }),
      })),
      ...(username === undefined ? {} : { username }),
      ...(relayPasswordFile === undefined ? {} : { password: readPasswordFile(relayPasswordFile) }),
    },
  };
}

function readRelay(text: string): MsrpUri {
  const uri = parseMsrpUri(text.includes(";") ? text : `${text};tcp`);
  if (!uri.ok || uri.value.port === undefined || uri.value.sessionId !== undefined)
    throw usageError(
      `"${text}" is no address of an MSRP relay.`,
      "Write --relay msrp://HOST:PORT, for example --relay msrp://relay.example:2855.",
    );
  if (uri.value.scheme === "msrps")
    throw usageError(
      `"${text}" asks for MSRP over TLS, which this program does not speak.`,
      "Write --relay msrp://HOST:PORT where the relay takes plain TCP.",
    );
  return uri.value;
}

/** From `--password-file`, `CPM_PASSWORD`, or the demo accounts' on loopback; never from the command line. */
function readPassword(aor: string, core: CoreAddress, file: string | undefined): string {
  if (file !== undefined) return readPasswordFile(file);
  const fromEnvironment = process.env["CPM_PASSWORD"];
  if (fromEnvironment !== undefined && fromEnvironment !== "") return fromEnvironment;
  if (isLoopback(core.host) && isDemoUser(aor.slice(aor.indexOf(":") + 1))) return DEMO_PASSWORD;
  throw usageError(
    `No password for ${aor}.`,
    "Give it with --password-file FILE or in CPM_PASSWORD.",
  );
}

/** The first line of the file. */
export function readPasswordFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageError(`The password file ${path} cannot be read.`, why);
  }
  const [line = ""] = text.split(/\r?\n/, 1);
  if (line === "")
    throw usageError(`The password file ${path} is empty.`, "Its first line is the password.");
  return line;
}
