import {
  hasParameter,
  type Parameter,
  type Parameters,
  parameter,
} from "../../sip/grammar/parameters.ts";
import { parseParameterizedValue } from "../../sip/grammar/value.ts";
import type { SipHeaders } from "../../sip/message/headers.ts";
import type { SipRequest } from "../../sip/message/message.ts";

/** Parameters of Contact that describe the binding and not the device (RFC 3261 §20.10, RFC 5626, RFC 5627). */
const NO_FEATURES = new Set(["q", "expires", "reg-id", "pub-gruu", "temp-gruu", "device-name"]);

interface Preference {
  readonly predicates: Parameters;
  readonly isRequired: boolean;
  readonly isExplicit: boolean;
}

/** A target that the caller's preferences leave, and how well it suits them. */
export interface RankedTarget<T> {
  readonly target: T;
  /** What its owner said at registration, 0 to 1 (RFC 3261 §20.10). */
  readonly q: number;
  /** The preferences' mean score (RFC 3841 §7.2.4, Qa). */
  readonly score: number;
}

/**
 * Matches a user's contacts against Accept-Contact and Reject-Contact, and where there is neither against method and event
 * package (RFC 3841 §7.2). In one point the rules are set aside: a contact that declares nothing is not immune, since a
 * device that does not say that it takes files is not to ring for them.
 * @param featuresOf parameters of a target's Contact
 * @returns highest q first, and within one q the best score
 */
export function rankTargets<T>(
  targets: readonly T[],
  request: SipRequest,
  featuresOf: (target: T) => Parameters,
): readonly RankedTarget<T>[] {
  const { headers } = request;
  const isExplicit = headers.has("Accept-Contact") || headers.has("Reject-Contact");
  const accepted = isExplicit ? preferencesIn(headers, "Accept-Contact") : implicitIn(request);
  const rejected = preferencesIn(headers, "Reject-Contact");
  const ranked: RankedTarget<T>[] = [];
  for (const target of targets) {
    const features = featuresOf(target);
    if (rejected.some((one) => isRejected(one, features))) continue;
    const score = scoreOf(features, accepted);
    if (score !== undefined) ranked.push({ target, q: qOf(features), score });
  }
  return ranked.toSorted((a, b) => b.q - a.q || b.score - a.score);
}

/** For a parallel search: those that suit the caller best, in the order of their registration. */
export function bestTargets<T>(
  ranked: readonly RankedTarget<T>[],
  targets: readonly T[],
): readonly T[] {
  const best = Math.max(...ranked.map((one) => one.score));
  const chosen = new Set(ranked.filter((one) => one.score === best).map((one) => one.target));
  return targets.filter((one) => chosen.has(one));
}

/** How the caller wants its request to be handled on its way (RFC 3841 §9.1). Redirection is not done here. */
export interface Disposition {
  /** One device after the other. */
  readonly isSequential: boolean;
  /** Only the best device. */
  readonly isSingle: boolean;
  /** False: the other devices go on ringing after one has answered. */
  readonly cancelsOthers: boolean;
}

export function dispositionOf(headers: SipHeaders): Disposition {
  const wanted = new Set(
    headers.list("Request-Disposition").map((directive) => directive.toLowerCase()),
  );
  return {
    isSequential: wanted.has("sequential"),
    isSingle: wanted.has("no-fork"),
    cancelsOthers: !wanted.has("no-cancel"),
  };
}

function qOf(features: Parameters): number {
  const text = parameter(features, "q") ?? "";
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 1;
}

/** RFC 3841 §7.2.2: a device that lists its methods or event packages wants no other ones. */
function implicitIn({ method, headers }: SipRequest): readonly Preference[] {
  const predicates: Parameter[] = [{ name: "methods", value: method }];
  const event = parseParameterizedValue(headers.get("Event") ?? "");
  if (event.ok) predicates.push({ name: "events", value: event.value.value });
  return [{ predicates, isRequired: true, isExplicit: false }];
}

function preferencesIn(headers: SipHeaders, name: string): readonly Preference[] {
  const preferences: Preference[] = [];
  for (const text of headers.list(name)) {
    const parsed = parseParameterizedValue(text);
    if (!parsed.ok) continue;
    const { parameters } = parsed.value;
    preferences.push({
      predicates: parameters.filter(({ name: tag }) => !/^(require|explicit|q)$/i.test(tag)),
      isRequired: hasParameter(parameters, "require"),
      isExplicit: hasParameter(parameters, "explicit"),
    });
  }
  return preferences;
}

/** Mean of the scores per Accept-Contact value; undefined: the target is out (RFC 3841 §7.2.4). */
function scoreOf(features: Parameters, preferences: readonly Preference[]): number | undefined {
  let sum = 0;
  for (const preference of preferences) {
    const score = scoreFor(features, preference);
    if (score === undefined) return undefined;
    sum += score;
  }
  return preferences.length === 0 ? 0 : sum / preferences.length;
}

function scoreFor(features: Parameters, preference: Preference): number | undefined {
  const { predicates, isRequired, isExplicit } = preference;
  let declared = 0;
  for (const predicate of predicates) {
    const values = valuesOf(features, predicate.name);
    if (values === undefined) continue;
    if (!matches(predicate, values)) return isRequired ? undefined : 0;
    declared += 1;
  }
  if (predicates.length === 0) return 1;
  // `explicit`: what the device does not declare counts as not matching.
  if (isExplicit && declared < predicates.length) return isRequired ? undefined : 0;
  return declared / predicates.length;
}

/** Reject-Contact takes effect only where every one of its features is declared (RFC 3841 §7.2.3). */
function isRejected({ predicates }: Preference, features: Parameters): boolean {
  return (
    predicates.length > 0 &&
    predicates.every((predicate) => {
      const values = valuesOf(features, predicate.name);
      return values !== undefined && matches(predicate, values);
    })
  );
}

/** All values of a feature tag, over repeated parameters and comma lists; undefined when it is not declared. */
function valuesOf(features: Parameters, name: string): readonly string[] | undefined {
  const lower = name.toLowerCase();
  const found = features.filter((one) => one.name.toLowerCase() === lower);
  return found.length === 0 || NO_FEATURES.has(lower) ? undefined : found.flatMap(valueList);
}

/** Escapes decoded, since colons in a tag's value are percent-encoded by some and not by others. */
export function valueList({ value }: Parameter): readonly string[] {
  if (value === undefined) return ["true"];
  return value.split(",").map((item) => {
    const bare = item.trim().replace(/^</, "").replace(/>$/, "");
    return bare.replace(/%3a/gi, ":").toLowerCase();
  });
}

function matches(predicate: Parameter, declared: readonly string[]): boolean {
  return valueList(predicate).some((wanted) =>
    wanted.startsWith("!") ? !declared.includes(wanted.slice(1)) : declared.includes(wanted),
  );
}
