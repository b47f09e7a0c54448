import type { Timer } from "../../base/ports.ts";
import { uasDialog } from "../dialog/dialog.ts";
import { isToken } from "../grammar/cursor.ts";
import { SipHeaders } from "../message/headers.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { ServerTransaction } from "../transaction/transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { takesReliable } from "./early-dialogs.ts";
import { ReliableSender } from "./reliable-sender.ts";
import { buildResponse, type UasResponse, withContact } from "./server-request.ts";
import { newTag, Session } from "./session.ts";
import { answerTimer } from "./session-timer.ts";
import type { UaContext } from "./ua-context.ts";
import type { SessionRegistry } from "./uac-invite.ts";

export interface UasInviteHandlers {
  /** 200 to the CANCEL and 487 to the INVITE were sent. */
  onCancel(cancel: SipRequest): void;
  /** The stack refused the INVITE: nobody answered it in time, or its way back is gone. */
  onExpired(): void;
  /** A reliable provisional response was acknowledged; the PRACK is answered already. */
  onPrack?(prack: SipRequest): void;
}

/** What an accepted INVITE became. */
export interface Accepted {
  readonly session: Session;
  /** The 2xx as sent. */
  readonly response: SipResponse;
}

/** RFC 3261 §13.3.1: an INVITE that waits long repeats its provisional response every minute against proxies' timer C. */
const REPEAT_PROVISIONAL_MS = 60_000;

/** An initial INVITE at its UAS: RFC 3261 §13.3. */
export class UasInvite {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly #context: UaContext;
  readonly #registry: SessionRegistry;
  readonly #tx: ServerTransaction;
  readonly #limit: Timer;
  #localTag: string;
  #hasSpoken = false;
  #repeat: Timer | undefined;
  #handlers: UasInviteHandlers | undefined;
  #isSettled = false;
  #reliable: ReliableSender | undefined;
  /** Its 2xx waits for a PRACK. */
  #waiting: Session | undefined;

  constructor(context: UaContext, registry: SessionRegistry, tx: ServerTransaction) {
    this.#context = context;
    this.#registry = registry;
    this.#tx = tx;
    this.request = tx.request;
    this.flow = tx.flow;
    this.#localTag = newTag(context);
    this.#limit = context.clock.startTimer(context.config.inviteLimitMs, () => {
      this.refuse({ status: 480 });
      this.#handlers?.onExpired();
    });
    tx.onEnd(() => {
      if (this.#isSettled) return;
      this.#settle();
      this.#handlers?.onExpired();
    });
  }

  /** It waits for its final response. */
  get isPending(): boolean {
    return !this.#isSettled;
  }

  /** Our tag in all responses. */
  get localTag(): string {
    return this.#localTag;
  }

  /** Takes another tag of ours; false once a response has carried one (RFC 3261 §12.1.1). */
  chooseTag(tag: string): boolean {
    if (this.#hasSpoken || !isToken(tag)) return false;
    this.#localTag = tag;
    return true;
  }

  /** Hands the transaction over to a proxy, which answers it from here on; undefined when it is answered already. */
  release(): ServerTransaction | undefined {
    if (this.#isSettled) return undefined;
    this.#settle();
    this.#reliable?.stop();
    return this.#tx;
  }

  /** 100 at once, where the peer should stop retransmitting before the application has spoken (RFC 3261 §17.2.1). */
  trying(): void {
    if (!this.#isSettled) this.#tx.respond(buildResponse(this.request, "", { status: 100 }));
  }

  attach(handlers: UasInviteHandlers): void {
    this.#handlers = handlers;
  }

  /** 100 to 199. undefined: the INVITE has its final response already. */
  provisional(response: UasResponse): SipResponse | undefined {
    if (this.#isSettled) return undefined;
    const isReliable = this.#isReliable(response);
    const bare = this.#build(withoutReliability(response));
    const send = (): SipResponse => {
      if (isReliable) return this.#sendReliably(bare);
      this.#tx.respond(bare);
      return bare;
    };
    const built = send();
    this.#repeat?.cancel();
    const repeatLater = (): Timer =>
      this.#context.clock.startTimer(REPEAT_PROVISIONAL_MS, () => {
        send();
        this.#repeat = repeatLater();
      });
    this.#repeat = repeatLater();
    return built;
  }

  /** 2xx, retransmitted until its ACK comes. undefined: too late, or the INVITE cannot make a dialog. */
  accept(response: UasResponse): Accepted | undefined {
    if (this.#isSettled) return undefined;
    const dialog = uasDialog(this.request, this.localTag);
    if (!dialog.ok) {
      this.refuse({ status: 400 });
      return undefined;
    }
    const timer = this.#timerFor(response);
    const built = this.#build({
      ...response,
      headers: [...timer.headers, ...(response.headers ?? [])],
    });
    const reliable = this.#reliable;
    this.#settle();
    const session = new Session(this.#context, dialog.value, (ended) => {
      this.#registry.remove(ended);
    });
    this.#registry.add(session);
    session.timeBy(timer.agreed, this.request);
    const send = (): void => {
      reliable?.stop();
      session.accept(this.#tx, built);
    };
    if (reliable === undefined) {
      send();
    } else {
      this.#waiting = session;
      reliable.whenQuiet(send);
    }
    return { session, response: built };
  }

  /** 300 to 699. */
  refuse(response: UasResponse): SipResponse | undefined {
    if (this.#isSettled) return undefined;
    this.#settle();
    this.#reliable?.stop();
    const built = this.#build(response);
    this.#tx.respond(built);
    return built;
  }

  /** RFC 3261 §9.2: the INVITE is answered with 487 unless it has a final response. */
  cancelled(cancel: SipRequest): void {
    if (this.refuse({ status: 487 }) !== undefined) this.#handlers?.onCancel(cancel);
  }

  /** RFC 3262 §3: a PRACK of the early dialog. */
  prack(tx: ServerTransaction): void {
    const isIt = this.#reliable?.acknowledged(tx.request) ?? false;
    tx.respond(buildResponse(tx.request, this.localTag, { status: isIt ? 200 : 481 }));
    if (isIt) this.#handlers?.onPrack?.(tx.request);
  }

  /** RFC 3311 §5.2: an UPDATE before our answer; its offer would be a second one. */
  update(tx: ServerTransaction): void {
    const seconds = (this.#context.random.bytes(1)[0] ?? 0) % 11;
    const answer: UasResponse =
      tx.request.body.length > 0
        ? { status: 500, headers: [{ name: "Retry-After", value: String(seconds) }] }
        : { status: 200 };
    const complete = withContact(answer, this.#context.contact);
    tx.respond(buildResponse(tx.request, this.localTag, complete));
  }

  /** Where the caller requires it every time, else where it can and the application asks for it. */
  #isReliable(response: UasResponse): boolean {
    const isRequired = this.request.headers
      .list("Require")
      .some((tag) => tag.toLowerCase() === "100rel");
    const isWanted = (response.headers ?? []).some(
      ({ name, value }) => name.toLowerCase() === "require" && /\b100rel\b/i.test(value),
    );
    const isProgress = response.status > 100;
    return isProgress && (isRequired || (isWanted && takesReliable(this.request)));
  }

  #sendReliably(bare: SipResponse): SipResponse {
    this.#reliable ??= new ReliableSender(this.#context, this.#tx, () => {
      this.#unacknowledged();
    });
    const headers = bare.headers.append("Require", "100rel");
    return this.#reliable.send({ ...bare, headers });
  }

  /** RFC 3262 §3: the INVITE is refused with a 5xx. */
  #unacknowledged(): void {
    const refusal = { status: 504, reason: "PRACK timeout" };
    const accepted = this.#waiting;
    if (accepted === undefined) {
      if (this.refuse(refusal) !== undefined) this.#handlers?.onExpired();
      return;
    }
    this.#tx.respond(this.#build(refusal));
    accepted.fail("no PRACK came");
  }

  #timerFor(response: UasResponse): ReturnType<typeof answerTimer> {
    const given = SipHeaders.of(response.headers ?? []);
    return given.has("Session-Expires")
      ? { headers: [], agreed: undefined }
      : answerTimer(this.request, this.#context.config);
  }

  close(): void {
    this.refuse({ status: 480 });
  }

  #settle(): void {
    this.#isSettled = true;
    this.#limit.cancel();
    this.#repeat?.cancel();
  }

  #build(response: UasResponse): SipResponse {
    if (response.status > 100) this.#hasSpoken = true;
    const complete = withContact(response, this.#context.contact);
    return buildResponse(this.request, this.localTag, complete);
  }
}

/** Whether and how a response is reliable is the stack's to write. */
function withoutReliability(response: UasResponse): UasResponse {
  const headers = (response.headers ?? []).flatMap((field) => {
    const name = field.name.toLowerCase();
    if (name === "rseq") return [];
    if (name !== "require") return [field];
    const others = field.value.split(",").filter((tag) => tag.trim().toLowerCase() !== "100rel");
    return others.length === 0 ? [] : [{ name: field.name, value: others.join(",") }];
  });
  return { ...response, headers };
}
