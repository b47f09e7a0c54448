import type { Log } from "../base/ports.ts";
import type { SipRequest } from "../sip/message/message.ts";
import type { UasResponse } from "../sip/ua/server-request.ts";
import type { DrachtioInstance } from "./drachtio-package.node.ts";
import type { PendingSet } from "./pending.ts";

/** What the parts of the facade share. */
export interface SrfContext {
  readonly drachtio: DrachtioInstance;
  readonly pending: PendingSet;
  readonly log: Log;
  /** Functions that end open dialogs when the facade is closed. */
  readonly openDialogs: Set<() => void>;
  /** INVITEs without a final outcome, by our tag: how each learns that it was withdrawn. */
  readonly openInvites: Map<string, (cancel: SipRequest) => void>;
  /** Sends the answer to a BYE that drachtio-srf has answered on its own already. */
  releaseBye(txnId: string, response: UasResponse): void;
  /** The next Call-ID (from our Random, so that runs can be replayed). */
  newCallId(): string;
}

/** Limits of last resort: the stack settles everything well before them. */
export const REQUEST_LIMIT_MS = 150_000;
export const INVITE_LIMIT_MS = 420_000;
export const ACCEPT_LIMIT_MS = 60_000;

/**
 * A listener for drachtio-srf: an exception in one would close its control connection and with it every dialog, so it
 * ends here, as a defect in the log.
 */
export function guarded<Args extends readonly unknown[]>(
  context: Pick<SrfContext, "log">,
  what: string,
  listener: (...args: Args) => void,
): (...args: Args) => void {
  return (...args) => {
    try {
      listener(...args);
    } catch (error) {
      const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
      context.log.write("error", `defect in a SIP listener (${what}): ${why}`);
    }
  };
}

/** Handlers of the application, each undone by the function that `add` returns; the newest answers. */
export class HandlerStack<Handler> {
  readonly #handlers: Handler[] = [];

  add(handler: Handler): () => void {
    this.#handlers.push(handler);
    return () => {
      const at = this.#handlers.lastIndexOf(handler);
      if (at >= 0) this.#handlers.splice(at, 1);
    };
  }

  get newest(): Handler | undefined {
    return this.#handlers.at(-1);
  }

  get all(): readonly Handler[] {
    return [...this.#handlers];
  }
}

/**
 * Handlers of something that happens once. It may come before there is a handler, for an application learns of a dialog
 * from a promise and may have to wait for more: then the first handler gets it.
 */
export class OnceStack<Event> {
  readonly #handlers = new HandlerStack<(event: Event) => void>();
  #early: { readonly event: Event } | undefined;

  /** @param tell hands over what came before, in time */
  add(handler: (event: Event) => void, tell: (task: () => void) => void): () => void {
    const early = this.#early;
    this.#early = undefined;
    if (early !== undefined)
      tell(() => {
        handler(early.event);
      });
    return this.#handlers.add(handler);
  }

  /** For the first handler to come. */
  keep(event: Event): void {
    this.#early = { event };
  }

  get newest(): ((event: Event) => void) | undefined {
    return this.#handlers.newest;
  }

  get all(): readonly ((event: Event) => void)[] {
    return this.#handlers.all;
  }
}
