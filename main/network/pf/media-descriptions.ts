import type { HostPort } from "../../base/host-port.ts";
import type { MsrpUri } from "../../base/msrp-uri.ts";
import type { Clock, Random, Timer } from "../../base/ports.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { randomToken } from "../../base/tokens.ts";
import type { MsrpEndpoint } from "../../msrp/endpoint.ts";
import { alignMedia } from "../../sdp/align-media.ts";
import {
  answererTarget,
  answersCema,
  isUnreachableOffer,
  needsPlainOffer,
  offererTarget,
  preferredRole,
} from "../../sdp/cema.ts";
import { type FileAnswer, readFileAnswer } from "../../sdp/file-answer.ts";
import type { FileMedia } from "../../sdp/file-media.ts";
import { readFileOffer } from "../../sdp/file-offer.ts";
import { isTlsProtocol } from "../../sdp/msrp-path.ts";
import { parseSdp } from "../../sdp/parse.ts";
import { type Protection, protectionOf } from "../../sdp/protection.ts";
import { type RelayedMedia, relaySdp } from "../../sdp/relay.ts";
import { serializeSdp } from "../../sdp/serialize.ts";
import type { Origin, SdpError, SessionDescription } from "../../sdp/session-description.ts";
import { answerSetup, offererRole } from "../../sdp/setup.ts";
import { isAnswerable } from "./leg-security.ts";
import { type LegName, MediaLine } from "./media-line.ts";

/**
 * A side that vanishes without a word leaves a connection that looks open. Media that stand still for one to two of
 * these are given up: both sides then learn the truth by BYE.
 */
export const STALL_CHECK_MS = 60_000;

export interface DescriptionPorts {
  readonly msrp: MsrpEndpoint;
  readonly clock: Clock;
  readonly random: Random;
  /** Announced as `a=max-size` where the other leg allows more. */
  readonly maxSizeOctets?: number;
  /** What the leg towards the receiver is offered; `msrp` when absent. */
  readonly downstreamScheme?: MsrpUri["scheme"];
}

/** Somebody else than agreed was met on a leg, or a connection broke. */
export interface MediaLoss {
  readonly isUntrusted: boolean;
  readonly message: string;
}

type AcceptedFile = Extract<FileAnswer, { readonly isAccepted: true }>;

/**
 * The session descriptions of one relayed call and the m= lines they describe. Each leg sees a description of our own:
 * paths, ports, addresses and setup are the leg's; everything about files passes as it came (RFC 5547), and a line that
 * one side refused stays refused in its place (RFC 3264 §6).
 */
export class MediaDescriptions {
  readonly files: readonly FileMedia[];
  readonly #group: string;
  readonly #maxSizeOctets: number | undefined;
  readonly #lines: readonly MediaLine[];
  readonly #origins: Record<LegName, Origin>;
  #offer: SessionDescription;
  #reoffer: SessionDescription | undefined;
  /** The leg towards the receiver goes without CEMA. */
  #isPlain = false;
  readonly #clock: Clock;
  #onLost: (loss: MediaLoss) => void = () => undefined;
  readonly #fingerprint: string | undefined;
  #stallCheck: Timer | undefined;

  private constructor(
    ports: DescriptionPorts,
    offer: SessionDescription,
    files: readonly FileMedia[],
  ) {
    this.#offer = offer;
    this.files = files;
    this.#clock = ports.clock;
    this.#group = randomToken(ports.random, 16);
    this.#fingerprint = ports.msrp.fingerprint;
    this.#maxSizeOctets = ports.maxSizeOctets;
    const { downstreamScheme: downstream = "msrp" } = ports;
    this.#lines = offer.media.map(({ port, protocol }) => {
      const upstream = port !== 0 && isTlsProtocol(protocol) ? "msrps" : "msrp";
      return new MediaLine(ports.msrp, ports.clock, {
        schemes: { upstream, downstream },
        onLost: ({ kind, message }) => {
          this.#onLost({ isUntrusted: kind === "untrusted", message });
        },
      });
    });
    const origin = (leg: LegName): Origin => {
      const address = this.#hostOf(leg);
      return {
        user: "-",
        sessionId: String(ports.random.bytes(4).readUInt32BE(0)),
        version: "1",
        addressType: address.includes(":") ? "IP6" : "IP4",
        address,
      };
    };
    this.#origins = { upstream: origin("upstream"), downstream: origin("downstream") };
  }

  /** @returns an error whose `statusHint` the INVITE is refused with */
  static fromOffer(ports: DescriptionPorts, body: Buffer): Result<MediaDescriptions, SdpError> {
    const offer = parseSdp(body);
    if (!offer.ok) return offer;
    const files = readFileOffer(offer.value);
    if (!files.ok) return files;
    const canProtect = ports.msrp.fingerprint !== undefined;
    const isProtectable = (file: FileMedia): boolean =>
      file.port === 0 || isAnswerable(file, canProtect);
    if (!files.value.some(isProtectable)) return err(UNPROTECTABLE);
    // RFC 6714 §4.3: this leg is ours, and so is the refusal.
    const isUsable = (file: FileMedia): boolean => isProtectable(file) && !isUnreachableOffer(file);
    const usable = files.value.filter(isUsable);
    const refused = files.value.filter((file) => !isUsable(file)).map(({ index }) => index);
    if (usable.length === 0) {
      return err({ kind: "sdp-error", what: "no file can be reached", statusHint: 488 });
    }
    return ok(new MediaDescriptions(ports, withPortsClosed(offer.value, refused), usable));
  }

  onLost(handler: (loss: MediaLoss) => void): void {
    this.#onLost = handler;
  }

  /** The offer for the leg towards the receiver. */
  downstreamOffer(): Buffer {
    return serializeSdp(this.#downstream);
  }

  get #downstream(): SessionDescription {
    return this.#describe(this.#offer, "downstream", "offer");
  }

  /**
   * Takes the receiver's answer, starts the sessions of the accepted lines and gives the answer for the sender's leg.
   * The sender's leg listens before its answer exists.
   */
  openFromAnswer(body: Buffer): Result<Buffer, SdpError> {
    const parsed = parseSdp(body);
    if (!parsed.ok) return parsed;
    const answer = alignMedia(this.#offer, parsed.value);
    if (!answer.ok) return answer;
    const accepted = readFileAnswer(this.#downstream, answer.value);
    if (!accepted.ok) return accepted;
    for (const file of accepted.value) if (file.isAccepted) this.#openLine(file);
    this.#watchForStall(0);
    return ok(this.#rewrite(answer.value, "upstream", "answer"));
  }

  #openLine(answered: AcceptedFile): void {
    const line = this.#lines[answered.index];
    const offered = this.files.find(({ index }) => index === answered.index);
    if (line === undefined || offered === undefined) return;
    const connectionGroup = this.#group;
    const upstream = { hasRelay: false, role: this.#upstreamSetup(answered.index) };
    const protection = protectionOf(offered);
    line.open("upstream", {
      remotePath: offered.path,
      role: upstream.role,
      ...(protection.ok ? fingerprintsOf(protection.value) : {}),
      ...connectingTo(answererTarget(offered, upstream)),
      connectionGroup,
    });
    const downstream = { hasRelay: false, role: offererRole("actpass", answered.setup) };
    line.open("downstream", {
      remotePath: answered.path,
      role: downstream.role,
      ...fingerprintsOf(answered.protection),
      ...connectingTo(offererTarget(answered, downstream)),
      connectionGroup,
    });
  }

  /**
   * The offer for the leg towards the receiver once more, without `msrp-cema`, where its answer shows a middlebox that
   * CEMA cannot pass (RFC 6714 §4.2).
   */
  plainOffer(body: Buffer): Buffer | undefined {
    const parsed = parseSdp(body);
    const answers = parsed.ok ? readFileAnswer(this.#downstream, parsed.value) : parsed;
    const isNeeded =
      answers.ok &&
      answers.value.some(
        (answer) =>
          answer.isAccepted &&
          needsPlainOffer(answer, { hasRelay: false, role: offererRole("actpass", answer.setup) }),
      );
    if (!isNeeded) return undefined;
    this.#isPlain = true;
    this.#raiseVersion("downstream");
    return this.downstreamOffer();
  }

  /** Later answers say what the first exchange settled: connections stay (RFC 6135 §4.2.1). */
  #answeredSetup(leg: LegName, index: number): "active" | "passive" {
    return leg === "upstream" ? this.#upstreamSetup(index) : "active";
  }

  #upstreamSetup(index: number): "active" | "passive" {
    const offered = this.files.find((file) => file.index === index);
    return answerSetup(
      offered?.setup,
      offered === undefined ? "passive" : preferredRole(offered, false),
    );
  }

  /** A re-INVITE's offer from `leg`, as the other leg gets it. No line may be added (a request is one session, CR C.x.x.1). */
  relayReoffer(leg: LegName, body: Buffer): Result<Buffer, SdpError> {
    const offer = parseSdp(body);
    if (!offer.ok) return offer;
    if (offer.value.media.length !== this.#lines.length) {
      return err({ kind: "sdp-error", what: "the number of m= lines changed", statusHint: 488 });
    }
    if (!this.#isProtectedAsAgreed(leg, offer.value)) return err(CHANGED_PROTECTION);
    this.#reoffer = offer.value;
    const to: LegName = leg === "upstream" ? "downstream" : "upstream";
    this.#raiseVersion(to);
    return ok(this.#rewrite(offer.value, to, "offer"));
  }

  /** The answer to that re-INVITE, as `leg`, which offered, gets it. */
  relayReanswer(leg: LegName, body: Buffer): Result<Buffer, SdpError> {
    const answer = parseSdp(body);
    if (!answer.ok) return answer;
    if (answer.value.media.length !== this.#lines.length) {
      return err({ kind: "sdp-error", what: "the number of m= lines changed", statusHint: 488 });
    }
    const from: LegName = leg === "upstream" ? "downstream" : "upstream";
    if (!this.#isProtectedAsAgreed(from, answer.value)) return err(CHANGED_PROTECTION);
    if (this.#reoffer !== undefined) this.#offer = this.#reoffer;
    this.#raiseVersion(leg);
    return ok(this.#rewrite(answer.value, leg, "answer"));
  }

  /** Connections stay as they are: what a leg agreed on first holds to its end. */
  #isProtectedAsAgreed(leg: LegName, description: SessionDescription): boolean {
    return description.media.every(({ port, protocol }, index) => {
      const uri = this.#lines[index]?.isOpen === true ? this.#lines[index].uris[leg] : undefined;
      return (
        port === 0 || uri === undefined || isTlsProtocol(protocol) === (uri.scheme === "msrps")
      );
    });
  }

  /** Ends the sessions of lines that the last re-INVITE closed (RFC 5547 §8.4). */
  async closeRefused(): Promise<void> {
    const closing = this.#lines.filter(
      (line, index) => line.isOpen && this.#offer.media[index]?.port === 0,
    );
    await Promise.all(closing.map((line) => line.close()));
  }

  /** Over all lines: a sender may send its files one after the other. */
  #watchForStall(octetsBefore: number): void {
    this.#stallCheck = this.#clock.startTimer(STALL_CHECK_MS, () => {
      const octets = this.#lines.reduce((sum, line) => sum + line.octets, 0);
      if (octets === octetsBefore)
        this.#onLost({ isUntrusted: false, message: "no octets came for a minute" });
      else this.#watchForStall(octets);
    });
  }

  async close(): Promise<void> {
    this.#stallCheck?.cancel();
    await Promise.all(this.#lines.map((line) => line.close()));
  }

  #rewrite(description: SessionDescription, leg: LegName, as: "offer" | "answer"): Buffer {
    return serializeSdp(this.#describe(description, leg, as));
  }

  #describe(
    description: SessionDescription,
    leg: LegName,
    as: "offer" | "answer",
  ): SessionDescription {
    const limit = this.#maxSizeOctets;
    const media: readonly RelayedMedia[] = this.#lines.map((line, index) => ({
      uri: line.uris[leg],
      setup: as === "offer" ? "actpass" : this.#answeredSetup(leg, index),
      isCema: this.#saysCema(leg, index),
      ...(limit === undefined ? {} : { maxSizeOctets: limit }),
    }));
    return relaySdp(description, {
      ...{ origin: this.#origins[leg], host: this.#hostOf(leg), media },
      fingerprint: this.#fingerprint,
    });
  }

  /** Each scheme may have an address of its own; what holds for all lines is that of the first in use. */
  #hostOf(leg: LegName): string {
    const first = this.#lines.find((_, index) => this.#offer.media[index]?.port !== 0);
    return (first ?? this.#lines[0])?.uris[leg].host ?? "";
  }

  #saysCema(leg: LegName, index: number): boolean {
    if (leg === "downstream") return !this.#isPlain;
    const offered = this.files.find((file) => file.index === index);
    return offered !== undefined && answersCema(offered, false);
  }

  #raiseVersion(leg: LegName): void {
    const origin = this.#origins[leg];
    this.#origins[leg] = { ...origin, version: String(BigInt(origin.version) + 1n) };
  }
}

const UNPROTECTABLE: SdpError = {
  ...{ kind: "sdp-error", statusHint: 488, isAboutProtection: true },
  what: "the file connections cannot be protected as offered",
};
const CHANGED_PROTECTION: SdpError = {
  ...{ kind: "sdp-error", statusHint: 488, isAboutProtection: true },
  what: "protected connections stay so, and others too",
};

function fingerprintsOf(protection: Protection): { readonly fingerprints?: readonly string[] } {
  return protection.kind === "tls" ? { fingerprints: protection.fingerprints } : {};
}

function connectingTo(address: HostPort | undefined): { readonly connectTo?: HostPort } {
  return address === undefined ? {} : { connectTo: address };
}

function withPortsClosed(sd: SessionDescription, indexes: readonly number[]): SessionDescription {
  return {
    ...sd,
    media: sd.media.map((media, index) =>
      indexes.includes(index) ? { ...media, port: 0 } : media,
    ),
  };
}
