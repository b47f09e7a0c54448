import { parseDecimal, parseDecimalIn } from "../base/decimal.ts";
import { err, ok, type Result } from "../base/result.ts";
import {
  type Attribute,
  type Connection,
  type MediaDescription,
  type Origin,
  type OtherLine,
  type SdpError,
  type SessionDescription,
  sdpError,
} from "./session-description.ts";

/** A description longer than this is refused before it is looked at. */
export const MAX_SDP_OCTETS = 64 * 1024;
/** One m= line is one file. */
export const MAX_MEDIA = 100;
/**
 * Attributes of one section. Each m= line asks the session's for what it lacks, so without a limit the work would grow
 * with the product of both.
 */
export const MAX_ATTRIBUTES = 256;
/** Longest attribute value, in UTF-16 units; longer ones have an entry of their own below. */
export const MAX_ATTRIBUTE_LENGTH = 1024;

const LONG_ATTRIBUTES: ReadonlyMap<string, number> = new Map([
  ["path", 8192],
  ["accept-types", 4096],
  ["accept-wrapped-types", 4096],
  ["file-selector", 4096],
]);

/**
 * Reads a session description (RFC 8866 §5), in time linear in its length. Lenient where peers are sloppy: bare LF,
 * blank lines at the end, `s=` or `t=` missing, lines out of order within their section, a second `c=`. What is not
 * understood is kept. Strict where a wrong guess is dangerous: limits, NUL and CR inside lines, `v=`, `o=`, `m=`.
 */
export function parseSdp(bytes: Buffer): Result<SessionDescription, SdpError> {
  if (bytes.length > MAX_SDP_OCTETS) return err(sdpError("description above 64 KiB", 413));
  const decoded = decode(bytes);
  const lines = splitLines(decoded.text);
  if (!lines.ok) return lines;

  const draft = new DescriptionDraft();
  for (const line of lines.value) {
    const problem = draft.take(line);
    if (problem !== undefined) return err(problem);
  }
  const built = draft.build();
  return built.ok && decoded.encoding !== undefined
    ? ok({ ...built.value, encoding: decoded.encoding })
    : built;
}

function decode(bytes: Buffer): { readonly text: string; readonly encoding?: "latin1" } {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (cause) {
    // TextDecoder has no other way to say "not UTF-8". Latin-1 keeps every octet for a relay.
    if (cause instanceof TypeError) return { text: bytes.toString("latin1"), encoding: "latin1" };
    throw cause;
  }
}

function splitLines(text: string): Result<readonly OtherLine[], SdpError> {
  const lines: OtherLine[] = [];
  for (const written of text.split("\n")) {
    const line = written.endsWith("\r") ? written.slice(0, -1) : written;
    if (line === "") continue;
    // A CR that ends no line ends one for some other parser: two readings of one message.
    if (line.includes("\r") || line.includes("\0"))
      return err(sdpError("control character in a line", 400, line));
    if (!isLetter(line.charCodeAt(0)) || line.charAt(1) !== "=")
      return err(sdpError("not a type=value line", 400, line));
    lines.push({ type: line.charAt(0), value: line.slice(2) });
  }
  return ok(lines);
}

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

interface SectionDraft {
  connection: Connection | undefined;
  title: string | undefined;
  readonly otherLines: OtherLine[];
  readonly attributes: Attribute[];
}

interface MediaDraft extends SectionDraft {
  readonly head: Pick<MediaDescription, "kind" | "port" | "portCount" | "protocol" | "formats">;
}

function emptySection(): SectionDraft {
  return { connection: undefined, title: undefined, otherLines: [], attributes: [] };
}

/** Collects lines; mutable by its nature, and gone when the description is built. */
class DescriptionDraft {
  #hasVersion = false;
  #origin: Origin | undefined;
  #name: string | undefined;
  readonly #session = emptySection();
  readonly #media: MediaDraft[] = [];

  /** @returns what is wrong with the line, if anything */
  take(line: OtherLine): SdpError | undefined {
    if (!this.#hasVersion) {
      this.#hasVersion = true;
      return line.type === "v" && line.value.trim() === "0"
        ? undefined
        : sdpError("first line is not v=0", 400, line.value);
    }
    if (line.type === "m") return this.#startMedia(line.value);
    const media = this.#media.at(-1);
    return media === undefined ? this.#takeSession(line) : takeCommon(line, media);
  }

  build(): Result<SessionDescription, SdpError> {
    const origin = this.#origin;
    if (origin === undefined) return err(sdpError("no o= line"));
    const { connection, otherLines, attributes } = this.#session;
    return ok({
      origin,
      name: this.#name ?? "-",
      ...(connection === undefined ? {} : { connection }),
      otherLines,
      attributes,
      media: this.#media.map(buildMedia),
    });
  }

  #takeSession(line: OtherLine): SdpError | undefined {
    if (line.type === "v") return sdpError("second v= line");
    if (line.type === "o") {
      if (this.#origin !== undefined) return sdpError("second o= line", 400, line.value);
      this.#origin = parseOrigin(line.value);
      return this.#origin === undefined
        ? sdpError("malformed o= line", 400, line.value)
        : undefined;
    }
    if (line.type === "s" && this.#name === undefined) {
      this.#name = line.value;
      return undefined;
    }
    return takeCommon(line, this.#session);
  }

  #startMedia(value: string): SdpError | undefined {
    if (this.#media.length >= MAX_MEDIA)
      return sdpError(`more than ${String(MAX_MEDIA)} m= lines`, 488);
    const head = parseMediaLine(value);
    if (head === undefined) return sdpError("malformed m= line", 400, value);
    this.#media.push({ ...emptySection(), head });
    return undefined;
  }
}

function takeCommon(line: OtherLine, section: SectionDraft): SdpError | undefined {
  if (line.type === "a") return takeAttribute(line.value, section);
  if (line.type === "c" && section.connection === undefined) {
    section.connection = parseConnection(line.value);
    if (section.connection !== undefined) return undefined;
  }
  if (line.type === "i" && "head" in section && section.title === undefined) {
    section.title = line.value;
    return undefined;
  }
  section.otherLines.push(line);
  return undefined;
}

function takeAttribute(text: string, section: SectionDraft): SdpError | undefined {
  const colon = text.indexOf(":");
  const name = colon < 0 ? text : text.slice(0, colon);
  const length = colon < 0 ? 0 : text.length - colon - 1;
  if (name === "" || name.length > MAX_ATTRIBUTE_LENGTH)
    return sdpError("attribute without a usable name", 400, text);
  if (length > (LONG_ATTRIBUTES.get(name) ?? MAX_ATTRIBUTE_LENGTH))
    return sdpError(`value of a=${name.slice(0, 60)} too long`);
  if (section.attributes.length >= MAX_ATTRIBUTES)
    return sdpError(`more than ${String(MAX_ATTRIBUTES)} attributes in a section`, 413);
  section.attributes.push(colon < 0 ? { name } : { name, value: text.slice(colon + 1) });
  return undefined;
}

function buildMedia(draft: MediaDraft): MediaDescription {
  const { head, title, connection, otherLines, attributes } = draft;
  return {
    ...head,
    ...(title === undefined ? {} : { title }),
    ...(connection === undefined ? {} : { connection }),
    otherLines,
    attributes,
  };
}

function parseOrigin(value: string): Origin | undefined {
  const [user, sessionId, version, network, type, address, ...rest] = tokens(value);
  if (user === undefined || sessionId === undefined || version === undefined) return undefined;
  if (network !== "IN" || address === undefined || rest.length > 0) return undefined;
  const addressType = addressTypeOf(type);
  // RFC 8866 §5.2: numeric; 20 digits hold every 64-bit value. Counting up (RFC 3264 §8) needs the number.
  if (addressType === undefined || !isDigits(version) || version.length > 20) return undefined;
  return { user, sessionId, version, addressType, address };
}

function parseConnection(value: string): Connection | undefined {
  const [network, type, address, ...rest] = tokens(value);
  const addressType = addressTypeOf(type);
  if (network !== "IN" || addressType === undefined || address === undefined) return undefined;
  return rest.length > 0 ? undefined : { addressType, address };
}

function addressTypeOf(text: string | undefined): "IP4" | "IP6" | undefined {
  return text === "IP4" || text === "IP6" ? text : undefined;
}

function parseMediaLine(value: string): MediaDraft["head"] | undefined {
  const [kind, portText, protocol, ...formats] = tokens(value);
  if (kind === undefined || portText === undefined || protocol === undefined) return undefined;
  const slash = portText.indexOf("/");
  const port = parseDecimalIn(slash < 0 ? portText : portText.slice(0, slash), 0, 65_535);
  if (port === undefined) return undefined;
  if (slash < 0) return { kind, port, protocol, formats };
  const portCount = parseDecimal(portText.slice(slash + 1), 5);
  return portCount === undefined ? undefined : { kind, port, portCount, protocol, formats };
}

function tokens(value: string): readonly string[] {
  return value.split(" ").filter((token) => token !== "");
}

function isDigits(text: string): boolean {
  if (text === "") return false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}
