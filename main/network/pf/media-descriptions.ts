import type { HostPort } from "../../base/host-port.ts";
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
import { parseSdp } from "../../sdp/parse.ts";
import { type RelayedMedia, relaySdp } from "../../sdp/relay.ts";
import { serializeSdp } from "../../sdp/serialize.ts";
import type { Origin, SdpError, SessionDescription } from "../../sdp/session-description.ts";
import { answerSetup, offererRole } from "../../sdp/setup.ts";
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
}

type AcceptedFile = Extract<FileAnswer, { readonly isAccepted: true }>;

/**
 * The session descriptions of one relayed call and the m= lines they describe. Each leg sees a description of our own:
 * paths, ports, addresses and setup are the leg's; everything about files passes as it came (RFC 5547), and a line that
 * one side refused stays refused in its place (RFC 3264 §6).
 */
export class MediaDescriptions {
  readonly files: readonly FileMedia[];
  readonly #host: string;
  readonly #group: string;
  readonly #maxSizeOctets: number | undefined;
  readonly #lines: readonly MediaLine[];
  readonly #origins: Record<LegName, Origin>;
  #offer: SessionDescription;
  #reoffer: SessionDescription | undefined;
  /** The leg towards the receiver goes without CEMA. */
  #isPlain = false;
  readonly #clock: Clock;
  #onLost: (message: string) => void = () => undefined;
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
    this.#host = ports.msrp.local.host;
    this.#maxSizeOctets = ports.maxSizeOctets;
    const origin = (): Origin => ({
      user: "-",
      sessionId: String(ports.random.bytes(4).readUInt32BE(0)),
      version: "1",
      addressType: this.#host.includes(":") ? "IP6" : "IP4",
      address: this.#host,
    });
    this.#origins = { upstream: origin(), downstream: origin() };
    this.#lines = offer.media.map(
      () =>
        new MediaLine(ports.msrp, ports.clock, (message) => {
          this.#onLost(message);
        }),
    );
  }

  /** @returns an error whose `statusHint` the INVITE is refused with */
  static fromOffer(ports: DescriptionPorts, body: Buffer): Result<MediaDescriptions, SdpError> {
    const offer = parseSdp(body);
    if (!offer.ok) return offer;
    const files = readFileOffer(offer.value);
    if (!files.ok) return files;
    // RFC 6714 §4.3: this leg is ours, and so is the refusal.
    const refused = files.value.filter(isUnreachableOffer).map(({ index }) => index);
    const usable = files.value.filter((file) => !isUnreachableOffer(file));
    if (usable.length === 0) {
      return err({ kind: "sdp-error", what: "no file can be reached", statusHint: 488 });
    }
    return ok(new MediaDescriptions(ports, withPortsClosed(offer.value, refused), usable));
  }

  onLost(handler: (message: string) => void): void {
    this.#onLost = handler;
  }

  /** The offer for the leg towards the receiver. */
  downstreamOffer(): Buffer {
    return this.#rewrite(this.#offer, "downstream", "offer");
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
    const accepted = readFileAnswer(this.#offer, answer.value);
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
    line.open("upstream", {
      remotePath: offered.path,
      role: upstream.role,
      ...connectingTo(answererTarget(offered, upstream)),
      connectionGroup,
    });
    const downstream = { hasRelay: false, role: offererRole("actpass", answered.setup) };
    line.open("downstream", {
      remotePath: answered.path,
      role: downstream.role,
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
    const answers = parsed.ok ? readFileAnswer(this.#offer, parsed.value) : parsed;
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
    if (this.#reoffer !== undefined) this.#offer = this.#reoffer;
    this.#raiseVersion(leg);
    return ok(this.#rewrite(answer.value, leg, "answer"));
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
      if (octets === octetsBefore) this.#onLost("no octets came for a minute");
      else this.#watchForStall(octets);
    });
  }

  async close(): Promise<void> {
    this.#stallCheck?.cancel();
    await Promise.all(this.#lines.map((line) => line.close()));
  }

  #rewrite(description: SessionDescription, leg: LegName, as: "offer" | "answer"): Buffer {
    const limit = this.#maxSizeOctets;
    const media: readonly RelayedMedia[] = this.#lines.map((line, index) => ({
      uri: line.uris[leg],
      setup: as === "offer" ? "actpass" : this.#answeredSetup(leg, index),
      isCema: this.#saysCema(leg, index),
      ...(limit === undefined ? {} : { maxSizeOctets: limit }),
    }));
    return serializeSdp(
      relaySdp(description, { origin: this.#origins[leg], host: this.#host, media }),
    );
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
