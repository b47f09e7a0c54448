import type { FileHash } from "../base/files.ts";
import type { HostPort } from "../base/host-port.ts";
import type { MsrpUri } from "../base/msrp-uri.ts";
import type { OfferLimits } from "./file/offer-limits.ts";

/** MSRP relays of a device (RFC 4976): all its files go through one of them. */
export interface RelayConfig {
  /** `msrp://relay.example:2855;tcp`; tried in this order. */
  readonly uris: readonly MsrpUri[];
  readonly username: string;
  readonly password: string;
}

/** How one device of a CPM user behaves. Durations in seconds or milliseconds as the names say. */
export interface CpmConfig {
  /** Public identity, a SIP URI without parameters, for example `sip:alice@a.example`. */
  readonly aor: string;
  /** Shown to others as the From display name. */
  readonly displayName?: string;
  /** The outbound proxy: where every request goes until the registrar names a Service-Route. */
  readonly core: HostPort & { readonly transport: "udp" | "tcp" | "tls" };
  readonly deviceName: string;
  /** Public GRUU: the URI under which this device alone is reached, once the registrar has given it one (RFC 5627). */
  readonly gruu?: string;
  /** `urn:uuid:…`, the same for the whole life of the device (RFC 5626 §4.1). */
  readonly instanceId: string;
  readonly receiveFolder: string;
  /** How long an incoming offer rings here before 480; also how long we wait for an answer. Default 180. */
  readonly ringTimeS?: number;
  /** Largest file offered or accepted; no limit of ours when absent. */
  readonly maxSizeOctets?: number;
  /** Lifetime asked for in REGISTER. Default 600. */
  readonly registrationExpiresS?: number;
  /**
   * Another program of the same profile is registered and rings: this one only makes offers, and leaves the registration
   * and what runs there alone.
   */
  readonly isGuest?: boolean;
  /** Offers that this device bears at once; default: those of the lab. */
  readonly offerLimits?: OfferLimits;
  /** Refuses every offer with 486 without ringing. */
  readonly isBusy?: boolean;
  /**
   * Rings also when no file fits into the receive folder, so that the user may choose another one; without it such an
   * offer is refused with 403.
   */
  readonly ringsWithoutRoom?: boolean;
  /** Asks receivers to tell when files were delivered and when their user opened one (RFC 5438). */
  readonly asksNotifications?: boolean;
  /** People whose offers are declined on every device (603) without ringing. */
  readonly isBlocked?: (uri: string) => boolean;
  /**
   * People who are answered like blocked ones because the user does not know them; asked anew for each offer. undefined:
   * somebody for whose name nobody vouches.
   */
  readonly isStranger?: (uri: string | undefined) => boolean;
  /** IP address of the core where `core` names it; requests of others are not vouched for. */
  readonly coreAddress?: string;
  /**
   * How long a transfer that was interrupted is tried again by itself, in seconds; a resumption that moved octets begins
   * the time anew. 0: never. Default 300.
   */
  readonly resumeForS?: number;
  /**
   * How long what this device sends waits for a receiver that is gone, in seconds, to the second. Default: a minute longer
   * than `resumeForS`, for the receiver's last attempt may still be on its way.
   */
  readonly waitForReceiverS?: number;
  /**
   * Decides which file is given to somebody who asks for one that this device has not offered to them.
   * @returns its path; nothing: the request is refused without a word. Without this, so is every such request
   */
  readonly sharedFile?: (wanted: WantedFile) => Promise<string | undefined>;
  /** Address written into SDP; the MSRP endpoint's own listening host when absent. */
  readonly mediaHost?: string;
  /** Files go through it in both directions; without one, devices connect to each other. */
  readonly relay?: RelayConfig;
  /** Of this program, for User-Agent. */
  readonly version: string;
  /** Never leaves the device: Contribution-IDs are derived with it. Random per device, kept across restarts. */
  readonly deviceSecret: string;
}

/** What somebody asks for (RFC 5547 §8.2.2). The network vouches for `from`; the rest is the asker's claim. */
export interface WantedFile {
  readonly from: string;
  readonly conversationId: string;
  readonly name?: string;
  readonly type?: string;
  readonly sizeOctets?: number;
  readonly hashes: readonly FileHash[];
}

/** What may change while the device runs. */
export type CpmConfigChange = Partial<
  Pick<CpmConfig, "displayName" | "deviceName" | "receiveFolder" | "ringTimeS" | "isBusy">
>;
