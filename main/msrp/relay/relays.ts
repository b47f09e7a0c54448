import { EventSource } from "../../base/events.ts";
import type { HostPort } from "../../base/host-port.ts";
import type { MsrpUri } from "../../base/msrp-uri.ts";
import type { Clock, Hashing, Random, SocketError } from "../../base/ports.ts";
import { err, ok, type Result } from "../../base/result.ts";
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
}

/** A place at a relay, kept until it is closed or lost. */
export interface MsrpRelay extends RelayPlace {
  readonly events: EventSource<{ readonly lost: RelayFailure }>;
  close(): Promise<void>;
}

interface RelaysContext {
  readonly clock: Clock;
  readonly random: Random;
  connect(remote: HostPort): Promise<Result<MsrpConnection, SocketError>>;
}

/** The way the RFC has it first. */
const DIALECTS: readonly AuthDialect[] = ["without-uri", "with-uri"];

/** The places at relays that an endpoint holds, each on a connection of its own (RFC 4976 §6.1). */
export class Relays {
  readonly #context: RelaysContext;
  readonly #links = new Map<MsrpConnection, RelayLink>();
  readonly #connections = new Map<RelayPlace, MsrpConnection>();
  readonly #lost = new Map<MsrpConnection, (failure: RelayFailure) => void>();

  constructor(context: RelaysContext) {
    this.#context = context;
  }

  /** The connection that sessions of this place use; undefined when it is closed or lost. */
  connectionOf(place: RelayPlace): MsrpConnection | undefined {
    return this.#connections.get(place);
  }

  /** The connection stays although no session is on it. */
  holds(connection: MsrpConnection): boolean {
    return this.#links.has(connection);
  }

  /** @returns false when the response is not for a request to a relay */
  onResponse(head: FrameHead, connection: MsrpConnection): boolean {
    return this.#links.get(connection)?.onResponse(head) ?? false;
  }

  onLost(connection: MsrpConnection): void {
    this.#links.get(connection)?.stop();
    this.#links.delete(connection);
    const tell = this.#lost.get(connection);
    this.#lost.delete(connection);
    tell?.({ kind: "connection-lost", message: "the connection to the relay was lost" });
  }

  /** @param localUri From-Path of the AUTH requests */
  async open(options: RelayOptions, localUri: MsrpUri): Promise<Result<MsrpRelay, RelayFailure>> {
    let outcome: Result<MsrpRelay, RelayFailure> = err(NOBODY);
    for (const dialect of DIALECTS) {
      outcome = await this.#try(options, localUri, dialect);
      if (outcome.ok || !mayBeDialect(outcome.error)) return outcome;
    }
    return outcome;
  }

  closeAll(): Promise<unknown> {
    return Promise.all([...this.#links.keys()].map((connection) => this.#close(connection)));
  }

  async #try(
    options: RelayOptions,
    localUri: MsrpUri,
    dialect: AuthDialect,
  ): Promise<Result<MsrpRelay, RelayFailure>> {
    const { relay, credentials, hashing, expiresS = 1800 } = options;
    if (relay.port === undefined || relay.scheme !== "msrp") return err(NOBODY);
    const connected = await this.#context.connect({ host: relay.host, port: relay.port });
    if (!connected.ok) return err({ ...NOBODY, message: connected.error.message });
    const connection = connected.value;
    const { clock, random } = this.#context;
    const link = new RelayLink(
      connection,
      { relay, localUri, credentials, dialect, expiresS },
      { clock, random, hashing },
    );
    this.#links.set(connection, link);
    const granted = await link.authorize();
    if (granted.ok) return ok(this.#place(link, granted.value));
    await this.#close(connection);
    return granted;
  }

  #place(link: RelayLink, grant: RelayGrant): MsrpRelay {
    const { connection } = link;
    const events = new EventSource<{ readonly lost: RelayFailure }>();
    const place: MsrpRelay = {
      usePath: grant.usePath,
      events,
      close: async () => {
        this.#connections.delete(place);
        this.#lost.delete(connection);
        await this.#close(connection);
      },
    };
    const onLost = (failure: RelayFailure): void => {
      this.#connections.delete(place);
      this.#lost.delete(connection);
      void this.#close(connection);
      events.emit("lost", failure);
    };
    this.#connections.set(place, connection);
    this.#lost.set(connection, onLost);
    link.keep(grant, onLost);
    return place;
  }

  async #close(connection: MsrpConnection): Promise<void> {
    this.#links.get(connection)?.stop();
    this.#links.delete(connection);
    await connection.end();
  }
}

/** Relays of the other dialect refuse for ever, or break and close. */
function mayBeDialect(failure: RelayFailure): boolean {
  return failure.status === 401 || failure.kind === "connection-lost";
}

const NOBODY: RelayFailure = {
  kind: "connect-failed",
  message: "the relay has no TCP address to connect to",
};
