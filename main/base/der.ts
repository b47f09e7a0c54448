/** Distinguished encoding (X.690) of the few types that a certificate of ours is made of. */

/** One element: tag, length, content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const octets = content.reduce((sum, each) => sum + each.length, 0);
  return Buffer.concat([Buffer.from([tag, ...lengthOf(octets)]), ...content]);
}

/** X.690 §10.1: the shortest form. */
function lengthOf(octets: number): readonly number[] {
  if (octets < 0x80) return [octets];
  if (octets < 0x100) return [0x81, octets];
  if (octets < 0x10000) return [0x82, octets >> 8, octets & 0xff];
  throw new Error("longer than anything a certificate of ours has");
}

export function sequence(...content: readonly Uint8Array[]): Buffer {
  return element(0x30, ...content);
}

/** Of one member, so that there is no order to keep (X.690 §11.6). */
export function setOf(member: Uint8Array): Buffer {
  return element(0x31, member);
}

/** `[n]` around an element. */
export function explicit(n: number, content: Uint8Array): Buffer {
  return element(0xa0 + n, content);
}

/** A number that is not negative, most significant octet first. */
export function unsigned(octets: Uint8Array): Buffer {
  const first = octets.findIndex((octet) => octet !== 0);
  const digits = first === -1 ? Buffer.from([0]) : octets.subarray(first);
  return (digits[0] ?? 0) < 0x80 ? element(2, digits) : element(2, Buffer.from([0]), digits);
}

export function boolean(value: boolean): Buffer {
  return element(1, Buffer.from([value ? 0xff : 0]));
}

/** @param unusedBits of the last octet, which are zero there */
export function bitString(octets: Uint8Array, unusedBits = 0): Buffer {
  return element(3, Buffer.from([unusedBits]), octets);
}

export function octetString(octets: Uint8Array): Buffer {
  return element(4, octets);
}

export function utf8String(text: string): Buffer {
  return element(12, Buffer.from(text));
}

/** @param text dotted decimal, such as `2.5.29.17` */
export function objectId(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  return element(6, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** Seven bits an octet, all but the last marked. */
function base128(arc: number): readonly number[] {
  const octets = [arc & 0x7f];
  for (let rest = arc >> 7; rest > 0; rest >>= 7) octets.unshift((rest & 0x7f) | 0x80);
  return octets;
}

/** RFC 5280 §4.1.2.5: UTCTime up to 2049, GeneralizedTime after; whole seconds, in UTC. */
export function time(wallMs: number): Buffer {
  const digits = new Date(wallMs).toISOString().replace(/\D/g, "").slice(0, 14);
  const isShort = digits < "2050";
  return element(isShort ? 0x17 : 0x18, Buffer.from(`${digits.slice(isShort ? 2 : 0)}Z`));
}
