import { parseNameAddr } from "../sip/grammar/name-addr.ts";
import { parameter } from "../sip/grammar/parameters.ts";
import { parseParameterizedValue } from "../sip/grammar/value.ts";
import type { HeaderField, SipHeaders } from "../sip/message/headers.ts";

/** It goes into headers of ours: nothing that ends a quoted string, a URI or a list item. */
const INSTANCE = /^<([^\s"<>\\,;]{1,200})>$/;

/**
 * Which of a user's devices speaks: the instance id of its Contact (RFC 5626 §4.1), without angle brackets. Participating
 * Functions of ours carry it to the other leg; undefined where others do not.
 */
export function instanceOf(headers: SipHeaders): string | undefined {
  const contact = parseNameAddr(headers.get("Contact") ?? "");
  if (!contact.ok) return undefined;
  return INSTANCE.exec(parameter(contact.value.parameters, "+sip.instance") ?? "")?.[1];
}

/** The parameter of a Contact that says so. */
export function instanceParameter(instanceId: string | undefined): string {
  return instanceId === undefined ? "" : `;+sip.instance="<${instanceId}>"`;
}

/** For this device of the user alone (RFC 3841 §9.2). */
export function onlyFor(instanceId: string | undefined): readonly HeaderField[] {
  if (instanceId === undefined) return [];
  return [{ name: "Accept-Contact", value: `*${instanceParameter(instanceId)};require` }];
}

/** Cores that know nothing of caller preferences bring it to the other devices, too. */
export function isForOther(headers: SipHeaders, ownId: string): boolean {
  return headers.list("Accept-Contact").some((text) => {
    const wanted = parseParameterizedValue(text);
    const value = wanted.ok ? parameter(wanted.value.parameters, "+sip.instance") : undefined;
    const instanceId = INSTANCE.exec(value ?? "")?.[1];
    return instanceId !== undefined && instanceId !== ownId;
  });
}
