import type { DeviceView } from "../../../shared/model/device.ts";
import { parseDecimalIn } from "../../base/decimal.ts";
import type { NameAddr } from "../../sip/grammar/name-addr.ts";
import { parseNameAddr } from "../../sip/grammar/name-addr.ts";
import { hasParameter, parameter } from "../../sip/grammar/parameters.ts";
import { parseSipUri } from "../../sip/grammar/uri.ts";
import type { SipResponse } from "../../sip/message/message.ts";
import { instanceOf } from "../feature-tags.ts";

/** What a 200 to REGISTER says. */
export interface RegisterAnswer {
  /** Granted lifetime of our own binding. */
  readonly expiresS: number;
  /** Our public GRUU (RFC 5627 §5.3). */
  readonly gruu?: string;
  /** The registrar took our connection for a flow (RFC 5626 §6), and wants a sign of life within this time. */
  readonly flowTimerS?: number;
  /** RFC 3608: preloaded Route of every later request, in order. */
  readonly serviceRoute: readonly string[];
  /** All bindings of the user, this device first. */
  readonly devices: readonly DeviceView[];
}

/** How to recognise our own binding. */
export interface OwnBinding {
  readonly instanceId: string;
  readonly contact: string;
  /** What we asked for: granted when the answer says nothing (RFC 3261 §10.2.4). */
  readonly requestedS: number;
}

const MAX_EXPIRES_S = 0xffff_ffff;
const MAX_DEVICES = 64;
const MAX_SERVICE_ROUTES = 16;

/** RFC 5626 §4.4.1: over TCP a ping at least every two minutes where the registrar does not say otherwise. */
const DEFAULT_FLOW_TIMER_S = 120;

export function readRegisterAnswer(response: SipResponse, own: OwnBinding): RegisterAnswer {
  const devices = new Map<string, DeviceView>();
  let mine: NameAddr | undefined;
  for (const text of response.headers.list("Contact").slice(0, MAX_DEVICES)) {
    const contact = parseNameAddr(text);
    // A binding we cannot read is one we cannot show; ours may still be among the others.
    if (!contact.ok) continue;
    const device = deviceOf(contact.value, own);
    // Several flows of one device are one device (RFC 5626 §6).
    devices.set(device.instanceId?.toLowerCase() ?? device.contact, device);
    if (device.isThisDevice) mine = contact.value;
  }
  const granted = expiresOf(mine && parameter(mine.parameters, "expires"));
  const gruu = mine && gruuOf(mine);
  const flowTimerS = flowTimerOf(response);
  return {
    expiresS: granted ?? expiresOf(response.headers.get("Expires")) ?? own.requestedS,
    serviceRoute: response.headers.list("Service-Route").slice(0, MAX_SERVICE_ROUTES),
    devices: [...devices.values()].sort((a, b) => Number(b.isThisDevice) - Number(a.isThisDevice)),
    ...(gruu === undefined ? {} : { gruu }),
    ...(flowTimerS === undefined ? {} : { flowTimerS }),
  };
}

function gruuOf({ parameters }: NameAddr): string | undefined {
  const text = parameter(parameters, "pub-gruu") ?? "";
  const uri = parseSipUri(text);
  return uri.ok && hasParameter(uri.value.parameters, "gr") ? text : undefined;
}

function flowTimerOf({ headers }: SipResponse): number | undefined {
  const isFlow = headers.list("Require").some((tag) => tag.toLowerCase() === "outbound");
  if (!isFlow) return undefined;
  const seconds = parseDecimalIn((headers.get("Flow-Timer") ?? "").trim(), 1, 86_400);
  return seconds ?? DEFAULT_FLOW_TIMER_S;
}

function deviceOf(contact: NameAddr, own: OwnBinding): DeviceView {
  const instanceId = instanceOf(contact.parameters);
  const name = parameter(contact.parameters, "device-name");
  return {
    contact: contact.uriText,
    ...(name === undefined || name === "" ? {} : { name: name.slice(0, 64) }),
    ...(instanceId === undefined ? {} : { instanceId }),
    // RFC 5626 §6: the instance identifies the device; without one only the URI is left.
    isThisDevice:
      instanceId === undefined
        ? contact.uriText === own.contact
        : instanceId.toLowerCase() === own.instanceId.toLowerCase(),
  };
}

function expiresOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseDecimalIn(text.trim(), 0, MAX_EXPIRES_S);
}

/** Min-Expires of a 423 (RFC 3261 §20.23). */
export function minExpiresOf(response: SipResponse): number | undefined {
  return expiresOf(response.headers.get("Min-Expires"));
}
