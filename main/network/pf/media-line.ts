import type { Undo } from "../../base/events.ts";
import type { HostPort } from "../../base/host-port.ts";
import type { MsrpUri } from "../../base/msrp-uri.ts";
import type { Clock } from "../../base/ports.ts";
import type { MsrpEndpoint } from "../../msrp/endpoint.ts";
import type { MsrpFailure, MsrpReport, MsrpSession } from "../../msrp/session/session.ts";
import { MediaRelay } from "./media-relay.ts";

export type LegName = "upstream" | "downstream";

/** What one leg's offer or answer says of an m= line that is in use. */
export interface LegMedia {
  readonly remotePath: readonly MsrpUri[];
  /** c= and m= where RFC 6714 applies, instead of the next hop. */
  readonly connectTo?: HostPort;
  /** Ours on this leg (RFC 6135 §4.2). */
  readonly role: "active" | "passive";
  /** Over TLS: SHA-256 fingerprints that the peer's certificate may have. */
  readonly fingerprints?: readonly string[];
  /** The lines of one request share connections, different requests never do. */
  readonly connectionGroup: string;
}

export interface LineOptions {
  /** Each leg is protected by itself. */
  readonly schemes: Readonly<Record<LegName, MsrpUri["scheme"]>>;
  readonly onLost: (failure: MsrpFailure) => void;
}

/**
 * One m= line through the Participating Function: a session on each leg and a relay in each direction. The URIs are
 * fixed from the offer on; the sessions exist from the answer on.
 */
export class MediaLine {
  readonly uris: Readonly<Record<LegName, MsrpUri>>;
  readonly #msrp: MsrpEndpoint;
  readonly #sessions = new Map<LegName, MsrpSession>();
  readonly #relays: Readonly<Record<LegName, MediaRelay>>;
  readonly #onLost: LineOptions["onLost"];
  readonly #undo: Undo[] = [];
  #isClosed = false;

  /** @param options `onLost`: told once when a connection ended although a message was under way on it */
  constructor(msrp: MsrpEndpoint, clock: Clock, { schemes, onLost }: LineOptions) {
    this.#msrp = msrp;
    this.#onLost = onLost;
    const { upstream, downstream } = schemes;
    this.uris = { upstream: msrp.newUri(upstream), downstream: msrp.newUri(downstream) };
    // Keyed by the leg the octets come from.
    this.#relays = {
      upstream: new MediaRelay(clock, () => this.#sessions.get("downstream")),
      downstream: new MediaRelay(clock, () => this.#sessions.get("upstream")),
    };
    for (const relay of Object.values(this.#relays)) {
      this.#undo.push(
        relay.events.on("lost", ({ message }) => {
          this.#lost({ kind: "connection-lost", message });
        }),
      );
    }
  }

  get isOpen(): boolean {
    return this.#sessions.size > 0 && !this.#isClosed;
  }

  /** Octets that came in on either leg so far. */
  get octets(): number {
    return this.#relays.upstream.octets + this.#relays.downstream.octets;
  }

  /** Starts the leg's session. The passive one must exist before its peer learns our path. */
  open(leg: LegName, media: LegMedia): void {
    const session = this.#msrp.session({
      localUri: this.uris[leg],
      remotePath: media.remotePath,
      role: media.role,
      ...(media.connectTo === undefined ? {} : { connectTo: media.connectTo }),
      ...(media.fingerprints === undefined ? {} : { fingerprints: media.fingerprints }),
      connectionGroup: media.connectionGroup,
      receiver: this.#relays[leg],
    });
    this.#sessions.set(leg, session);
    const far: LegName = leg === "upstream" ? "downstream" : "upstream";
    this.#undo.push(
      // RFC 4975 §7.1.2: REPORTs are end to end; only the paths are each leg's own.
      session.events.on("report", (report) => {
        this.#passReport(far, report);
      }),
      session.events.on("closed", ({ failure }) => {
        if (failure !== undefined) this.#legClosed(far, failure);
      }),
    );
  }

  /** Ends both sessions; what is queued, last answers and REPORTs included, still leaves. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const undo of this.#undo) undo();
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
  }

  get #isNeeded(): boolean {
    return (
      !this.#isClosed && !this.#relays.upstream.isComplete && !this.#relays.downstream.isComplete
    );
  }

  #legClosed(far: LegName, failure: MsrpFailure): void {
    if (this.#isNeeded) this.#lost(failure);
    // Who has the message can send no REPORT any more: whoever waits for it learns that by the end of its connection.
    else if (!this.#isClosed && this.#relays[far].isComplete) void this.#sessions.get(far)?.close();
  }

  #passReport(to: LegName, report: MsrpReport): void {
    this.#sessions.get(to)?.report(report);
  }

  #lost(failure: MsrpFailure): void {
    if (this.#isClosed) return;
    this.#onLost(failure);
  }
}
