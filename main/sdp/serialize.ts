import type {
  Attribute,
  Connection,
  MediaDescription,
  OtherLine,
  SessionDescription,
} from "./session-description.ts";

/** RFC 8866 §9: these session lines come before `c=`, all others after it. */
const BEFORE_CONNECTION: ReadonlySet<string> = new Set(["s", "i", "u", "e", "p"]);

/** Writes a description in the order of RFC 8866 §9, with CRLF; a missing `t=` becomes `t=0 0`. */
export function serializeSdp(sd: SessionDescription): Buffer {
  const { origin } = sd;
  const lines = [
    "v=0",
    `o=${origin.user} ${origin.sessionId} ${origin.version} IN ${origin.addressType} ${origin.address}`,
    `s=${sd.name}`,
    ...sd.otherLines.filter((line) => BEFORE_CONNECTION.has(line.type)).map(formatLine),
    ...formatConnection(sd.connection),
    ...timedLines(sd.otherLines.filter((line) => !BEFORE_CONNECTION.has(line.type))),
    ...sd.attributes.map(formatAttribute),
    ...sd.media.flatMap(formatMedia),
    "",
  ];
  return Buffer.from(lines.join("\r\n"), sd.encoding ?? "utf8");
}

function timedLines(lines: readonly OtherLine[]): readonly string[] {
  const written = lines.map(formatLine);
  if (lines.some((line) => line.type === "t")) return written;
  // RFC 8866 §9: c= and b= precede t=.
  const at = lines.filter((line) => line.type === "b" || line.type === "c").length;
  return [...written.slice(0, at), "t=0 0", ...written.slice(at)];
}

function formatMedia(media: MediaDescription): readonly string[] {
  const ports =
    media.portCount === undefined
      ? String(media.port)
      : `${String(media.port)}/${String(media.portCount)}`;
  return [
    `m=${[media.kind, ports, media.protocol, ...media.formats].join(" ")}`,
    ...(media.title === undefined ? [] : [`i=${media.title}`]),
    ...formatConnection(media.connection),
    ...media.otherLines.map(formatLine),
    ...media.attributes.map(formatAttribute),
  ];
}

function formatConnection(connection: Connection | undefined): readonly string[] {
  return connection === undefined ? [] : [`c=IN ${connection.addressType} ${connection.address}`];
}

function formatLine(line: OtherLine): string {
  return `${line.type}=${line.value}`;
}

function formatAttribute(attribute: Attribute): string {
  return attribute.value === undefined
    ? `a=${attribute.name}`
    : `a=${attribute.name}:${attribute.value}`;
}
