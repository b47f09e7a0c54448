import { formatNameAddr } from "../../sip/grammar/name-addr.ts";
import { aorOf } from "../../sip/grammar/uri.ts";
import { addressesOf } from "../../sip/message/fields.ts";
import type { SipHeaders } from "../../sip/message/headers.ts";
import type { SipRequest } from "../../sip/message/message.ts";

/**
 * Headers that only elements inside the trust domain may set (RFC 3325, RFC 6050, RFC 5502, RFC 7315, RFC 7044). They are
 * taken away on the parsed list: every spelling that our parser reads as one of them is one of them.
 */
const TRUSTED_ONLY: ReadonlySet<string> = new Set([
  "p-served-user",
  "p-called-party-id",
  "p-profile-key",
  "p-user-database",
  "p-associated-uri",
  "p-visited-network-id",
  "p-private-network-indication",
  "history-info",
  "diversion",
]);

/** Families of them, those included that are yet to come. */
const TRUSTED_FAMILIES = ["p-asserted-", "p-preferred-", "p-charging-", "p-dcs-"] as const;

function isForTrusted(key: string): boolean {
  return TRUSTED_ONLY.has(key) || TRUSTED_FAMILIES.some((family) => key.startsWith(family));
}

export function withoutAssertions(headers: SipHeaders): SipHeaders {
  return headers.removeWhere(isForTrusted);
}

/**
 * Replaces what the client prefers by what the core asserts: its identity, under the name that it prefers, and the
 * service it asked for. A preference for an identity that is not the user's own has no effect (RFC 3325 §5).
 * @param user the AOR that authenticated
 */
export function assertIdentity(request: SipRequest, user: string): SipHeaders {
  const services = request.headers.list("P-Preferred-Service");
  return withoutAssertions(request.headers)
    .append("P-Asserted-Identity", preferredIdentity(request, user))
    .appendAll(services.map((value) => ({ name: "P-Asserted-Service", value })));
}

function preferredIdentity(request: SipRequest, user: string): string {
  const preferred = addressesOf(request, "P-Preferred-Identity");
  const own = preferred.ok ? preferred.value.find((one) => aorOf(one.uri) === user) : undefined;
  return formatNameAddr({
    ...(own?.displayName === undefined ? {} : { displayName: own.displayName }),
    uri: user,
  });
}

/**
 * What a neighbouring network may assert: identities of its own domain, and numbers. Anything else would let it speak
 * for our users.
 */
export function neighbourAssertions(request: SipRequest, domain: string): SipHeaders {
  const identities = addressesOf(request, "P-Asserted-Identity");
  const kept = (identities.ok ? identities.value : []).filter(
    ({ uri }) => uri.kind === "tel" || (uri.kind === "sip" && uri.host.toLowerCase() === domain),
  );
  const services = request.headers.list("P-Asserted-Service");
  return withoutAssertions(request.headers)
    .appendAll(kept.map((one) => ({ name: "P-Asserted-Identity", value: formatNameAddr(one) })))
    .appendAll(services.map((value) => ({ name: "P-Asserted-Service", value })));
}

/** For a device, which stands outside the trust domain: no identity when the caller asked for privacy (RFC 3325 §7). */
export function forDevice(headers: SipHeaders): SipHeaders {
  // Several fields of one name become one with commas on their way through other programs, and ours.
  const privacy = headers.getAll("Privacy").flatMap((value) => value.split(/[;,]/));
  const isPrivate = privacy.some((value) => value.trim().toLowerCase() === "id");
  const shown = headers.remove("P-Served-User");
  return isPrivate ? shown.remove("P-Asserted-Identity") : shown;
}
