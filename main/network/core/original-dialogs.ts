import type { Clock, Random } from "../../base/ports.ts";
import { randomToken } from "../../base/tokens.ts";
import type { SessionCase } from "./filter-criteria.ts";

/** What the core remembers of a request that it sent to an application server. */
export interface OriginalDialog {
  readonly sessionCase: SessionCase;
  readonly servedUser: string;
  /** Index of the filter criterion to go on with. */
  readonly nextCriterion: number;
}

const TOKEN_LENGTH = 24;

/**
 * Original dialog identifiers (TS 24.229 §5.4.3.2): opaque tokens in the core's own Route entry behind the server's. A
 * request that brings one back belongs to a request that the core has admitted before, so the token also proves that it
 * comes from the server. Unguessable, and worth nothing after its time.
 */
export class OriginalDialogs {
  readonly #ports: { readonly clock: Clock; readonly random: Random };
  readonly #limits: { readonly lifeMs: number; readonly max: number };
  /** In the order of their making, which is the order of their end. */
  readonly #byToken = new Map<
    string,
    { readonly dialog: OriginalDialog; readonly endMs: number }
  >();

  constructor(
    ports: { readonly clock: Clock; readonly random: Random },
    limits: { readonly lifeMs: number; readonly max: number },
  ) {
    this.#ports = ports;
    this.#limits = limits;
  }

  /** undefined when too many are open: the request has to be refused. */
  open(dialog: OriginalDialog): string | undefined {
    this.#forgetOld();
    if (this.#byToken.size >= this.#limits.max) return undefined;
    const token = `odi-${randomToken(this.#ports.random, TOKEN_LENGTH)}`;
    this.#byToken.set(token, { dialog, endMs: this.#ports.clock.nowMs() + this.#limits.lifeMs });
    return token;
  }

  find(token: string): OriginalDialog | undefined {
    this.#forgetOld();
    return this.#byToken.get(token)?.dialog;
  }

  #forgetOld(): void {
    const now = this.#ports.clock.nowMs();
    for (const [token, { endMs }] of this.#byToken) {
      if (endMs > now) return;
      this.#byToken.delete(token);
    }
  }
}
