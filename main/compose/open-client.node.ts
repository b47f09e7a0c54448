import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { formatHostPort, isIpAddress, isLoopback } from "../base/host-port.ts";
import type { MsrpUri } from "../base/msrp-uri.ts";
import type { TlsIdentity, TlsTrust } from "../base/ports.ts";
import { present } from "../base/present.ts";
import { systemRandom } from "../base/random.node.ts";
import { CpmClient } from "../cpm/client.ts";
import type { CpmConfig } from "../cpm/config.ts";
import { OFFER_LIMITS } from "../cpm/file/offer-limits.ts";
import { openSrf } from "../drachtio/srf.node.ts";
import { MsrpEndpoint } from "../msrp/endpoint.ts";
import type { TransportTls } from "../sip/transport/transport-options.ts";
import { MAX_DEVICE_DIALOGS } from "../sip/ua/device-dialogs.ts";
import type { SystemFiles } from "../storage/files.node.ts";
import { LAB_QUOTA } from "../storage/peer-quota.ts";
import { followAddress, type WayToCore } from "./address-follower.ts";
import type { CoreAddress } from "./core-address.ts";
import { IDENTITY_FILE, keptIdentity } from "./kept-identity.node.ts";
import { openProfile, type Profile, profileFiles, profileInUse } from "./profile.node.ts";
import { listenError, openSipStack } from "./sip-stack.node.ts";
import { UserError } from "./user-error.ts";
import { VERSION } from "./version.ts";
import { systemPlace, wayToCore } from "./way-to-core.node.ts";

/** Everything that makes one device. */
export interface ClientSetup {
  /** `sip:user@domain`. */
  readonly aor: string;
  readonly core: CoreAddress;
  readonly profileFolder: string;
  readonly receiveFolder: string;
  readonly deviceName: string;
  readonly password: string;
  /** Name in logs and traces. */
  readonly element: string;
  readonly ringTimeS?: number;
  readonly isBusy?: boolean;
  /** Shown to others. */
  readonly displayName?: string;
  /** MSRP relays of this device; the account's name and password unless others are given. */
  readonly relay?: {
    readonly uris: readonly MsrpUri[];
    readonly username?: string;
    readonly password?: string;
  };
  /** Settings of the client that only some programs have. */
  readonly more?: Partial<
    Pick<
      CpmConfig,
      | "offerLimits"
      | "ringsWithoutRoom"
      | "isBlocked"
      | "isStranger"
      | "registrationExpiresS"
      | "waitForReceiverS"
    >
  >;
  /** Opened by its owner, who closes it; without it the client opens the one in `profileFolder` itself. */
  readonly profile?: Profile;
  /** Opened by its owner, who closes them; without it the client opens those of the profile itself. */
  readonly files?: SystemFiles;
  /** May offer files beside the program that is the profile's device. */
  readonly canBeGuest?: boolean;
  readonly traceFile?: string;
  /** `host:port` to element, for the trace. */
  readonly addresses?: Readonly<Record<string, string>>;
}

/** A device that is composed and not yet started. */
export interface OpenClient {
  readonly client: CpmClient;
  readonly profile: Profile;
  /** The machine has slept, or its network has changed: whether it has another address is looked at now. */
  lookAround(): void;
  /** Ends running transfers, de-registers and closes everything. */
  close(): Promise<void>;
}

export async function openClient(setup: ClientSetup): Promise<OpenClient> {
  const { host, coreAddress } = await firstWay(setup.core);
  const { element, traceFile } = setup;
  const profile = setup.profile ?? openProfile(setup.profileFolder, systemRandom());
  const closeProfile = (): void => {
    if (setup.profile === undefined) profile.close();
  };
  if (profile.isInUse && setup.canBeGuest !== true) {
    closeProfile();
    throw profileInUse(setup.profileFolder);
  }
  const identity = await identityFor(setup);
  const stack = await openSipStack({
    ...{ element, listen: { host, port: 0 }, ...tlsTo(setup.core) },
    ...(traceFile === undefined ? {} : { traceFile }),
  });
  const addresses = { [formatHostPort(setup.core)]: "core", ...setup.addresses };
  for (const [address, name] of Object.entries(addresses)) stack.trace.addresses.add(address, name);
  const listen = { host, port: 0 };
  const msrp = await MsrpEndpoint.open(stack.ports, {
    ...{ listen, ...(identity === undefined ? {} : { tls: { identity } }) },
  });
  if (!msrp.ok) throw listenError(listen, msrp.error);
  const user = setup.aor.slice(setup.aor.indexOf(":") + 1, setup.aor.lastIndexOf("@"));
  const srf = openSrf(stack.transactions, stack.ports, {
    contactUser: user,
    uaConfig: { maxReceivedDialogs: MAX_DEVICE_DIALOGS[stack.profile] },
    credentials: {
      ...{ username: user, password: setup.password },
      realm: setup.aor.slice(setup.aor.lastIndexOf("@") + 1),
      coreHosts: [setup.core.host, coreAddress],
      // MD5 off loopback could be broken by whoever listens; on loopback nobody does.
      allowMd5: isLoopback(setup.core.host),
    },
  });
  const files = setup.files ?? ownFiles(profile, setup);
  const receiveFolder = resolve(setup.receiveFolder);
  // An application signs in all the same, and lets its user choose another folder.
  if (setup.profile === undefined) mkdirSync(receiveFolder, { recursive: true });
  const { aor, core, deviceName, displayName, ringTimeS, isBusy } = setup;
  const client = new CpmClient(
    { ...stack.ports, srf, msrp: msrp.value, files, store: profile.store },
    {
      ...{ aor, core, deviceName, receiveFolder, version: VERSION },
      ...{ instanceId: profile.instanceId, deviceSecret: profile.deviceSecret },
      ...{ coreAddress, asksNotifications: true, offerLimits: OFFER_LIMITS[stack.profile] },
      ...setup.more,
      ...(setup.relay === undefined
        ? {}
        : { relay: { username: user, password: setup.password, ...setup.relay } }),
      ...(profile.isInUse ? { isGuest: true } : {}),
      ...present({ displayName, ringTimeS, isBusy }),
    },
  );
  const { transport } = stack.transactions;
  const follower = followAddress(stack.ports, systemPlace(setup.core), {
    ...{ transport, msrp: msrp.value, client },
  });
  return {
    ...{ client, profile },
    lookAround: () => {
      follower.look();
    },
    close: async () => {
      follower.stop();
      await client.stop();
      await srf.close();
      await msrp.value.close();
      await stack.close();
      if (setup.files === undefined) await files.close();
      closeProfile();
    },
  };
}

/** For the connections of files: a fingerprint is worth something where the way to the core is protected. */
function identityFor({ core, profileFolder }: ClientSetup): Promise<TlsIdentity | undefined> {
  if (core.transport !== "tls") return Promise.resolve(undefined);
  return keptIdentity(join(resolve(profileFolder), IDENTITY_FILE), [], Date.now());
}

/** Everything goes to the core, so whatever comes over TLS is the core's. */
function tlsTo({ transport, host, fingerprint }: CoreAddress): { readonly tls?: TransportTls } {
  if (transport !== "tls") return {};
  const trust: TlsTrust =
    fingerprint === undefined
      ? { kind: "name", host }
      : { kind: "fingerprint", sha256: fingerprint };
  return { tls: { trustOf: () => trust, isRequired: true } };
}

/** Peers of a network on this machine are the user's own. */
function ownFiles(profile: Profile, { core, profileFolder }: ClientSetup): SystemFiles {
  return profileFiles(profile, profileFolder, isLoopback(core.host) ? { quota: LAB_QUOTA } : {});
}

async function firstWay(core: CoreAddress): Promise<WayToCore> {
  const way = await wayToCore(core);
  if (way !== undefined) return way;
  const what = isIpAddress(core.host) ? "cannot be reached from here" : "is not known";
  throw new UserError("usage", `The core ${core.host} ${what}.`, "Check --core.");
}
