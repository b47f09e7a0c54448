/** We broke a rule of the protocol: a defect of this program, never of the peer. */
export class LocalProtocolError extends Error {
  override readonly name = "LocalProtocolError";
}

/** Ends an exhaustive switch: the compiler refuses a case that was forgotten, the message names one that came anyway. */
export function assertNever(value: never, what: string): never {
  throw new Error(`unexpected ${what}: ${JSON.stringify(value)}`);
}
