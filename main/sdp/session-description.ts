/** A session description as RFC 8866 writes it. Everything that is not understood is kept, in order. */
export interface SessionDescription {
  /** `latin1` when the octets were not UTF-8: a relay then sends on exactly what came. UTF-8 when absent. */
  readonly encoding?: "latin1";
  readonly origin: Origin;
  /** The `s=` line; `-` when there is no name. */
  readonly name: string;
  readonly connection?: Connection;
  /** Session lines other than v, o, s, c, a: i, u, e, p, b, t, r, z, k and unknown types. */
  readonly otherLines: readonly OtherLine[];
  readonly attributes: readonly Attribute[];
  readonly media: readonly MediaDescription[];
}

/** The `o=` line (RFC 8866 §5.2). Session id and version stay text: 64-bit numbers are legal there. */
export interface Origin {
  readonly user: string;
  readonly sessionId: string;
  readonly version: string;
  readonly addressType: "IP4" | "IP6";
  readonly address: string;
}

export interface Connection {
  readonly addressType: "IP4" | "IP6";
  readonly address: string;
}

/** `a=name` or `a=name:value`; the value is byte-exact text after the first colon. */
export interface Attribute {
  readonly name: string;
  readonly value?: string;
}

/** A line whose meaning does not matter here: `type` is its letter, `value` what follows the equals sign. */
export interface OtherLine {
  readonly type: string;
  readonly value: string;
}

/** One `m=` line with what belongs to it. Port 0 refuses or ends the stream (RFC 3264 §5.1, §6, §8.2). */
export interface MediaDescription {
  /** `message` for MSRP. */
  readonly kind: string;
  readonly port: number;
  /** Number of ports, the `/2` of `m=audio 49170/2 …`. */
  readonly portCount?: number;
  readonly protocol: string;
  readonly formats: readonly string[];
  /** The `i=` line. */
  readonly title?: string;
  readonly connection?: Connection;
  /** Lines other than i, c, a: b, k and unknown types. */
  readonly otherLines: readonly OtherLine[];
  readonly attributes: readonly Attribute[];
}

/** `statusHint` is what an INVITE with such a body is answered with: 400 malformed, 413 too large, 488 not acceptable. */
export interface SdpError {
  readonly kind: "sdp-error";
  readonly what: string;
  readonly statusHint: 400 | 413 | 488;
  /** The text at fault, at most 200 characters. */
  readonly text?: string;
  /** The connection would not be protected as one side wants it (RFC 8122). */
  readonly isAboutProtection?: true;
}

/** Value of the first attribute of that name; "" for a flag. Names compare exactly (RFC 8866 §5.13). */
export function attributeValue(list: readonly Attribute[], name: string): string | undefined {
  const found = list.find((attribute) => attribute.name === name);
  return found === undefined ? undefined : (found.value ?? "");
}

export function hasAttribute(list: readonly Attribute[], name: string): boolean {
  return list.some((attribute) => attribute.name === name);
}

/** A list without the attributes of these names. */
export function withoutAttributes(
  list: readonly Attribute[],
  names: ReadonlySet<string>,
): readonly Attribute[] {
  return list.filter((attribute) => !names.has(attribute.name));
}

/** The next version of a changed description (RFC 3264 §8). An unchanged one keeps its `o=` line (RFC 4975 §8.4). */
export function nextVersion(origin: Origin): Origin {
  return { ...origin, version: String(BigInt(origin.version) + 1n) };
}

/** `c=` for a host: IPv6 only where it is written as such; names go as IP4 (RFC 8866 §5.7). */
export function connectionTo(host: string): Connection {
  return { addressType: host.includes(":") ? "IP6" : "IP4", address: host };
}

export function sdpError(
  what: string,
  statusHint: SdpError["statusHint"] = 400,
  text?: string,
): SdpError {
  return {
    kind: "sdp-error",
    what,
    statusHint,
    ...(text === undefined ? {} : { text: text.slice(0, 200) }),
  };
}
