import type { HostPort } from "../base/host-port.ts";
import { type MsrpUri, sameMsrpUri } from "../base/msrp-uri.ts";
import type { Random } from "../base/ports.ts";
import { LocalProtocolError } from "../base/protocol-error.ts";
import { randomToken } from "../base/tokens.ts";

/** URIs handed out whose session may still be opened; the oldest is forgotten first. */
const MAX_RESERVED_URIS = 4096;

/** About 190 bits: who does not know the URI from the SDP cannot guess it (RFC 4975 §14.1). */
const SESSION_ID_LENGTH = 32;

/** Where each scheme is listened for; `msrps` only with a certificate. */
export interface Listening {
  readonly msrp: HostPort;
  readonly msrps: HostPort | undefined;
}

/** The URIs that an endpoint has handed out and that no session was opened with yet. */
export class OwnUris {
  readonly #random: Random;
  readonly #advertisedHost: string | undefined;
  readonly #listening: () => Listening;
  readonly #reserved = new Map<string, MsrpUri>();

  /** @param listening asked each time, since it may change; its host is ours unless another one is advertised */
  constructor(random: Random, advertisedHost: string | undefined, listening: () => Listening) {
    this.#random = random;
    this.#advertisedHost = advertisedHost;
    this.#listening = listening;
  }

  next(scheme: MsrpUri["scheme"]): MsrpUri {
    const at = this.#listening()[scheme];
    if (at === undefined) throw new LocalProtocolError("msrps needs a certificate");
    const sessionId = randomToken(this.#random, SESSION_ID_LENGTH);
    const uri: MsrpUri = {
      ...{ scheme, host: this.#advertisedHost ?? at.host, port: at.port, sessionId },
      ...{ transport: "tcp", parameters: [] },
    };
    this.#reserved.set(sessionId, uri);
    if (this.#reserved.size > MAX_RESERVED_URIS) this.#forgetOldest();
    return uri;
  }

  isReserved(uri: MsrpUri): boolean {
    const reserved = this.#reserved.get(uri.sessionId ?? "");
    return reserved !== undefined && sameMsrpUri(reserved, uri);
  }

  forget(sessionId: string): void {
    this.#reserved.delete(sessionId);
  }

  #forgetOldest(): void {
    for (const key of this.#reserved.keys()) {
      this.#reserved.delete(key);
      return;
    }
  }
}
