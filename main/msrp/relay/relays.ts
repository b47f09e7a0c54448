import { EventSource } from "../../base/events.ts";
import { formatHostPort, type HostPort } from "../../base/host-port.ts";
import type { MsrpUri } from "../../base/msrp-uri.ts";
import type { Clock, Hashing, Random, SocketError } from "../../base/ports.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { randomToken } from "../../base/tokens.ts";
import type { MsrpConnection } from "../connection/connection.ts";
import type { FrameHead } from "../framing/frame-head.ts";
import type { RelayPlace } from "../session/session.ts";
import type { AuthDialect, RelayCredentials } from "./auth-fields.ts";
import { type RelayFailure, type RelayGrant, RelayLink } from "./relay-link.ts";

export interface RelayOptions {
  /** `msrp://relay.example:2855;tcp` */
  readonly relay: MsrpUri;
  readonly credentials: RelayCredentials;
  readonly hashing: Hashing;
  /** How long the place is to last before it is asked for again; the relay decides. Default 1800. */
  readonly expiresS?: number;
  /** Places of the same group share one connection. Default: each has its own. */
  readonly connectionGroup?: string;
}

export interface MsrpRelayEvents {
  /** `usePath` is another one now; sessions go on with the one that they began with. */
  readonly moved: Record<string, never>;
  /** The relay grants the place no longer: for new sessions it is of no use. Those that run are left alone. */
  readonly expired: RelayFailure;
  /** The connection is gone, and the sessions on it. */
  readonly lost: RelayFailure;
}

/** A place at a relay, kept until it is closed or lost. Meant for one session (RFC 4976 §5.1). */
export interface MsrpRelay extends RelayPlace {
  readonly events: EventSource<MsrpRelayEvents>;
  /** Gives the place back, expired or not; the connection goes with its last place and session. */
  close(): Promise<void>;
}

interface RelaysContext {
  readonly clock: Clock;
  readonly random: Random;
  connect(remote: HostPort, group: string): Promise<Result<MsrpConnection, SocketError>>;
  /** Sessions use it still. */
  isInUse(connection: MsrpConnection): boolean;
}

interface Place {
  readonly link: RelayLink;
  readonly onLost: (failure: RelayFailure) => void;
}

/** The way the RFC has it first. */
const DIALECTS: readonly AuthDialect[] = ["without-uri", "with-uri"];
const MAX_KNOWN_RELAYS = 64;
const LOST: RelayFailure = {
  kind: "connection-lost",
  message: "the connection to the relay was lost",
};
const NOBODY: RelayFailure = {
  kind: "connect-failed",
  message: "the relay has no TCP address to connect to",
};

/** The places at relays that an endpoint holds (RFC 4976 §5.1). */
export class Relays {
  readonly #context: RelaysContext;
  /** Links that ask, or keep a place, by connection. */
  readonly #links = new Map<MsrpConnection, Set<RelayLink>>();
  readonly #places = new Map<RelayPlace, Place>();
  /** What relays were found to speak. */
  readonly #dialects = new Map<string, AuthDialect>();

  constructor(context: RelaysContext) {
    this.#context = context;
  }

  /** The connection that sessions of this place use; undefined when it is closed, expired or lost. */
  connectionOf(place: RelayPlace): MsrpConnection | undefined {
    return this.#places.get(place)?.link.connection;
  }

  /** The connection stays although no session is on it. */
  holds(connection: MsrpConnection): boolean {
    return this.#links.has(connection);
  }

  /** @returns false when the response is not for a request to a relay */
  onResponse(head: FrameHead, connection: MsrpConnection): boolean {
    for (const link of this.#links.get(connection) ?? []) if (link.onResponse(head)) return true;
    return false;
  }

  onLost(connection: MsrpConnection): void {
    for (const link of this.#links.get(connection) ?? []) link.stop();
    this.#links.delete(connection);
    for (const [place, { link, onLost }] of [...this.#places]) {
      if (link.connection !== connection) continue;
      this.#places.delete(place);
      onLost(LOST);
    }
  }

  /** @param localUri From-Path of the AUTH requests */
  async open(options: RelayOptions, localUri: MsrpUri): Promise<Result<MsrpRelay, RelayFailure>> {
    const { host, port, scheme } = options.relay;
    if (port === undefined || scheme !== "msrp") return err(NOBODY);
    const remote = { host, port };
    const known = this.#dialects.get(formatHostPort(remote));
    let outcome: Result<MsrpRelay, RelayFailure> = err(NOBODY);
    for (const dialect of known === undefined ? DIALECTS : [known]) {
      outcome = await this.#try(options, remote, { localUri, dialect });
      if (outcome.ok) this.#remember(remote, dialect);
      if (outcome.ok || !mayBeDialect(outcome.error)) return outcome;
    }
    return outcome;
  }

  closeAll(): Promise<unknown> {
    this.#places.clear();
    return Promise.all(
      [...this.#links].map(([connection, links]) => {
        for (const link of links) link.stop();
        this.#links.delete(connection);
        return connection.end();
      }),
    );
  }

  async #try(
    options: RelayOptions,
    remote: HostPort,
    own: { readonly localUri: MsrpUri; readonly dialect: AuthDialect },
  ): Promise<Result<MsrpRelay, RelayFailure>> {
    const { relay, credentials, hashing, expiresS = 1800, connectionGroup } = options;
    const { clock, random } = this.#context;
    const group = connectionGroup ?? randomToken(random, 12);
    // A dialect that a relay does not know may cost the connection.
    const connected = await this.#context.connect(remote, `relay ${own.dialect} ${group}`);
    if (!connected.ok) return err({ ...NOBODY, message: connected.error.message });
    const connection = connected.value;
    if (!connection.isUsable) return err(LOST);
    const link = new RelayLink(
      connection,
      { ...{ relay, credentials, expiresS }, ...own },
      { clock, random, hashing },
    );
    const links = this.#links.get(connection) ?? new Set();
    this.#links.set(connection, links.add(link));
    const granted = await link.authorize();
    if (granted.ok) return ok(this.#place(link, granted.value));
    await this.#drop(link);
    return granted;
  }

  #place(link: RelayLink, grant: RelayGrant): MsrpRelay {
    const events = new EventSource<MsrpRelayEvents>();
    let { usePath } = grant;
    const place: MsrpRelay = {
      get usePath() {
        return usePath;
      },
      events,
      close: async () => {
        this.#places.delete(place);
        await this.#drop(link);
      },
    };
    this.#places.set(place, {
      link,
      onLost: (failure) => {
        events.emit("lost", failure);
      },
    });
    link.keep(grant, {
      onRenewed: (renewed) => {
        usePath = renewed.usePath;
        events.emit("moved", {});
      },
      onExpired: (failure) => {
        // The connection stays for the sessions that run or are awaited, until the owner gives the place back.
        this.#places.delete(place);
        events.emit("expired", failure);
      },
    });
    return place;
  }

  /** The link asks no more; the connection ends when nobody else needs it. */
  async #drop(link: RelayLink): Promise<void> {
    link.stop();
    const { connection } = link;
    const links = this.#links.get(connection);
    links?.delete(link);
    if (links === undefined || links.size > 0) return;
    this.#links.delete(connection);
    if (!this.#context.isInUse(connection)) await connection.end();
  }

  #remember(remote: HostPort, dialect: AuthDialect): void {
    this.#dialects.set(formatHostPort(remote), dialect);
    if (this.#dialects.size <= MAX_KNOWN_RELAYS) return;
    for (const oldest of this.#dialects.keys()) {
      this.#dialects.delete(oldest);
      return;
    }
  }
}

/** Relays of the other dialect refuse for ever, or break and close. */
function mayBeDialect(failure: RelayFailure): boolean {
  return failure.status === 401 || failure.kind === "connection-lost";
}
