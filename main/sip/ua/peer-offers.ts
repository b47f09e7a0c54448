import type { SipRequest, SipResponse } from "../message/message.ts";
import type { ServerTransaction } from "../transaction/transaction.ts";
import {
  buildResponse,
  type ServerRequest,
  type UasResponse,
  withContact,
} from "./server-request.ts";
import type { SessionRefresh } from "./session-refresh.ts";
import { answerTimer } from "./session-timer.ts";
import type { UaContext } from "./ua-context.ts";

interface PeerOffersPorts {
  readonly localTag: () => string;
  readonly isOver: () => boolean;
  /** A 2xx to an INVITE, to be sent until it is acknowledged. */
  readonly accept: (tx: ServerTransaction, response: SipResponse) => void;
}

/** Re-INVITEs and UPDATEs of the peer: what is pending, and what every answer to them carries (RFC 3261 §14.2). */
export class PeerOffers {
  readonly #context: UaContext;
  readonly #refresh: SessionRefresh;
  readonly #ports: PeerOffersPorts;
  #invite: ServerTransaction | undefined;
  /** An UPDATE with an offer. */
  #update: ServerTransaction | undefined;

  constructor(context: UaContext, refresh: SessionRefresh, ports: PeerOffersPorts) {
    this.#context = context;
    this.#refresh = refresh;
    this.#ports = ports;
  }

  get isInvitePending(): boolean {
    return this.#invite !== undefined;
  }

  /** RFC 3261 §14.2, RFC 3311 §5.2: one is pending: 500 with a random Retry-After up to 10 s. */
  refusal(): UasResponse | undefined {
    if (this.#invite === undefined && this.#update === undefined) return undefined;
    const seconds = (this.#context.random.bytes(1)[0] ?? 0) % 11;
    return { status: 500, headers: [{ name: "Retry-After", value: String(seconds) }] };
  }

  invite(tx: ServerTransaction): ServerRequest {
    this.#invite = tx;
    const refresh = this.#refreshable(tx);
    return {
      ...refresh,
      respond: (answer) => {
        if (tx.hasFinal || this.#ports.isOver()) return undefined;
        const response = refresh.build(answer);
        if (isSuccess(answer)) {
          refresh.accepted(response);
          this.#ports.accept(tx, response);
          return response;
        }
        if (answer.status >= 300) this.settled(tx);
        tx.respond(response);
        return response;
      },
    };
  }

  update(tx: ServerTransaction): ServerRequest {
    if (tx.request.body.length > 0) this.#update = tx;
    const refresh = this.#refreshable(tx);
    return {
      ...refresh,
      respond: (answer) => {
        if (tx.hasFinal || this.#ports.isOver()) return undefined;
        const response = refresh.build(answer);
        if (answer.status >= 200 && this.#update === tx) this.#update = undefined;
        if (isSuccess(answer)) refresh.accepted(response);
        tx.respond(response);
        return response;
      },
    };
  }

  /** The INVITE has its final answer. */
  settled(tx: ServerTransaction): void {
    if (this.#invite === tx) this.#invite = undefined;
  }

  /** CANCEL. True when the INVITE was still pending. */
  cancel(invite: ServerTransaction): boolean {
    if (this.#invite !== invite || invite.hasFinal) return false;
    this.stop();
    return true;
  }

  /** RFC 3261 §15.1.2: a request that is pending when a BYE comes is answered with 487. */
  stop(): void {
    const pending = this.#invite;
    this.#invite = undefined;
    if (pending === undefined || pending.hasFinal) return;
    pending.respond(buildResponse(pending.request, this.#ports.localTag(), { status: 487 }));
  }

  /** What answers to re-INVITE and UPDATE have in common: Contact, and what they say about the timer. */
  #refreshable({ request, flow }: ServerTransaction): Refreshable {
    const localTag = this.#ports.localTag();
    const timer = answerTimer(request, this.#context.config);
    return {
      request,
      flow,
      build: (answer) => {
        const headers = [...(isSuccess(answer) ? timer.headers : []), ...(answer.headers ?? [])];
        const complete = withContact({ ...answer, headers }, this.#context.contact);
        return buildResponse(request, localTag, complete);
      },
      accepted: (response) => {
        this.#refresh.learn(request);
        this.#refresh.timeBy(timer.agreed);
        this.#refresh.described(response.headers, response.body);
      },
    };
  }
}

interface Refreshable extends Pick<ServerRequest, "flow" | "build"> {
  readonly request: SipRequest;
  accepted(response: SipResponse): void;
}

function isSuccess({ status }: UasResponse): boolean {
  return status >= 200 && status < 300;
}
