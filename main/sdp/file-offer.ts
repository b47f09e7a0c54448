import type { MsrpUri } from "../base/msrp-uri.ts";
import { LocalProtocolError } from "../base/protocol-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { CEMA } from "./cema.ts";
import { type FileDates, formatFileDates } from "./file-date.ts";
import { type FileMedia, isFileMedia, readFileMedia } from "./file-media.ts";
import { type FileRange, formatFileRange } from "./file-range.ts";
import { RESUME_ATTRIBUTE } from "./file-resume.ts";
import { type FileSelector, formatFileSelector } from "./file-selector.ts";
import { type FileSeries, seriesAttribute } from "./file-series.ts";
import { formatMsrpPath, reachedBy } from "./msrp-path.ts";
import { ownFingerprint } from "./protection.ts";
import {
  type Attribute,
  connectionTo,
  type MediaDescription,
  type Origin,
  type SdpError,
  type SessionDescription,
  sdpError,
} from "./session-description.ts";

/** A file that we offer. Id and URI are fresh for each one: neither is ever used twice. */
export interface OfferedFile {
  readonly uri: MsrpUri;
  /** URIs of our relay, as a `RelayPlace` has them: peers come to the first one (RFC 4976 §5.1). */
  readonly relayPath?: readonly MsrpUri[];
  readonly selector: FileSelector;
  /** A random token of at least 32 characters (RFC 5547 §6). */
  readonly transferId: string;
  /** `attachment` or `render`. */
  readonly disposition?: "attachment" | "render";
  readonly dates?: FileDates;
  /** Content-ID of the icon's body part, without brackets. */
  readonly iconCid?: string;
  readonly range?: FileRange;
  readonly title?: string;
}

export interface FileOfferOptions {
  readonly origin: Origin;
  /** Host of the c= line: that of the URIs. Files behind a relay have c= lines of their own. */
  readonly host: string;
  readonly files: readonly OfferedFile[];
  /** `actpass` when we can be reached, else `active` (RFC 6135 §4.2.1). */
  readonly setup: "actpass" | "active";
  /** `recvonly` asks for files (pull, RFC 5547 §8.2.2); `sendonly` when absent. */
  readonly direction?: "sendonly" | "recvonly";
  /** `*` when absent. */
  readonly acceptTypes?: readonly string[];
  readonly maxSizeOctets?: number;
  /** The offer is one of several. */
  readonly series?: FileSeries;
  /** The files were accepted before (see `RESUME_ATTRIBUTE`). */
  readonly isResume?: boolean;
  /** SHA-256 of our certificate; needed where a URI is `msrps` (RFC 8122). */
  readonly fingerprint?: string | undefined;
}

/**
 * The files of an offer, in the order of their m= lines. Lines that are no file, or that can't be read, are left out:
 * the answer refuses them. Lines with port 0 are there, so that a later offer can be told from an earlier one.
 * @returns 488 when no m= line is a readable file, or what was wrong with the only ones that tried to be
 */
export function readFileOffer(sd: SessionDescription): Result<readonly FileMedia[], SdpError> {
  const files: FileMedia[] = [];
  let problem: SdpError | undefined;
  for (const [index, media] of sd.media.entries()) {
    if (!isFileMedia(media)) continue;
    const file = readFileMedia(sd, index);
    if (!file.ok) problem ??= file.error;
    else if (file.value.port === 0 || isDescribed(file.value.selector)) files.push(file.value);
    else problem ??= sdpError("empty file-selector", 400);
  }
  return files.length > 0 ? ok(files) : err(problem ?? sdpError("no m= line offers a file", 488));
}

/** RFC 5547 §6: in an offer there is at least one selector. */
function isDescribed(selector: FileSelector): boolean {
  const { name, type, sizeOctets, hashes } = selector;
  return name !== undefined || type !== undefined || sizeOctets !== undefined || hashes.length > 0;
}

/** Our offer, one m= line per file in the order given (RFC 5547 §8.2). */
export function buildFileOffer(options: FileOfferOptions): SessionDescription {
  const media = options.files.map((file) => offerMedia(file, options));
  return {
    origin: options.origin,
    name: "-",
    connection: connectionTo(options.host),
    otherLines: [{ type: "t", value: "0 0" }],
    attributes: [
      ...(options.series === undefined ? [] : [seriesAttribute(options.series)]),
      ...(options.isResume === true ? [RESUME_ATTRIBUTE] : []),
      ...ownFingerprint(media, options.fingerprint),
    ],
    media,
  };
}

function offerMedia(file: OfferedFile, options: FileOfferOptions): MediaDescription {
  const path = [...(file.relayPath ?? []), file.uri];
  const isPush = options.direction !== "recvonly";
  const { type, sizeOctets, hashes } = file.selector;
  if (isPush && type === undefined && sizeOctets === undefined && hashes.length === 0)
    throw new LocalProtocolError("RFC 5547 §8.2.1: a push offer needs type, size or hash");
  return {
    kind: "message",
    ...reachedBy(path, options.host),
    formats: ["*"],
    ...(file.title === undefined ? {} : { title: oneLine(file.title) }),
    otherLines: [],
    attributes: [
      { name: isPush ? "sendonly" : "recvonly" },
      { name: "setup", value: options.setup },
      { name: "accept-types", value: (options.acceptTypes ?? ["*"]).join(" ") },
      ...numberAttribute("max-size", options.maxSizeOctets),
      { name: "path", value: formatMsrpPath(path) },
      CEMA,
      { name: "file-selector", value: formatFileSelector(file.selector) },
      { name: "file-transfer-id", value: file.transferId },
      ...(isPush ? pushAttributes(file) : []),
      ...(file.range === undefined
        ? []
        : [{ name: "file-range", value: formatFileRange(file.range) }]),
    ],
  };
}

/** RFC 5547 §6, Figure 1: these stand only in offers of files to send. */
function pushAttributes(file: OfferedFile): readonly Attribute[] {
  const dates = file.dates === undefined ? "" : formatFileDates(file.dates);
  return [
    ...(file.disposition === undefined
      ? []
      : [{ name: "file-disposition", value: file.disposition }]),
    ...(dates === "" ? [] : [{ name: "file-date", value: dates }]),
    ...(file.iconCid === undefined ? [] : [{ name: "file-icon", value: cidUrl(file.iconCid) }]),
  ];
}

/** RFC 2392 §2: `cid:` and the Content-ID; `%` and what SDP or a URL could not hold leave escaped. */
function cidUrl(contentId: string): string {
  let url = "cid:";
  for (const octet of Buffer.from(contentId, "utf8")) {
    const isPlain = octet > 0x20 && octet < 0x7f && octet !== 0x25 && octet !== 0x22;
    url += isPlain
      ? String.fromCharCode(octet)
      : `%${octet.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return url;
}

/** A title of ours must not start a new line of the description. */
function oneLine(text: string): string {
  return text.replaceAll(/[\0\r\n]/g, " ");
}

export function numberAttribute(name: string, value: number | undefined): readonly Attribute[] {
  return value === undefined ? [] : [{ name, value: String(value) }];
}
