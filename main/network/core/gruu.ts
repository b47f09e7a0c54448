import type { Hashing, Random } from "../../base/ports.ts";
import { hasParameter, parameter } from "../../sip/grammar/parameters.ts";
import type { SipUri } from "../../sip/grammar/uri.ts";

/** What a GRUU of our domain says. */
export type Gruu =
  /** The instance id as the device wrote it, in angle brackets. */
  | { readonly kind: "public"; readonly instance: string }
  | { readonly kind: "temporary"; readonly bindingId: string };

const TEMPORARY_PREFIX = "tgruu.";
/** Of the nonce, of the hidden binding id, and of the proof, each. */
const PART_OCTETS = 8;
const PLAIN = /^[A-Za-z0-9\-_.!~*'()[\]/:&+$]$/;

/**
 * Globally routable URIs of one device (RFC 5627). The public one names the instance. A temporary one hides a binding's id
 * under a key of ours, so that nobody can tell whose it is, or that two of them belong together, and so that handing
 * them out costs no memory.
 */
export class Gruus {
  readonly #hashing: Hashing;
  readonly #random: Random;
  readonly #hidingKey: Buffer;
  readonly #proofKey: Buffer;
  readonly #domain: string;

  constructor(domain: string, ports: { readonly hashing: Hashing; readonly random: Random }) {
    this.#domain = domain;
    this.#hashing = ports.hashing;
    this.#random = ports.random;
    this.#hidingKey = ports.random.bytes(32);
    this.#proofKey = ports.random.bytes(32);
  }

  newBindingId(): string {
    return this.#random.bytes(PART_OCTETS).toString("hex");
  }

  /** @param instance value of `+sip.instance`, in angle brackets */
  publicOf(aor: string, instance: string): string {
    return `${aor};gr=${escapeParameter(instance.replace(/^</, "").replace(/>$/, ""))}`;
  }

  /** Another one with each call; all of them stay good as long as the binding has this id. */
  temporaryOf(bindingId: string): string {
    const nonce = this.#random.bytes(PART_OCTETS);
    const hidden = this.#hide(Buffer.from(bindingId, "hex"), nonce);
    const text = Buffer.concat([nonce, hidden]).toString("hex");
    return `sip:${TEMPORARY_PREFIX}${text}${this.#proofOf(text)}@${this.#domain};gr`;
  }

  /** undefined: no GRUU. A temporary one that we never made has no binding id and so reaches nobody. */
  read(uri: SipUri): Gruu | undefined {
    if (!hasParameter(uri.parameters, "gr")) return undefined;
    const instance = parameter(uri.parameters, "gr");
    if (instance !== undefined && instance !== "") {
      return { kind: "public", instance: `<${unescapeParameter(instance)}>` };
    }
    return { kind: "temporary", bindingId: this.#bindingIdOf(uri.user ?? "") };
  }

  #bindingIdOf(user: string): string {
    const text = user.startsWith(TEMPORARY_PREFIX) ? user.slice(TEMPORARY_PREFIX.length) : "";
    const digits = PART_OCTETS * 4;
    if (text.length !== PART_OCTETS * 6 || !/^[0-9a-f]+$/.test(text)) return "";
    const claimed = Buffer.from(text.slice(digits), "utf8");
    const proof = Buffer.from(this.#proofOf(text.slice(0, digits)), "utf8");
    if (!this.#hashing.equals(claimed, proof)) return "";
    const octets = Buffer.from(text.slice(0, digits), "hex");
    const nonce = octets.subarray(0, PART_OCTETS);
    return this.#hide(octets.subarray(PART_OCTETS), nonce).toString("hex");
  }

  /** Its own inverse. */
  #hide(bindingId: Buffer, nonce: Buffer): Buffer {
    const mask = this.#hashing.hmac("SHA-256", this.#hidingKey, nonce);
    return Buffer.from(bindingId.map((octet, at) => octet ^ (mask[at] ?? 0)));
  }

  #proofOf(text: string): string {
    const mac = this.#hashing.hmac("SHA-256", this.#proofKey, Buffer.from(text, "utf8"));
    return mac.toString("hex").slice(0, PART_OCTETS * 2);
  }
}

function escapeParameter(text: string): string {
  let escaped = "";
  for (const octet of Buffer.from(text, "utf8")) {
    const char = String.fromCharCode(octet);
    const isPlain = octet < 0x80 && PLAIN.test(char);
    escaped += isPlain ? char : `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return escaped;
}

function unescapeParameter(text: string): string {
  const octets: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const isEscape = text.charAt(at) === "%";
    octets.push(isEscape ? Number.parseInt(text.slice(at + 1, at + 3), 16) : text.charCodeAt(at));
    if (isEscape) at += 2;
  }
  return Buffer.from(octets).toString("utf8");
}
