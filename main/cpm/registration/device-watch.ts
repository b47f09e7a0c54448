import type { DeviceView } from "../../../shared/model/device.ts";
import type { Undo } from "../../base/events.ts";
import type { Clock, Log, Timer } from "../../base/ports.ts";
import type { Result } from "../../base/result.ts";
import type { IncomingRequest, SipFailure, Srf } from "../../drachtio/srf.ts";
import { parseNameAddr } from "../../sip/grammar/name-addr.ts";
import { parameter } from "../../sip/grammar/parameters.ts";
import { parseParameterizedValue } from "../../sip/grammar/value.ts";
import { cseqOf, expiresOf } from "../../sip/message/fields.ts";
import type { SipResponse } from "../../sip/message/message.ts";
import type { CpmConfig } from "../config.ts";
import { contactUri, contactValue, coreUri, fromValue } from "../headers.ts";
import { userAgent } from "../user-agent.ts";
import { isOwnContact, RegInfoState } from "./reg-info.ts";
import { minExpiresOf } from "./register-answer.ts";

export interface DeviceWatchPorts {
  readonly srf: Srf;
  readonly clock: Clock;
  readonly log: Log;
  newCallId(): string;
}

export interface DeviceWatchHandlers {
  onDevices(devices: readonly DeviceView[]): void;
  /** The network gave our own binding up and wants us back (RFC 3680 §4.7.1). */
  onDeactivated(): void;
}

/** The dialog of the running subscription. */
interface Dialog {
  readonly callId: string;
  /** With our tag, once the stack has given one. */
  readonly from: string;
  readonly to: string;
  readonly target: string;
  readonly route: readonly string[];
  readonly cseq: number;
}

const MAX_EXPIRES_S = 86_400;
/** After this share of its life a subscription is refreshed. */
const REFRESH_SHARE = 0.5;

/** Subscribes to the user's own registration (RFC 3680), so that a change of the devices is known at once. */
export class DeviceWatch {
  readonly #ports: DeviceWatchPorts;
  readonly #config: CpmConfig;
  readonly #handlers: DeviceWatchHandlers;
  readonly #undo: Undo;
  #dialog: Dialog | undefined;
  #state: RegInfoState;
  #expiresS: number;
  #timer: Timer | undefined;
  #serviceRoute: readonly string[] = [];
  #isAsking = false;
  #isStopped = false;

  constructor(
    ports: DeviceWatchPorts,
    config: CpmConfig,
    expiresS: number,
    handlers: DeviceWatchHandlers,
  ) {
    this.#ports = ports;
    this.#config = config;
    this.#expiresS = expiresS;
    this.#handlers = handlers;
    this.#state = new RegInfoState(config.aor);
    this.#undo = ports.srf.onRequest("NOTIFY", (notify) => {
      this.#receive(notify);
    });
  }

  /** Subscribes, unless a subscription is running. Failures are quiet: REGISTER tells the devices too, only later. */
  start(serviceRoute: readonly string[]): void {
    if (this.#dialog !== undefined || this.#isAsking || this.#isStopped) return;
    const { aor } = this.#config;
    this.#serviceRoute = serviceRoute;
    this.#state = new RegInfoState(aor);
    this.#dialog = {
      callId: this.#ports.newCallId(),
      from: fromValue(this.#config),
      to: `<${aor}>`,
      target: aor,
      route: serviceRoute,
      cseq: 0,
    };
    void this.#ask(this.#expiresS);
  }

  /** The registration was lost: what the notifier knows of us is gone with it. */
  drop(): void {
    this.#timer?.cancel();
    this.#dialog = undefined;
  }

  /** Ends the subscription without waiting for the answer. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#timer?.cancel();
    if (this.#dialog !== undefined && !this.#isAsking) void this.#send(this.#dialog, 0);
    this.#undo();
  }

  /** How this device is known among the others; its address may change. */
  get #own(): { readonly instanceId: string; readonly contact: string } {
    const { instanceId } = this.#config;
    return { instanceId, contact: contactUri(this.#config, this.#ports.srf.local) };
  }

  async #ask(expiresS: number): Promise<void> {
    const asked = this.#dialog;
    if (asked === undefined) return;
    this.#isAsking = true;
    const answer = await this.#send(asked, expiresS);
    this.#isAsking = false;
    // A NOTIFY may have ended it, or `drop`: then the answer is of no use.
    if (this.#isStopped || this.#dialog?.callId !== asked.callId) return;
    if (answer.ok && answer.value.status < 300) this.#established(asked, answer.value);
    else this.#refused(answer);
  }

  #established(asked: Dialog, response: SipResponse): void {
    const { headers } = response;
    const contact = parseNameAddr(headers.first("Contact") ?? "");
    this.#dialog = {
      ...this.#advanced(asked, response),
      from: headers.get("From") ?? asked.from,
      to: headers.get("To") ?? asked.to,
      target: contact.ok ? contact.value.uriText : asked.target,
      route: isFirst(asked) ? headers.list("Record-Route").toReversed() : asked.route,
    };
    const granted = expiresOf(response);
    const expiresS = granted.ok ? (granted.value ?? this.#expiresS) : this.#expiresS;
    this.#again(Math.min(expiresS, MAX_EXPIRES_S) * 1000 * REFRESH_SHARE);
  }

  #refused(answer: Result<SipResponse, SipFailure>): void {
    this.drop();
    const least = answer.ok && answer.value.status === 423 ? minExpiresOf(answer.value) : undefined;
    // The next refreshed registration tries again, with the time that the notifier wants.
    if (least !== undefined && least > this.#expiresS && least <= MAX_EXPIRES_S) {
      this.#expiresS = least;
    }
    this.#ports.log.write("info", "no notifications of the user's devices", {
      why: answer.ok ? answer.value.status : answer.error.kind,
    });
  }

  #again(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#ports.clock.startTimer(Math.max(delayMs, 1000), () => {
      void this.#ask(this.#expiresS);
    });
  }

  async #send(dialog: Dialog, expiresS: number): Promise<Result<SipResponse, SipFailure>> {
    const cseq = dialog.cseq + 1;
    if (this.#dialog !== undefined) this.#dialog = { ...dialog, cseq };
    return this.#ports.srf.request({
      method: "SUBSCRIBE",
      uri: dialog.target,
      from: dialog.from,
      to: dialog.to,
      headers: [
        { name: "Contact", value: contactValue(this.#config, this.#ports.srf.local) },
        { name: "Event", value: "reg" },
        { name: "Accept", value: "application/reginfo+xml" },
        { name: "Expires", value: String(expiresS) },
        { name: "User-Agent", value: userAgent(this.#config.version) },
      ],
      ...(dialog.route.length === 0
        ? { nextHop: coreUri(this.#config.core) }
        : { route: dialog.route }),
      callId: dialog.callId,
      cseq,
    });
  }

  /** An answered challenge raised the number below us (RFC 3261 §22.2). */
  #advanced(dialog: Dialog, response: SipResponse): Dialog {
    const cseq = cseqOf(response);
    const used = dialog.cseq + 1;
    return { ...dialog, cseq: cseq.ok ? Math.max(used, cseq.value.number) : used };
  }

  #receive(notify: IncomingRequest): void {
    const { headers, body } = notify.request;
    const event = parseParameterizedValue(headers.get("Event") ?? "");
    if (!event.ok || event.value.value.toLowerCase() !== "reg") {
      notify.respond(489, { headers: [{ name: "Allow-Events", value: "reg" }] });
      return;
    }
    if (this.#dialog === undefined || headers.get("Call-ID") !== this.#dialog.callId) {
      notify.respond(481);
      return;
    }
    notify.respond(200);
    const state = parseParameterizedValue(headers.get("Subscription-State") ?? "");
    const isOver = state.ok && state.value.value.toLowerCase() === "terminated";
    this.#take(body);
    if (isOver) this.#ended(parameter(state.value.parameters, "reason"));
  }

  #take(body: Buffer): void {
    if (body.length === 0) return;
    const step = this.#state.take(body);
    if (step.kind === "gap") {
      // RFC 3680 §5.2: a refresh brings the full state.
      if (!this.#isAsking) this.#again(0);
      return;
    }
    if (step.kind === "old") return;
    this.#handlers.onDevices(this.#state.devices(this.#own));
    const isOut = step.changed.some(
      (one) => one.event === "deactivated" && !one.isActive && isOwnContact(one, this.#own),
    );
    if (isOut) this.#handlers.onDeactivated();
  }

  /** RFC 6665 §4.1.3: after these reasons a new subscription may be made at once. */
  #ended(reason: string | undefined): void {
    this.drop();
    this.#ports.log.write("debug", "subscription to the devices ended", {
      reason: reason ?? "",
    });
    if (this.#isStopped || (reason !== "deactivated" && reason !== "timeout")) return;
    this.#timer = this.#ports.clock.startTimer(1000, () => {
      this.start(this.#serviceRoute);
    });
  }
}

function isFirst({ to }: Dialog): boolean {
  return !to.includes(";tag=");
}
