import type { DeviceView } from "../../../shared/model/device.ts";
import { parseDecimalIn } from "../../base/decimal.ts";
import type { NameAddr } from "../../sip/grammar/name-addr.ts";
import { parseNameAddr } from "../../sip/grammar/name-addr.ts";
import { parameter } from "../../sip/grammar/parameters.ts";
import type { SipResponse } from "../../sip/message/message.ts";
import { instanceOf } from "../feature-tags.ts";

/** What a 200 to REGISTER says. */
export interface RegisterAnswer {
  /** Granted lifetime of our own binding. */
  readonly expiresS: number;
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

export function readRegisterAnswer(response: SipResponse, own: OwnBinding): RegisterAnswer {
  const devices: DeviceView[] = [];
  let expiresS: number | undefined;
  for (const text of response.headers.list("Contact").slice(0, MAX_DEVICES)) {
    const contact = parseNameAddr(text);
    // A binding we cannot read is one we cannot show; ours may still be among the others.
    if (!contact.ok) continue;
    const device = deviceOf(contact.value, own);
    devices.push(device);
    if (device.isThisDevice) expiresS = expiresOf(parameter(contact.value.parameters, "expires"));
  }
  devices.sort((a, b) => Number(b.isThisDevice) - Number(a.isThisDevice));
  return {
    expiresS: expiresS ?? expiresOf(response.headers.get("Expires")) ?? own.requestedS,
    serviceRoute: response.headers.list("Service-Route").slice(0, MAX_SERVICE_ROUTES),
    devices,
  };
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

/** Retry-After in milliseconds, at most an hour; its comment and parameters do not matter (RFC 3261 §20.33). */
export function retryAfterMsOf(response: SipResponse): number | undefined {
  const text = response.headers.get("Retry-After");
  if (text === undefined) return undefined;
  let end = 0;
  while (end < text.length && text.charCodeAt(end) >= 48 && text.charCodeAt(end) <= 57) end += 1;
  const seconds = expiresOf(text.slice(0, end));
  return seconds === undefined ? undefined : Math.min(seconds, 3600) * 1000;
}
