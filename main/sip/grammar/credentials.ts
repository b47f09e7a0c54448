import { ok, type Result } from "../../base/result.ts";
import { Cursor } from "./cursor.ts";
import { formatParameter, type Parameter, type Parameters } from "./parameters.ts";
import { malformed, type SipParseError } from "./parse-error.ts";

/**
 * Value of WWW-Authenticate, Proxy-Authenticate, Authorization or Proxy-Authorization (RFC 3261 §20.7, §20.44): a scheme
 * and comma-separated `name=value` pairs. One value per header field; never split these headers at commas.
 */
export interface AuthValue {
  /** As written; compares without regard to case. */
  readonly scheme: string;
  readonly parameters: Parameters;
}

export function parseAuthValue(text: string): Result<AuthValue, SipParseError> {
  const cursor = new Cursor(text);
  cursor.skipLws();
  const scheme = cursor.token();
  const start = cursor.index;
  cursor.skipLws();
  if (scheme === "" || cursor.index === start) return malformed("authentication scheme", text);
  const parameters: Parameter[] = [];
  do {
    const one = readPair(cursor);
    if (one === undefined) return malformed("malformed authentication parameter", text);
    parameters.push(one);
  } while (cursor.eatPadded(","));
  cursor.skipLws();
  return cursor.atEnd ? ok({ scheme, parameters }) : malformed("authentication parameter", text);
}

function readPair(cursor: Cursor): Parameter | undefined {
  const name = cursor.token();
  if (name === "" || !cursor.eatPadded("=")) return undefined;
  if (cursor.peek() === '"') {
    const value = cursor.quotedString();
    return value === undefined ? undefined : { name, value, quoted: true };
  }
  const value = cursor.authValue();
  return value === "" ? undefined : { name, value };
}

export function formatAuthValue(value: AuthValue): string {
  return `${value.scheme} ${value.parameters.map(formatParameter).join(", ")}`;
}
