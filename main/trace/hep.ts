import { formatHostPort, type HostPort } from "../base/host-port.ts";
import { err, ok, type Result } from "../base/result.ts";

/** One SIP message as another element mirrored it (HEP, version 3). */
export interface MirroredMessage {
  readonly transport: "udp" | "tcp" | "tls";
  readonly from: HostPort;
  readonly to: HostPort;
  /** Microseconds since 1970, by the clock of whoever mirrored it. */
  readonly wallUs: bigint;
  /** Number of the element that mirrored it. */
  readonly node: number;
  readonly payload: Buffer;
}

/** Why a datagram is no mirrored SIP message. */
export interface HepError {
  readonly kind: "malformed-hep";
  readonly what: string;
}

const MAGIC = Buffer.from("HEP3", "latin1");
const HEADER_OCTETS = 6;
const CHUNK_HEADER_OCTETS = 6;
/** The vendor of the chunks that everyone knows. */
const GENERIC = 0;
const PROTOCOL_SIP = 1;
const IP_TCP = 6;
const IP_UDP = 17;

const CHUNK = {
  ipProtocol: 0x02,
  source4: 0x03,
  destination4: 0x04,
  source6: 0x05,
  destination6: 0x06,
  sourcePort: 0x07,
  destinationPort: 0x08,
  seconds: 0x09,
  microseconds: 0x0a,
  protocol: 0x0b,
  node: 0x0c,
  payload: 0x0f,
} as const;

type Chunks = ReadonlyMap<number, Buffer>;

/** Reads one datagram. Chunks of other vendors and unknown ones are passed over. The payload is a view of `bytes`. */
export function parseHep(bytes: Buffer): Result<MirroredMessage, HepError> {
  const chunks = readChunks(bytes);
  if (!chunks.ok) return chunks;
  if (numberIn(chunks.value, CHUNK.protocol, 1) !== PROTOCOL_SIP) return malformed("not SIP");
  const from = place(chunks.value, [CHUNK.source4, CHUNK.source6], CHUNK.sourcePort);
  const to = place(chunks.value, [CHUNK.destination4, CHUNK.destination6], CHUNK.destinationPort);
  const seconds = numberIn(chunks.value, CHUNK.seconds, 4);
  const payload = chunks.value.get(CHUNK.payload);
  const transport = transportOf(chunks.value, payload);
  if (from === undefined || to === undefined) return malformed("no addresses");
  if (seconds === undefined) return malformed("no time");
  if (payload === undefined || transport === undefined) return malformed("no message");
  return ok({
    ...{ transport, from, to, payload },
    wallUs:
      BigInt(seconds) * 1_000_000n + BigInt(numberIn(chunks.value, CHUNK.microseconds, 4) ?? 0),
    node: numberIn(chunks.value, CHUNK.node, 4) ?? 0,
  });
}

function readChunks(bytes: Buffer): Result<Chunks, HepError> {
  if (bytes.length < HEADER_OCTETS || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    return malformed("not HEP3");
  }
  if (bytes.readUInt16BE(MAGIC.length) !== bytes.length) return malformed("length");
  const chunks = new Map<number, Buffer>();
  let at = HEADER_OCTETS;
  while (at < bytes.length) {
    if (at + CHUNK_HEADER_OCTETS > bytes.length) return malformed("cut chunk");
    const length = bytes.readUInt16BE(at + 4);
    if (length < CHUNK_HEADER_OCTETS || at + length > bytes.length)
      return malformed("chunk length");
    if (bytes.readUInt16BE(at) === GENERIC) {
      chunks.set(bytes.readUInt16BE(at + 2), bytes.subarray(at + CHUNK_HEADER_OCTETS, at + length));
    }
    at += length;
  }
  return ok(chunks);
}

function numberIn(chunks: Chunks, type: number, octets: 1 | 2 | 4): number | undefined {
  const value = chunks.get(type);
  if (value?.length !== octets) return undefined;
  return value.reduce((sum, octet) => sum * 0x100 + octet, 0);
}

function place(
  chunks: Chunks,
  [ip4, ip6]: readonly [number, number],
  portType: number,
): HostPort | undefined {
  const port = numberIn(chunks, portType, 2);
  const four = chunks.get(ip4);
  const six = chunks.get(ip6);
  if (port === undefined) return undefined;
  if (four?.length === 4) return { host: [...four].join("."), port };
  return six?.length === 16 ? { host: ip6Text(six), port } : undefined;
}

/** As the system writes it (RFC 5952 §4): the first of the longest runs of zeros is left out. */
function ip6Text(octets: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => octets.readUInt16BE(i * 2).toString(16));
  let [start, length] = [0, 0];
  for (let at = 0; at < groups.length; at += 1) {
    const end = groups.findIndex((group, i) => i >= at && group !== "0");
    const zeros = (end < 0 ? groups.length : end) - at;
    if (zeros > length) [start, length] = [at, zeros];
  }
  if (length < 2) return groups.join(":");
  return `${groups.slice(0, start).join(":")}::${groups.slice(start + length).join(":")}`;
}

/** TLS is TCP to the mirror; what was asked for by name is in the top Via. */
function transportOf(
  chunks: Chunks,
  payload: Buffer | undefined,
): MirroredMessage["transport"] | undefined {
  const protocol = numberIn(chunks, CHUNK.ipProtocol, 1);
  if (protocol === IP_UDP) return "udp";
  if (protocol !== IP_TCP || payload === undefined) return undefined;
  const via = payload.indexOf("SIP/2.0/TLS");
  return via >= 0 && via < payload.indexOf("\r\n\r\n") ? "tls" : "tcp";
}

function malformed(what: string): Result<never, HepError> {
  return err({ kind: "malformed-hep", what });
}

/** An element that mirrors what it sends and receives. */
export interface MirroringNode {
  readonly node: number;
  readonly element: string;
  /** Where it listens. */
  readonly address: HostPort;
}

/** The two ends of a mirrored message as the mirroring element sees them. */
export interface MirroredEnds {
  readonly dir: "in" | "out";
  readonly local: string;
  readonly remote: string;
}

/** Which end is the node's own: the one with its address; with several on one host, or a connection of its own, its host. */
export function endsOf({ from, to }: MirroredMessage, { address }: MirroringNode): MirroredEnds {
  const isOwn = (end: HostPort): number =>
    Number(end.host === address.host) +
    Number(end.host === address.host && end.port === address.port);
  return isOwn(from) > isOwn(to)
    ? { dir: "out", local: formatHostPort(from), remote: formatHostPort(to) }
    : { dir: "in", local: formatHostPort(to), remote: formatHostPort(from) };
}
