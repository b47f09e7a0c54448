/** `$` end of message, `+` more follows, `#` aborted (RFC 4975 §7.1). */
export type ContinuationFlag = "$" | "+" | "#";

const CR = 0x0d;
const LF = 0x0a;

/** CRLF, seven hyphens and the transaction id: what ends a body, but for the flag and CRLF (RFC 4975 §7.1). */
export function terminatorOf(transactionId: string): Buffer {
  return Buffer.from(`\r\n-------${transactionId}`, "latin1");
}

/** Flag and CRLF. */
export const AFTER_TERMINATOR = 3;

export type TerminatorMatch = ContinuationFlag | "partial" | undefined;

/** Whether the end-line of `terminator` stands at `at`; "partial" where `bytes` ends before that is certain. */
export function matchTerminator(bytes: Buffer, at: number, terminator: Buffer): TerminatorMatch {
  const available = bytes.length - at;
  const compared = Math.min(available, terminator.length);
  for (let i = 0; i < compared; i += 1) if (bytes[at + i] !== terminator[i]) return undefined;
  if (available <= terminator.length) return "partial";
  return matchFlag(bytes, at + terminator.length);
}

function matchFlag(bytes: Buffer, at: number): TerminatorMatch {
  const flag = flagOf(bytes[at]);
  if (flag === undefined) return undefined;
  const cr = bytes[at + 1];
  if (cr === undefined) return "partial";
  if (cr !== CR) return undefined;
  const lf = bytes[at + 2];
  if (lf === undefined) return "partial";
  return lf === LF ? flag : undefined;
}

function flagOf(octet: number | undefined): ContinuationFlag | undefined {
  if (octet === 0x24) return "$";
  if (octet === 0x2b) return "+";
  return octet === 0x23 ? "#" : undefined;
}

/** The end-line with its CRLF; after a body another CRLF goes before it. */
export function endLine(transactionId: string, flag: ContinuationFlag): string {
  return `-------${transactionId}${flag}\r\n`;
}

/** Where the first beginning of an end-line stands that the end of `bytes` cuts; their length when none does. */
export function suspectedCut(bytes: Buffer, at: number, terminator: Buffer): number {
  const longest = terminator.length + AFTER_TERMINATOR;
  let from = bytes.indexOf(CR, Math.max(at, bytes.length - longest + 1));
  while (from >= 0) {
    if (matchTerminator(bytes, from, terminator) === "partial") return from;
    from = bytes.indexOf(CR, from + 1);
  }
  return bytes.length;
}

/** The flag of a header line that is the end-line of a frame without body, given without CRLF. */
export function endLineFlag(line: string, transactionId: string): ContinuationFlag | undefined {
  if (line.length !== transactionId.length + 8 || !line.startsWith("-------")) return undefined;
  if (!line.startsWith(transactionId, 7)) return undefined;
  return flagOf(line.charCodeAt(line.length - 1));
}
