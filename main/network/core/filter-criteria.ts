import { parseParameterizedValue } from "../../sip/grammar/value.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import { valueList } from "./caller-preferences.ts";

/** From which side the served user is in the session (TS 29.228 annex B, session case). */
export type SessionCase = "originating" | "terminating";

/** One initial filter criterion (TS 29.228 annex B): which requests pass through which application server. */
export interface FilterCriterion {
  readonly method: string;
  readonly sessionCase: SessionCase;
  /** ICSIs; one that ends with a dot stands for all that begin with it. */
  readonly services: readonly string[];
  /** SIP URI of the server. */
  readonly server: string;
  /** When the server does not answer: refuse the request, or go on without it. */
  readonly onFailure: "terminate" | "continue";
}

/**
 * Index of the first criterion at or after `from` that the request fulfils; -1 when none does. A request that comes back
 * from a server goes on behind the criterion that sent it there, so no chain ever starts again.
 */
export function nextCriterion(
  criteria: readonly FilterCriterion[],
  request: SipRequest,
  sessionCase: SessionCase,
  from: number,
): number {
  const services = servicesOf(request);
  return criteria.findIndex(
    (one, index) =>
      index >= from &&
      one.method === request.method &&
      one.sessionCase === sessionCase &&
      one.services.some((wanted) => services.some((service) => isService(service, wanted))),
  );
}

function isService(service: string, wanted: string): boolean {
  const lower = wanted.toLowerCase();
  return lower.endsWith(".") ? service.startsWith(lower) : service === lower;
}

/** The services a request asks for: what was asserted, and the ICSIs in Accept-Contact; lower case, escapes decoded. */
export function servicesOf(request: SipRequest): readonly string[] {
  const asserted = request.headers.list("P-Asserted-Service").map((value) => value.toLowerCase());
  const accepted = request.headers.list("Accept-Contact").flatMap((text) => {
    const parsed = parseParameterizedValue(text);
    if (!parsed.ok) return [];
    return parsed.value.parameters
      .filter(({ name }) => name.toLowerCase() === "+g.3gpp.icsi-ref")
      .flatMap(valueList);
  });
  return [...asserted, ...accepted];
}
