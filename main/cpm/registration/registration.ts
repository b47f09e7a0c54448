import type { DeviceView } from "../../../shared/model/device.ts";
import type {
  RegistrationFailedView,
  RegistrationView,
} from "../../../shared/model/registration.ts";
import { EventSource, type Undo } from "../../base/events.ts";
import type { Clock, Log, Random, Timer } from "../../base/ports.ts";
import { present } from "../../base/present.ts";
import { err, ok, type Result } from "../../base/result.ts";
import type { SipFailure, Srf } from "../../drachtio/srf.ts";
import { cseqOf } from "../../sip/message/fields.ts";
import type { HeaderField } from "../../sip/message/headers.ts";
import type { SipResponse } from "../../sip/message/message.ts";
import type { CpmConfig } from "../config.ts";
import { contactUri, coreUri, fromValue, registerContact } from "../headers.ts";
import { newCallId } from "../ids.ts";
import { userAgent } from "../user-agent.ts";
import { BindingProbe } from "./binding-probe.ts";
import { DeviceWatch } from "./device-watch.ts";
import { type RegisterAnswer, readRegisterAnswer } from "./register-answer.ts";
import { type RegisterStep, registerStep } from "./register-step.ts";

export interface RegistrationPorts {
  readonly srf: Srf;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export interface RegistrationEvents {
  readonly registered: RegistrationView;
  readonly failed: RegistrationFailedView;
}

const DEFAULT_EXPIRES_S = 600;
const DEREGISTER_MS = 2000;
/** 423 may be answered by another 423 only so often. */
const MAX_LONGER = 3;

/**
 * Keeps this device's binding alive (RFC 3261 §10.2, RFC 5626 §4.2): registers, refreshes, tries again with growing
 * pauses, removes the binding at the end. One Call-ID for its whole life, CSeq rising (§10.2).
 */
export class Registration {
  readonly events = new EventSource<RegistrationEvents>();
  readonly #ports: RegistrationPorts;
  readonly #config: CpmConfig;
  readonly #callId: string;
  #cseq = 0;
  #expiresS: number;
  #failures = 0;
  #serviceRoute: readonly string[] = [];
  #view: RegistrationView | undefined;
  #timer: Timer | undefined;
  #abort = new AbortController();
  /** The attempt that counts; the outcome of an earlier one means nothing any more. */
  #attempts = 0;
  #isStopped = false;
  readonly #watch: DeviceWatch;
  readonly #probe: BindingProbe;
  #gruu: string | undefined;
  /** False once the network has said that it keeps no flows (439). */
  #isFlow = true;
  #endKeepAlive: Undo | undefined;

  constructor(ports: RegistrationPorts, config: CpmConfig) {
    this.#ports = ports;
    this.#config = config;
    this.#callId = newCallId(ports.random);
    this.#expiresS = config.registrationExpiresS ?? DEFAULT_EXPIRES_S;
    const { srf, clock, log, random } = ports;
    this.#probe = new BindingProbe(
      ports,
      () => this.#isBound(),
      () => {
        log.write("info", "the core does not know this device any more; registering anew");
        this.#again(0);
      },
    );
    this.#watch = new DeviceWatch(
      { srf, clock, log, newCallId: () => newCallId(random) },
      config,
      this.#expiresS,
      {
        onDevices: (devices) => {
          this.#learn(devices);
        },
        onDeactivated: () => {
          if (!this.#isStopped) this.#again(0);
        },
      },
    );
  }

  /** The binding as it is now; undefined while there is none. */
  get current(): RegistrationView | undefined {
    return this.#view;
  }

  /** How this device is reached, as far as the registrar has said. */
  get config(): CpmConfig {
    return this.#gruu === undefined ? this.#config : { ...this.#config, gruu: this.#gruu };
  }

  /** Preloaded Route for requests; empty until the registrar names one. */
  get serviceRoute(): readonly string[] {
    return this.#serviceRoute;
  }

  /** Resolves with the first attempt's outcome; later ones are events. */
  start(): Promise<Result<void, RegistrationFailedView>> {
    return this.#attempt();
  }

  /**
   * Registers anew now, whatever is under way: after a sleep, a changed name, a new network. Resolves with this attempt's
   * outcome.
   */
  refresh(): Promise<Result<void, RegistrationFailedView>> {
    this.#probe.stop();
    this.#timer?.cancel();
    this.#abort.abort();
    this.#abort = new AbortController();
    return this.#attempt();
  }

  /** This machine has another address. */
  moved(): void {
    // The subscription leads to the old one; the next registration begins another.
    this.#watch.drop();
    void this.refresh();
  }

  /** Removes the binding; waits at most two seconds for the registrar. */
  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#probe.stop();
    this.#timer?.cancel();
    this.#abort.abort();
    this.#watch.stop();
    this.#endKeepAlive?.();
    if (this.#view === undefined) return;
    this.#view = undefined;
    this.#abort = new AbortController();
    const guard = this.#ports.clock.startTimer(DEREGISTER_MS, () => {
      this.#abort.abort();
    });
    const outcome = await this.#register(0);
    guard.cancel();
    if (!outcome.ok)
      this.#ports.log.write("info", "the binding could not be removed; it will expire", {
        why: outcome.error.kind,
      });
  }

  async #attempt(longer = 0): Promise<Result<void, RegistrationFailedView>> {
    if (this.#isStopped) return err({ status: 0, reason: "The device was stopped." });
    this.#attempts += 1;
    const attempt = this.#attempts;
    const outcome = await this.#register(this.#expiresS);
    if (this.#isOver()) return err({ status: 0, reason: "The device was stopped." });
    if (attempt !== this.#attempts) return err({ status: 0, reason: "A newer attempt counts." });
    const own = {
      instanceId: this.#config.instanceId,
      contact: contactUri(this.#config, this.#ports.srf.local),
      requestedS: this.#expiresS,
    };
    const step = registerStep(outcome, own, this.#failures);
    switch (step.do) {
      case "registered":
        return this.#registered(step.answer, step.refreshMs, own.contact);
      case "ask-plainly":
        if (!this.#isFlow) return this.#failed(439, "The core refuses this kind of connection.");
        this.#isFlow = false;
        return this.#attempt(longer);
      case "ask-longer":
        if (longer >= MAX_LONGER) return this.#failed(423, "The core keeps asking for more time.");
        this.#expiresS = step.expiresS;
        return this.#attempt(longer + 1);
      case "retry":
        this.#failures += 1;
        return this.#retryLater(step);
      case "give-up":
        return this.#failed(step.status, step.reason);
    }
  }

  /** Asked anew after each wait. */
  #isOver(): boolean {
    return this.#isStopped;
  }

  #registered(
    answer: RegisterAnswer,
    refreshMs: number,
    contact: string,
  ): Result<void, RegistrationFailedView> {
    this.#failures = 0;
    this.#serviceRoute = answer.serviceRoute;
    this.#gruu = answer.gruu;
    this.#view = {
      aor: this.#config.aor,
      contact,
      expiresS: answer.expiresS,
      transport: this.#config.core.transport,
      devices: answer.devices,
    };
    this.#again(refreshMs);
    this.#keepFlow(answer.flowTimerS);
    this.events.emit("registered", this.#view);
    this.#watch.start(this.#serviceRoute);
    // A registrar that does not list us now tells nothing by not listing us later.
    const isListed = answer.devices.some(({ isThisDevice }) => isThisDevice);
    if (this.#config.core.transport === "udp" && isListed) this.#probe.start();
    return ok(undefined);
  }

  /** RFC 5626 §4.4: a sign of life after 80 to 100 % of the time; §4.5: a flow that failed is made anew. */
  #keepFlow(flowTimerS: number | undefined): void {
    this.#endKeepAlive?.();
    this.#endKeepAlive = undefined;
    // Over UDP the sign of life would be STUN (§4.4.2): without it the binding is an ordinary one.
    if (flowTimerS === undefined || this.#config.core.transport === "udp") return;
    const { srf, random, log } = this.#ports;
    const nextPingMs = (): number => {
      const share = 0.8 + (0.2 * (random.bytes(1)[0] ?? 0)) / 255;
      return flowTimerS * 1000 * share;
    };
    this.#endKeepAlive = srf.keepAlive(coreUri(this.#config.core), nextPingMs, () => {
      if (this.#isStopped) return;
      log.write("info", "the connection to the core is lost; registering anew");
      this.#again(0);
    });
  }

  #retryLater({
    status,
    reason,
    retryMs,
    protection,
  }: Extract<RegisterStep, { do: "retry" }>): Result<void, RegistrationFailedView> {
    return this.#fail({ status, reason, retryMs, ...present({ protection }) });
  }

  #failed(status: number, reason: string): Result<void, RegistrationFailedView> {
    return this.#fail({ status, reason });
  }

  #fail(failure: RegistrationFailedView): Result<void, RegistrationFailedView> {
    const { retryMs } = failure;
    this.#view = undefined;
    this.#watch.drop();
    this.#probe.stop();
    this.#endKeepAlive?.();
    if (retryMs !== undefined) this.#again(retryMs);
    this.events.emit("failed", failure);
    return err(failure);
  }

  /** A notification: the same registration with other devices. Ours may be missing for a moment. */
  #learn(devices: readonly DeviceView[]): void {
    if (this.#view === undefined || sameDevices(devices, this.#view.devices)) return;
    this.#view = { ...this.#view, devices };
    this.events.emit("registered", this.#view);
  }

  #again(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#ports.clock.startTimer(delayMs, () => {
      void this.#attempt();
    });
  }

  #contact(): string {
    return registerContact(this.#config, this.#ports.srf.local, { isFlow: this.#isFlow });
  }

  /** RFC 3261 §10.2.3: a REGISTER without Contact changes nothing and is told all bindings. */
  async #isBound(): Promise<boolean> {
    const answer = await this.#request([]);
    if (!answer.ok) return false;
    // Busy or of another opinion about such questions: the next refresh will tell.
    if (answer.value.status >= 300) return true;
    const contact = contactUri(this.#config, this.#ports.srf.local);
    const own = { instanceId: this.#config.instanceId, contact, requestedS: this.#expiresS };
    return readRegisterAnswer(answer.value, own).devices.some(({ isThisDevice }) => isThisDevice);
  }

  #register(expiresS: number): Promise<Result<SipResponse, SipFailure>> {
    return this.#request([
      { name: "Contact", value: this.#contact() },
      { name: "Expires", value: String(expiresS) },
    ]);
  }

  async #request(binding: readonly HeaderField[]): Promise<Result<SipResponse, SipFailure>> {
    this.#cseq += 1;
    const { aor, core } = this.#config;
    const domain = aor.slice(Math.max(aor.lastIndexOf("@"), aor.indexOf(":")) + 1);
    const answer = await this.#ports.srf.request({
      method: "REGISTER",
      uri: `${aor.slice(0, aor.indexOf(":"))}:${domain}`,
      from: fromValue(this.#config),
      to: `<${aor}>`,
      headers: [
        ...binding,
        { name: "Supported", value: "path, outbound, gruu" },
        { name: "User-Agent", value: userAgent(this.#config.version) },
      ],
      nextHop: coreUri(core),
      callId: this.#callId,
      cseq: this.#cseq,
      signal: this.#abort.signal,
    });
    // RFC 3261 §22.2: an answered challenge raised the number below us; the next REGISTER must be above that (§10.2).
    const answered = answer.ok ? cseqOf(answer.value) : undefined;
    if (answered?.ok === true) this.#cseq = Math.max(this.#cseq, answered.value.number);
    return answer;
  }
}

function sameDevices(a: readonly DeviceView[], b: readonly DeviceView[]): boolean {
  const keysOf = (devices: readonly DeviceView[]): string =>
    JSON.stringify(devices.map((one) => [one.instanceId, one.contact, one.name]).sort());
  return keysOf(a) === keysOf(b);
}
