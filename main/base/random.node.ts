import { randomBytes } from "node:crypto";
import type { Random } from "./ports.ts";

/** The machine's cryptographic random source. */
export function systemRandom(): Random {
  return { bytes: (length) => randomBytes(length) };
}
