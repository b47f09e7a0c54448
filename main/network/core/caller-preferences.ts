import { hasParameter, type Parameter, type Parameters } from "../../sip/grammar/parameters.ts";
import { parseParameterizedValue } from "../../sip/grammar/value.ts";
import type { SipHeaders } from "../../sip/message/headers.ts";

/** Parameters of Contact that describe the binding and not the device (RFC 3261 §20.10, RFC 5626, RFC 5627). */
const NO_FEATURES = new Set(["q", "expires", "reg-id", "pub-gruu", "temp-gruu", "device-name"]);

interface Preference {
  readonly predicates: Parameters;
  readonly isRequired: boolean;
  readonly isExplicit: boolean;
}

/**
 * Chooses among a user's contacts by Accept-Contact and Reject-Contact (RFC 3841 §7.2). All targets are called at once,
 * so of the ones that remain only those with the best score are kept; without preferences all are.
 * @param featuresOf parameters of a target's Contact
 */
export function preferredTargets<T>(
  targets: readonly T[],
  headers: SipHeaders,
  featuresOf: (target: T) => Parameters,
): readonly T[] {
  const accepted = preferencesIn(headers, "Accept-Contact");
  const rejected = preferencesIn(headers, "Reject-Contact");
  const scored: { readonly target: T; readonly score: number }[] = [];
  for (const target of targets) {
    const features = featuresOf(target);
    if (rejected.some((one) => isRejected(one, features))) continue;
    const score = scoreOf(features, accepted);
    if (score !== undefined) scored.push({ target, score });
  }
  const best = Math.max(...scored.map((one) => one.score));
  return scored.filter((one) => one.score === best).map((one) => one.target);
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
