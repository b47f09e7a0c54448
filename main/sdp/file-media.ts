import { parseDecimal } from "../base/decimal.ts";
import type { MsrpUri } from "../base/msrp-uri.ts";
import { err, ok, type Result } from "../base/result.ts";
import { parseAcceptTypes } from "./accept-types.ts";
import { type FileDates, parseFileDates } from "./file-date.ts";
import { unescapeFileName } from "./file-name-text.ts";
import { type FileRange, parseFileRange } from "./file-range.ts";
import { type FileSelector, parseFileSelector } from "./file-selector.ts";
import { type Fingerprint, fingerprintsOf } from "./fingerprint.ts";
import { type Direction, directionOf } from "./media-direction.ts";
import { isMsrpProtocol, parseMsrpPath } from "./msrp-path.ts";
import {
  type Attribute,
  attributeValue,
  hasAttribute,
  type MediaDescription,
  type SdpError,
  type SessionDescription,
  sdpError,
} from "./session-description.ts";
import { parseSetup, type Setup } from "./setup.ts";

/** What RFC 4975, 6135 and 6714 say about one MSRP stream. */
export interface MsrpMedia {
  /** 0-based place of the m= line among all of the description. */
  readonly index: number;
  /** 0: this file is closed or refused. */
  readonly port: number;
  /** `TCP/MSRP` or `TCP/TLS/MSRP`, as the peer wrote it. */
  readonly protocol: string;
  /** The host of the media's or session's c= line: where to connect when CEMA applies (RFC 6714). */
  readonly connectionHost?: string;
  /** Leftmost is the next hop (RFC 4975 §8.2); empty only where `port` is 0. */
  readonly path: readonly MsrpUri[];
  readonly setup?: Setup;
  readonly direction: Direction;
  readonly acceptTypes: readonly string[];
  readonly acceptWrappedTypes?: readonly string[];
  /** Longest message that the other side takes, envelope included (RFC 4975 §8.6). */
  readonly maxSizeOctets?: number;
  /** `a=msrp-cema` (RFC 6714 §5). */
  readonly isCema: boolean;
  /** Readable lines of `a=fingerprint`, whatever their hash functions (RFC 8122). */
  readonly fingerprints: readonly Fingerprint[];
}

/** One `m=` line of a file offer, read. Nothing in it is to be trusted; the storage layer makes names safe. */
export interface FileMedia extends MsrpMedia {
  readonly selector: FileSelector;
  /** Missing from old peers only (RFC 5547 §6 orders it). */
  readonly transferId?: string;
  /** `render` is the default of RFC 5547 §6 when absent. */
  readonly disposition?: string;
  readonly dates?: FileDates;
  /** Content-ID without `cid:`, percent-decoded. */
  readonly iconCid?: string;
  readonly range?: FileRange;
  /** The `i=` line. */
  readonly title?: string;
}

const TRANSFER_ID = "file-transfer-id";

/** An MSRP stream that carries a file (RFC 5547 §6: there is a file-selector). */
export function isFileMedia(media: MediaDescription): boolean {
  return (
    media.kind === "message" &&
    isMsrpProtocol(media.protocol) &&
    hasAttribute(media.attributes, "file-selector")
  );
}

/** Reads the MSRP part of one m= line; `index` must be in range. A port of 0 excuses a missing path. */
export function readMsrpMedia(sd: SessionDescription, index: number): Result<MsrpMedia, SdpError> {
  const media = sd.media[index];
  if (media === undefined) throw new RangeError(`no m= line ${String(index)}`);
  const own = media.attributes;
  const path = readPath(media);
  if (!path.ok) return path;
  const connection = media.connection ?? sd.connection;
  const wrapped = attributeValue(own, "accept-wrapped-types");
  const maxSizeOctets = parseDecimal(attributeValue(own, "max-size") ?? "", 20);
  return ok({
    index,
    port: media.port,
    protocol: media.protocol,
    ...(connection === undefined ? {} : { connectionHost: connection.address }),
    path: path.value,
    direction: directionOf(own, sd.attributes),
    acceptTypes: parseAcceptTypes(attributeValue(own, "accept-types") ?? "*"),
    ...(wrapped === undefined ? {} : { acceptWrappedTypes: parseAcceptTypes(wrapped) }),
    ...(maxSizeOctets === undefined ? {} : { maxSizeOctets }),
    isCema: hasAttribute(own, "msrp-cema"),
    ...readSecurityAndSetup(own, sd.attributes),
  });
}

function readPath(media: MediaDescription): Result<readonly MsrpUri[], SdpError> {
  const text = attributeValue(media.attributes, "path");
  if (text === undefined && media.port !== 0) return err(sdpError("m= line without a=path", 488));
  const path = parseMsrpPath(text ?? "");
  return path.ok || media.port !== 0 ? path : ok([]);
}

/** RFC 4145 §4, RFC 8122 §5: both attributes may stand at session level for all streams. */
function readSecurityAndSetup(
  own: readonly Attribute[],
  session: readonly Attribute[],
): Pick<MsrpMedia, "setup" | "fingerprints"> {
  const setup = parseSetup(attributeValue(own, "setup") ?? attributeValue(session, "setup"));
  return {
    ...(setup === undefined ? {} : { setup }),
    fingerprints: fingerprintsOf(own, session),
  };
}

/** Reads one m= line for which {@link isFileMedia} holds. */
export function readFileMedia(sd: SessionDescription, index: number): Result<FileMedia, SdpError> {
  const msrp = readMsrpMedia(sd, index);
  if (!msrp.ok) return msrp;
  const { attributes, title } = sd.media[index] ?? { attributes: [] };
  const selector = parseFileSelector(attributeValue(attributes, "file-selector") ?? "");
  if (!selector.ok) return selector;

  const rangeText = attributeValue(attributes, "file-range");
  const range = rangeText === undefined ? undefined : parseFileRange(rangeText);
  // RFC 5547 §8.3.1: a range that can't be honoured is refused, never replaced by the whole file.
  if (rangeText !== undefined && range === undefined)
    return err(sdpError("malformed a=file-range", 400, rangeText));
  return ok({
    ...msrp.value,
    selector: selector.value,
    ...readDescription(attributes),
    ...(range === undefined ? {} : { range }),
    ...(title === undefined ? {} : { title }),
  });
}

function readDescription(
  attributes: readonly Attribute[],
): Pick<FileMedia, "transferId" | "disposition" | "dates" | "iconCid"> {
  const transferId = transferIdOf(attributes);
  const disposition = attributeValue(attributes, "file-disposition");
  const dates = attributeValue(attributes, "file-date");
  const iconCid = contentIdOf(attributeValue(attributes, "file-icon"));
  return {
    ...(transferId === undefined ? {} : { transferId }),
    ...(disposition === undefined ? {} : { disposition: disposition.toLowerCase() }),
    ...(dates === undefined ? {} : { dates: parseFileDates(dates) }),
    ...(iconCid === undefined ? {} : { iconCid }),
  };
}

/** Value of `a=file-transfer-id`; an empty one counts as missing. */
export function transferIdOf(attributes: readonly Attribute[]): string | undefined {
  const id = attributeValue(attributes, TRANSFER_ID)?.trim();
  return id === "" ? undefined : id;
}

/** `cid:x%40y`, with or without angle brackets, as the Content-ID `x@y` (RFC 2392 §2). */
function contentIdOf(text: string | undefined): string | undefined {
  const value = text?.trim() ?? "";
  if (value.slice(0, 4).toLowerCase() !== "cid:") return undefined;
  const id = unescapeFileName(value.slice(4));
  const bare = id?.startsWith("<") === true && id.endsWith(">") ? id.slice(1, -1) : id;
  return bare === "" ? undefined : bare;
}
