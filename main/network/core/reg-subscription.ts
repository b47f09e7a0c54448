import type { Clock, Timer } from "../../base/ports.ts";
import {
  type Dialog,
  receiveRequest,
  requestInDialog,
  uasDialog,
} from "../../sip/dialog/dialog.ts";
import { parseSipUri } from "../../sip/grammar/uri.ts";
import type { SipRequest, SipResponse } from "../../sip/message/message.ts";
import type { Flow } from "../../sip/transport/flow.ts";
import { Branch, type BranchOwner, type NextHop } from "./branch.ts";
import type { ContextPorts } from "./context-ports.ts";
import type { BindingChange } from "./location-service.ts";
import { type ContactState, formatRegInfo, REG_INFO_TYPE, type RegInfo } from "./reg-info.ts";

/**
 * RFC 3680 §4.10: on average one notification in five seconds. A few may follow each other at once, so that somebody who
 * picks up a second device sees it without a pause.
 */
const TOKEN_MS = 5_000;
const MAX_TOKENS = 5;

/** Why a subscription ends, as its last NOTIFY says (RFC 6665 §4.1.3). */
export type EndReason = "timeout" | "noresource" | "deactivated";

export interface SubscriptionParts {
  readonly ports: ContextPorts;
  /** All contacts of the address as they are now. */
  contacts(): readonly ContactState[];
  /** Contact value of our own requests and responses. */
  readonly contact: string;
  readonly onEnd: (subscription: RegSubscription) => void;
}

/** One subscriber of one address: a dialog whose notifications carry the state of the registration (RFC 6665 §4.2). */
export class RegSubscription implements BranchOwner {
  readonly aor: string;
  readonly ports: ContextPorts;
  readonly #parts: SubscriptionParts;
  readonly #event: string;
  #dialog: Dialog;
  #flow: Flow;
  #expiry: Timer | undefined;
  #expiresMs = 0;
  #version = 0;
  /** What the next NOTIFY has to tell: everything, or these contacts. */
  #isFullDue = false;
  readonly #due = new Map<string, ContactState>();
  #hasHadContacts = false;
  #ending: EndReason | undefined;
  #isSending = false;
  #isOver = false;
  #tokens = MAX_TOKENS;
  #countedMs: number;
  #wait: Timer | undefined;

  private constructor(
    aor: string,
    opening: { readonly request: SipRequest; readonly flow: Flow; readonly dialog: Dialog },
    parts: SubscriptionParts,
  ) {
    this.aor = aor;
    this.ports = parts.ports;
    this.#parts = parts;
    this.#dialog = opening.dialog;
    this.#flow = opening.flow;
    this.#event = opening.request.headers.get("Event") ?? "reg";
    this.#countedMs = parts.ports.clock.nowMs();
  }

  /** undefined: the request cannot make a dialog. */
  static open(
    aor: string,
    opening: { readonly request: SipRequest; readonly flow: Flow; readonly localTag: string },
    parts: SubscriptionParts,
  ): RegSubscription | undefined {
    const dialog = uasDialog(opening.request, opening.localTag);
    return dialog.ok
      ? new RegSubscription(aor, { ...opening, dialog: dialog.value }, parts)
      : undefined;
  }

  get dialog(): Dialog {
    return this.#dialog;
  }

  /** The subscriber asks again; false when its CSeq is not above the last one (RFC 3261 §12.2.2). */
  receive(request: SipRequest, flow: Flow): boolean {
    const next = receiveRequest(this.#dialog, request);
    if (next === undefined) return false;
    this.#dialog = next;
    this.#flow = flow;
    return true;
  }

  /** Begins or goes on for this time, and tells everything at once (RFC 6665 §4.2.1.2). 0 ends it. */
  grant(expiresS: number): void {
    this.#expiry?.cancel();
    this.#expiresMs = this.#clock.nowMs() + expiresS * 1000;
    this.#isFullDue = true;
    if (expiresS === 0) {
      this.#ending = "timeout";
    } else {
      this.#expiry = this.#clock.startTimer(expiresS * 1000, () => {
        this.end("timeout");
      });
    }
    this.#notify();
  }

  changed(changes: readonly BindingChange[]): void {
    if (this.#isOver) return;
    for (const { binding, event } of changes) this.#due.set(binding.key, { binding, event });
    this.#notifyInTime();
  }

  /** Sends a last NOTIFY. */
  end(reason: EndReason): void {
    if (this.#isOver) return;
    this.#ending = reason;
    this.#isFullDue = true;
    this.#notify();
  }

  stop(): void {
    this.#isOver = true;
    this.#expiry?.cancel();
    this.#wait?.cancel();
  }

  // --- BranchOwner: the answer to a NOTIFY --------------------------------------------------------------------------

  branchResponded(): void {
    // 1xx and 2xx: nothing to do before the end.
  }

  branchEnded(_branch: Branch, final: SipResponse | undefined): void {
    this.#isSending = false;
    if (this.#isOver) return;
    // RFC 6665 §4.2.2: whoever refuses or does not take a NOTIFY has no subscription any more.
    if (final !== undefined && !final.headers.has("Retry-After")) this.#close();
    else this.#notifyInTime();
  }

  branchFailed(): void {
    this.#isSending = false;
    this.#close();
  }

  get #clock(): Clock {
    return this.ports.clock;
  }

  #notifyInTime(): void {
    if (this.#isSending || this.#wait !== undefined) return;
    if (!this.#isFullDue && this.#due.size === 0) return;
    const now = this.#clock.nowMs();
    this.#tokens = Math.min(MAX_TOKENS, this.#tokens + (now - this.#countedMs) / TOKEN_MS);
    this.#countedMs = now;
    if (this.#isFullDue || this.#tokens >= 1) {
      this.#tokens = Math.max(0, this.#tokens - 1);
      this.#notify();
      return;
    }
    this.#wait = this.#clock.startTimer((1 - this.#tokens) * TOKEN_MS, () => {
      this.#wait = undefined;
      this.#notifyInTime();
    });
  }

  /** One at a time, so that none overtakes another; what comes meanwhile goes into the next. */
  #notify(): void {
    if (this.#isOver || this.#isSending) return;
    this.#isSending = true;
    const isLast = this.#ending !== undefined;
    const body = formatRegInfo(this.#next(), this.#clock.nowMs());
    const built = requestInDialog(this.#dialog, {
      method: "NOTIFY",
      headers: [
        { name: "Contact", value: this.#parts.contact },
        { name: "Event", value: this.#event },
        { name: "Subscription-State", value: this.#stateValue() },
        { name: "Content-Type", value: REG_INFO_TYPE },
      ],
      body,
    });
    this.#dialog = built.dialog;
    const nextHop = this.#hop(built.nextHop);
    if (nextHop !== undefined) new Branch({ request: built.request, nextHop }, this).start();
    if (isLast || nextHop === undefined) this.#close();
  }

  #next(): RegInfo {
    const state = this.#isFullDue ? "full" : "partial";
    const contacts = this.#isFullDue ? this.#parts.contacts() : [...this.#due.values()];
    const hasContacts = this.#parts.contacts().length > 0;
    this.#hasHadContacts ||= hasContacts || this.#due.size > 0;
    this.#isFullDue = false;
    this.#due.clear();
    const version = this.#version;
    this.#version += 1;
    const without = this.#hasHadContacts ? "terminated" : "init";
    const registration = hasContacts ? "active" : without;
    return { aor: this.aor, version, state, registration, contacts };
  }

  #stateValue(): string {
    if (this.#ending !== undefined) return `terminated;reason=${this.#ending}`;
    const leftS = Math.ceil((this.#expiresMs - this.#clock.nowMs()) / 1000);
    return `active;expires=${String(Math.max(0, leftS))}`;
  }

  /** Without a route the way that the SUBSCRIBE came: it leads through address translation too. */
  #hop(nextHop: string): NextHop | undefined {
    const uri = parseSipUri(nextHop);
    if (!uri.ok) return undefined;
    if (this.#dialog.routeSet.length > 0) return { kind: "uri", uri: uri.value };
    const { transport, remote } = this.#flow;
    if (transport === "tls") return { kind: "place", where: this.#flow };
    return transport === "udp"
      ? { kind: "place", where: { transport, isTransportFixed: false, remote } }
      : { kind: "place", where: this.#flow, otherwise: uri.value };
  }

  #close(): void {
    if (this.#isOver) return;
    this.stop();
    this.#parts.onEnd(this);
  }
}
