import { parseDecimal } from "../base/decimal.ts";
import { err, ok, type Result } from "../base/result.ts";

/** Above every SIP message we accept, with base64 and headers; the C++ server stops at 99 999 octets. */
export const MAX_FRAME_OCTETS = 1_048_576;
const MAX_LENGTH_DIGITS = 7;
const HASH = 0x23;

export interface FrameError {
  readonly kind: "malformed-frame";
  readonly message: string;
}

/** `LENGTH#PAYLOAD`, length in octets of the UTF-8 payload, nothing between frames. */
export function encodeFrame(payload: string): Buffer {
  const octets = Buffer.byteLength(payload, "utf8");
  return Buffer.from(`${String(octets)}#${payload}`, "utf8");
}

/** Cuts a byte stream into payloads. After an error the stream has no frame borders any more: close it. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);
  #maxOctets: number;

  constructor(maxOctets: number = MAX_FRAME_OCTETS) {
    this.#maxOctets = maxOctets;
  }

  /** Sets the greatest length accepted from here on, also for what is waiting. */
  allow(maxOctets: number): void {
    this.#maxOctets = maxOctets;
  }

  push(bytes: Buffer): Result<readonly string[], FrameError> {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const payloads: string[] = [];
    for (;;) {
      const hash = this.#pending.subarray(0, MAX_LENGTH_DIGITS + 1).indexOf(HASH);
      if (hash < 0) {
        return this.#pending.length > MAX_LENGTH_DIGITS ? malformed("no length") : ok(payloads);
      }
      const length = parseDecimal(this.#pending.subarray(0, hash).toString("latin1"));
      if (length === undefined || length === 0 || length > this.#maxOctets) {
        return malformed("the length is not acceptable");
      }
      const end = hash + 1 + length;
      if (this.#pending.length < end) return ok(payloads);
      payloads.push(this.#pending.subarray(hash + 1, end).toString("utf8"));
      this.#pending = this.#pending.subarray(end);
    }
  }
}

function malformed(message: string): Result<never, FrameError> {
  return err({ kind: "malformed-frame", message });
}
