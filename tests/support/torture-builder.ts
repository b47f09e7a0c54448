/** What an element does with a message. `taken`: it is a request for its application; `dropped`: nobody is answered. */
export type Outcome = number | "taken" | "dropped";

/** One hard message: our own, for a purpose that RFC 4475 or RFC 5118 names. */
export interface TortureMessage {
  /** Clause of the RFC, and its purpose in our words. */
  readonly clause: string;
  readonly purpose: string;
  readonly bytes: Buffer;
  /** At a user agent that takes whatever the stack lets through. */
  readonly uas: Outcome;
  /** At a core: of a REGISTER at the registrar, of anything else at the proxy; `taken`: forwarded. */
  readonly core: Outcome;
}

export type Fields = readonly (readonly [string, string])[];

export interface Parts {
  readonly method?: string;
  readonly uri?: string;
  /** Instead of method, URI and version. */
  readonly start?: string;
  /** Replaces fields of that name, at their place; an empty text leaves the field out. */
  readonly set?: Readonly<Record<string, string>>;
  readonly more?: Fields;
  readonly body?: string | Buffer;
  /** Octets after the message. */
  readonly tail?: string;
}

let serial = 0;

export function text({
  method = "OPTIONS",
  uri = "sip:bob@a.example",
  start,
  set = {},
  more = [],
  body = "",
  tail = "",
}: Parts): Buffer {
  serial += 1;
  const id = `torture-${String(serial)}`;
  const content = typeof body === "string" ? Buffer.from(body, "utf8") : body;
  const isRegister = method === "REGISTER";
  const base: Fields = [
    ["Via", `SIP/2.0/UDP 10.0.0.10:5060;branch=z9hG4bK-${id}`],
    ["Max-Forwards", "70"],
    ["From", `<sip:${isRegister ? "bob" : "alice"}@a.example>;tag=${id}`],
    ["To", `<sip:bob@a.example>`],
    ["Call-ID", `${id}@10.0.0.10`],
    ["CSeq", `1 ${method}`],
    ["Contact", "<sip:alice@10.0.0.10:5060>"],
    ["Content-Length", String(content.length)],
  ];
  const fields = base.flatMap(([name, value]) => {
    const chosen = set[name] ?? value;
    return chosen === "" ? [] : [`${name}: ${chosen}`];
  });
  const line = start ?? `${method} ${uri} SIP/2.0`;
  const rest = more.map(([name, value]) => `${name}: ${value}`);
  const head = [line, ...fields.slice(0, -1), ...rest, ...fields.slice(-1), "", ""].join("\r\n");
  return Buffer.concat([Buffer.from(head, "utf8"), content, Buffer.from(tail, "utf8")]);
}

export function raw(...lines: readonly string[]): Buffer {
  return Buffer.from(lines.join("\r\n"), "utf8");
}

export function valid(
  clause: string,
  purpose: string,
  parts: Parts,
  core: Outcome = "taken",
): TortureMessage {
  return { clause, purpose, bytes: text(parts), uas: "taken", core };
}

export function invalid(
  clause: string,
  purpose: string,
  parts: Parts,
  status = 400,
): TortureMessage {
  return { clause, purpose, bytes: text(parts), uas: status, core: status };
}

export const SDP =
  "v=0\r\no=- 1 1 IN IP4 10.0.0.10\r\ns=-\r\nc=IN IP4 10.0.0.10\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n";
export const SDP_TYPE: Fields = [["Content-Type", "application/sdp"]];
