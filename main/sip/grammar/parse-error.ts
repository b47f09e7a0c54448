import { type Err, err } from "../../base/result.ts";

/**
 * Text from the wire that breaks SIP's grammar or one of our limits. `statusHint` is the status to refuse a request
 * with; `text` is an excerpt of at most 200 characters for logs and the trace.
 */
export interface SipParseError {
  readonly kind: "sip-parse-error";
  readonly what: string;
  readonly statusHint: number;
  readonly text?: string;
}

const EXCERPT_LENGTH = 200;

export function sipParseError(what: string, text?: string, statusHint = 400): SipParseError {
  const base = { kind: "sip-parse-error", what, statusHint } as const;
  return text === undefined ? base : { ...base, text: text.slice(0, EXCERPT_LENGTH) };
}

/** A failed Result that says what was wrong with `text`. */
export function malformed(what: string, text: string): Err<SipParseError> {
  return err(sipParseError(what, text));
}
