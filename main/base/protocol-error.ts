/**
 * The peer broke a rule of the protocol. `statusHint` is the SIP or MSRP status to answer with where an answer is
 * possible; where framing is lost there is none and the connection is closed.
 */
export class RemoteProtocolError extends Error {
  override readonly name = "RemoteProtocolError";
  readonly statusHint: number;

  constructor(message: string, statusHint: number, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.statusHint = statusHint;
  }
}

/** We broke a rule of the protocol: a defect of this program, never of the peer. */
export class LocalProtocolError extends Error {
  override readonly name = "LocalProtocolError";
}

/** Ends an exhaustive switch: the compiler refuses a case that was forgotten, the message names one that came anyway. */
export function assertNever(value: never, what: string): never {
  throw new Error(`unexpected ${what}: ${JSON.stringify(value)}`);
}
