/** Header fields that prove knowledge of a password, with their folded lines: RFC 3261 §22.4, §20.6; RFC 4976 §5.1. */
const PROOF_FIELDS =
  /^(?:proxy-authorization|authorization|authentication-info)[ \t]*:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*/gim;

/** Its value could be tried against guessed passwords. */
const DIGEST_PROOF = /\b((?:response|rspauth)[ \t]*=[ \t]*"?)([^",\s]+)/gi;

/** Another scheme than Digest may hold the password itself. */
const CREDENTIALS = /^([^:]*:\s*)(\S+)(\s+)(.*)/s;

const HEAD_END = Buffer.from("\r\n\r\n");

/** A message as a trace may keep it: no octet more or less, but nothing in its head to guess a password by. */
export function redacted(raw: Uint8Array): Buffer {
  const octets = Buffer.from(raw);
  const end = octets.indexOf(HEAD_END);
  const headOctets = end === -1 ? octets.length : end;
  const head = octets.toString("latin1", 0, headOctets);
  const clean = head.replaceAll(PROOF_FIELDS, redactedField);
  if (clean !== head) octets.set(Buffer.from(clean, "latin1"));
  return octets;
}

function redactedField(field: string): string {
  const [, name = "", scheme = "", blank = "", rest = ""] = CREDENTIALS.exec(field) ?? [];
  const isScheme = name.toLowerCase().includes("authorization") && !scheme.includes("=");
  if (isScheme && scheme.toLowerCase() !== "digest") return name + scheme + blank + starred(rest);
  return field.replaceAll(DIGEST_PROOF, (_, before: string, proof: string) => {
    return before + starred(proof);
  });
}

function starred(text: string): string {
  return text.replaceAll(/[^\r\n\t ]/g, "*");
}
