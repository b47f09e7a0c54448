import { parseNameAddr } from "../grammar/name-addr.ts";
import { parseSipUri } from "../grammar/uri.ts";
import type { HeaderField } from "../message/headers.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { retryAfterMsOf } from "../message/retry-after.ts";
import type { ClientTransaction } from "../transaction/transaction.ts";
import type { Target } from "../transport/flow.ts";
import { NO_ATTEMPTS } from "./digest-client.ts";
import { withLongerSession } from "./session-timer.ts";
import type { UaContext } from "./ua-context.ts";
import { transportFailure, type UaFailure } from "./ua-failure.ts";

export interface ExchangeHandlers {
  /** The request is on its way for the first time; retries are not told. `request` carries our Via. */
  readonly onSent?: (request: SipRequest, target: Target) => void;
  /** Every response but the challenges that were answered. */
  onResponse(response: SipResponse): void;
  /** Instead of a final response. */
  onFailure(failure: UaFailure): void;
}

export interface ExchangeOptions {
  /** Complete but for Via. */
  readonly request: SipRequest;
  /** URI whose host it is sent to. */
  readonly nextHop: string;
  /** CSeq number for a retry with credentials (RFC 3261 §22.2: it rises by one). */
  readonly nextSeq: () => number;
}

/** Each proxy on the way may want more than the one before it. */
const MAX_LENGTHENED = 4;

/**
 * One request of the application and its final answer, over as many transactions as that takes: the next address after
 * a failure (RFC 3263 §4.3), once more with credentials after a 401 or 407 (RFC 3261 §22).
 */
export class ClientExchange {
  readonly #context: UaContext;
  readonly #options: ExchangeOptions;
  readonly #handlers: ExchangeHandlers;
  #request: SipRequest;
  #targets: readonly Target[] = [];
  #transaction: ClientTransaction | undefined;
  #attempts = NO_ATTEMPTS;
  #lengthened = 0;
  /** Something behind the next hop has answered: another place would get the request a second time. */
  #hasProgress = false;
  #isAnnounced = false;
  #isDone = false;
  #cancel: { readonly headers: readonly HeaderField[] } | undefined;

  constructor(context: UaContext, options: ExchangeOptions, handlers: ExchangeHandlers) {
    this.#context = context;
    this.#options = options;
    this.#handlers = handlers;
    this.#request = options.request;
    void this.#start();
  }

  /** As it was sent last, with credentials, without Via. */
  get request(): SipRequest {
    return this.#request;
  }

  /** The headers given to `cancel`; undefined: not cancelled. */
  get cancelHeaders(): readonly HeaderField[] | undefined {
    return this.#cancel?.headers;
  }

  /** INVITE only. Before anything was sent nothing will be; otherwise RFC 3261 §9.1. */
  cancel(headers: readonly HeaderField[]): void {
    if (this.#cancel !== undefined || this.#isDone) return;
    this.#cancel = { headers };
    this.#transaction?.cancel(headers);
  }

  /** Nothing is told from here on. */
  abandon(): void {
    this.#isDone = true;
  }

  async #start(): Promise<void> {
    const located = await this.#context.locator.locate(this.#options.nextHop);
    if (this.#isDone) return;
    if (!located.ok) {
      this.#fail(located.error);
      return;
    }
    this.#targets = located.value;
    if (this.#isToCore()) {
      this.#request = this.#context.digest?.authorize(this.#request) ?? this.#request;
    }
    this.#send();
  }

  /** Whether every place that the request may go to is the own core's. */
  #isToCore(): boolean {
    const { digest } = this.#context;
    if (digest === undefined) return false;
    const hop = parseSipUri(this.#options.nextHop);
    if (hop.ok && digest.isCore(hop.value.host)) {
      for (const { remote } of this.#targets) digest.learnCore(remote.host);
    }
    return this.#targets.every(({ remote }) => digest.isCore(remote.host));
  }

  #send(): void {
    const [target] = this.#targets;
    if (target === undefined) {
      this.#fail({ kind: "transport", message: "no address left to try" });
      return;
    }
    if (this.#cancel !== undefined) {
      this.#fail({ kind: "cancelled", message: "cancelled before it was sent" });
      return;
    }
    const transaction = this.#context.transactions.request(this.#request, target, {
      onResponse: (response) => {
        this.#receive(response);
      },
      onTimeout: () => {
        if (this.#goesOnElsewhere()) return;
        this.#fail(
          this.#cancel === undefined
            ? { kind: "timeout", message: "no final response in time" }
            : { kind: "cancelled", message: "no final response after CANCEL" },
        );
      },
      onTransportError: (error) => {
        if (this.#goesOnElsewhere()) return;
        this.#fail(transportFailure(error));
      },
    });
    this.#hasProgress = false;
    this.#transaction = transaction;
    if (this.#isAnnounced) return;
    this.#isAnnounced = true;
    this.#handlers.onSent?.(transaction.request, target);
  }

  /**
   * RFC 3263 §4.3: after a transport error, a timeout without any response or a 503 the next place is tried, in a new
   * transaction.
   * @param retryMs what the place said about its return
   */
  #goesOnElsewhere(retryMs?: number): boolean {
    const [failed, ...others] = this.#targets;
    if (failed !== undefined) this.#context.locator.health.failed(failed, retryMs);
    const isOpen = !this.#isDone && this.#cancel === undefined && !this.#hasProgress;
    if (!isOpen || others.length === 0) return false;
    this.#targets = others;
    this.#send();
    return true;
  }

  #receive(response: SipResponse): void {
    if (this.#isDone && response.status < 300) {
      // 2xx of other forks and retransmissions arrive after the first one.
      this.#handlers.onResponse(response);
      return;
    }
    if (this.#isDone || this.#retryWithCredentials(response)) return;
    if (this.#retryWithLongerSession(response)) return;
    if (response.status > 100) {
      const isRefused = response.status === 503;
      if (isRefused && this.#goesOnElsewhere(retryAfterMsOf(response))) return;
      this.#hasProgress = true;
    }
    if (response.status >= 200) this.#isDone = true;
    if (response.status === 200 && this.#request.method === "REGISTER") this.#learnWay(response);
    this.#handlers.onResponse(response);
  }

  /** Where the core wants requests of this user to come (RFC 3608). */
  #learnWay(response: SipResponse): void {
    if (!this.#isToCore()) return;
    for (const value of response.headers.list("Service-Route")) {
      const route = parseNameAddr(value);
      if (route.ok && route.value.uri.kind === "sip") {
        this.#context.digest?.learnCore(route.value.uri.host);
      }
    }
  }

  #retryWithCredentials(response: SipResponse): boolean {
    if (response.status !== 401 && response.status !== 407) return false;
    if (this.#cancel !== undefined || !this.#isToCore()) return false;
    const answer = this.#context.digest?.answer(this.#request, response, this.#attempts);
    if (answer === undefined) return false;
    this.#attempts = answer.attempts;
    this.#sendAgain(answer.request);
    return true;
  }

  /** RFC 4028 §7.3: a 422 is answered by the same request with a longer interval, a few times. */
  #retryWithLongerSession(response: SipResponse): boolean {
    if (response.status !== 422 || this.#cancel !== undefined) return false;
    const longer = withLongerSession(this.#request, response);
    if (longer === undefined || this.#lengthened >= MAX_LENGTHENED) return false;
    this.#lengthened += 1;
    this.#sendAgain(longer);
    return true;
  }

  #sendAgain(request: SipRequest): void {
    const cseq = `${String(this.#options.nextSeq())} ${request.method}`;
    this.#request = { ...request, headers: request.headers.set("CSeq", cseq) };
    this.#send();
  }

  #fail(failure: UaFailure): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#handlers.onFailure(failure);
  }
}
