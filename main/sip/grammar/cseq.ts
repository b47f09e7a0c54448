import { parseDecimalIn } from "../../base/decimal.ts";
import { ok, type Result } from "../../base/result.ts";
import { Cursor, tableOf } from "./cursor.ts";
import { malformed, type SipParseError } from "./parse-error.ts";

/** RFC 3261 §20.16. */
export interface CSeq {
  /** Below 2^31 (§8.1.1.5). */
  readonly number: number;
  readonly method: string;
}

const DIGITS = tableOf("0123456789");
const MAX_NUMBER = 2 ** 31 - 1;

export function parseCSeq(text: string): Result<CSeq, SipParseError> {
  const cursor = new Cursor(text);
  cursor.skipLws();
  const number = parseDecimalIn(cursor.run(DIGITS), 0, MAX_NUMBER);
  const afterNumber = cursor.index;
  cursor.skipLws();
  const isSeparated = cursor.index > afterNumber;
  const method = cursor.token();
  cursor.skipLws();
  if (number === undefined || !isSeparated || method === "" || !cursor.atEnd) {
    return malformed("malformed CSeq", text);
  }
  return ok({ number, method });
}

export function formatCSeq(cseq: CSeq): string {
  return `${String(cseq.number)} ${cseq.method}`;
}
