import type { FileIcon, OfferedFileView } from "../../../shared/model/offer.ts";
import { present } from "../../base/present.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { isUnreachableOffer } from "../../sdp/cema.ts";
import type { FileMedia } from "../../sdp/file-media.ts";
import { readFileOffer } from "../../sdp/file-offer.ts";
import type { FileRange } from "../../sdp/file-range.ts";
import { isResumeOffer } from "../../sdp/file-resume.ts";
import { type FileSeries, readSeries } from "../../sdp/file-series.ts";
import { protectionOf } from "../../sdp/protection.ts";
import type { SessionDescription } from "../../sdp/session-description.ts";
import { type NameAddr, parseNameAddr } from "../../sip/grammar/name-addr.ts";
import type { HeaderField } from "../../sip/message/headers.ts";
import type { SipRequest } from "../../sip/message/message.ts";
import { parseCpim } from "../body/cpim.ts";
import { admitIcon } from "../body/file-icon.ts";
import { type NotificationRequest, notificationRequestOf } from "../body/imdn.ts";
import { mimeField } from "../body/mime-entity.ts";
import type { BodyLeaf } from "../body/multipart.ts";
import { readSdpBody } from "../body/sdp-body.ts";
import type { CpmIds } from "../headers.ts";
import { displayName } from "./display-name.ts";
import { CANNOT_PROTECT } from "./media-security.ts";
import { OCTETS } from "./media-type.ts";
import { MAX_OFFER_TEXT, shownText } from "./shown-text.ts";

/** An offer that passed the checks: what the user is asked about. */
export interface CheckedOffer {
  readonly from: NameAddr;
  readonly to: NameAddr;
  readonly ids: CpmIds;
  readonly description: SessionDescription;
  /** The files that can be received, by their m= lines; every other line is refused in the answer. */
  readonly files: readonly ReceivableFile[];
  readonly notification?: NotificationRequest;
  /** The offer is one of several. */
  readonly series?: FileSeries;
  /** What goes with the files in words. */
  readonly text?: string;
  /** The files were accepted before and are to go on: nobody is asked. */
  readonly isResume: boolean;
}

export interface ReceivableFile {
  readonly media: FileMedia;
  readonly sizeOctets: number;
  readonly view: OfferedFileView;
}

/** How an INVITE that cannot be accepted is answered. */
export interface OfferRefusal {
  readonly status: number;
  readonly headers: readonly HeaderField[];
  /** For the log. */
  readonly what: string;
}

const MAX_ID = 256;

/** What this device takes. */
export interface ReceiverLimits {
  readonly maxSizeOctets?: number;
  /** Octets that may be written to the receive folder. */
  readonly freeOctets?: number;
  /** Files over TLS: they are protected where the offer itself came protected. */
  readonly takesProtected?: boolean;
}

/**
 * The checks of an incoming file transfer request, in the order of OMA CPM Conv_Fnct §7.4: body, CPM headers, files, size.
 * Busy devices and limits on the number of offers come before it.
 */
export function checkOffer(
  request: SipRequest,
  limits: ReceiverLimits,
): Result<CheckedOffer, OfferRefusal> {
  const body = readSdpBody(request);
  if (!body.ok) return refuse(body.error.statusHint, body.error.what);
  const ids = idsOf(request);
  if (ids === undefined) return refuse(400, "no Conversation-ID or no Contribution-ID");
  const from = identityOf(request);
  const to = parseNameAddr(request.headers.get("To") ?? "");
  if (from === undefined || !to.ok) return refuse(400, "From or To cannot be read");
  const media = readFileOffer(body.value.description);
  if (!media.ok) return refuse(media.error.statusHint, media.error.what);
  const usable = media.value.filter((one) => one.port === 0 || isProtectedFitly(one, limits));
  if (usable.length === 0) return err(cannotProtect());
  const files = usable.flatMap((one) => receivable(one, body.value.leaves));
  if (files.length === 0) return refuse(488, "no m= line offers a file that can be received");
  const isResume = isResumeOffer(body.value.description) || files.some(isRest);
  // What is to go on has its room already.
  const fitting = isResume ? files : files.filter(({ sizeOctets }) => fits(sizeOctets, limits));
  if (fitting.length === 0) return err(sizeExceeded());
  const notification = notificationIn(body.value.leaves);
  const series = readSeries(body.value.description);
  const text = shownText(request.headers.get("Subject"), MAX_OFFER_TEXT);
  const { description } = body.value;
  return ok({
    ...{ from, to: to.value, ids, description, files: fitting, isResume },
    ...present({ notification, series, text }),
  });
}

function isRest({ media }: ReceivableFile): boolean {
  return media.range !== undefined && media.range.start > 1;
}

/** 403 with the text that OMA CPM clients look for (RFC 3261 §21). */
export function sizeExceeded(): OfferRefusal {
  return {
    status: 403,
    headers: [{ name: "Warning", value: '399 cpm-courier "133 Size exceeded"' }],
    what: "size exceeded",
  };
}

export function refuse(status: number, what: string): Result<never, OfferRefusal> {
  // RFC 3261 §21.4.13: a 415 says what would be understood.
  const headers =
    status === 415
      ? [
          {
            name: "Accept",
            value: "application/sdp, multipart/related, multipart/mixed, multipart/alternative",
          },
        ]
      : [];
  return err({ status, headers, what });
}

export function idsOf(request: SipRequest): CpmIds | undefined {
  const conversationId = request.headers.get("Conversation-ID");
  const contributionId = request.headers.get("Contribution-ID");
  return isId(conversationId) && isId(contributionId)
    ? { conversationId, contributionId }
    : undefined;
}

function isId(text: string | undefined): text is string {
  return text !== undefined && text !== "" && text.length <= MAX_ID;
}

/** Who offers: the identity the network vouches for (RFC 3325), else From with its name. */
export function identityOf(request: SipRequest): NameAddr | undefined {
  const from = parseNameAddr(request.headers.get("From") ?? "");
  const [asserted] = request.headers.list("P-Asserted-Identity");
  const vouched = asserted === undefined ? undefined : parseNameAddr(asserted);
  if (vouched?.ok !== true) return from.ok ? from.value : undefined;
  const name = vouched.value.displayName ?? (from.ok ? from.value.displayName : undefined);
  return { ...vouched.value, ...(name === undefined ? {} : { displayName: name }) };
}

/** A line that we cannot protect as it asks for is refused, and never answered with less. */
export function isProtectedFitly(
  media: FileMedia,
  { takesProtected }: Pick<ReceiverLimits, "takesProtected">,
): boolean {
  const protection = protectionOf(media);
  return protection.ok && (protection.value.kind === "none" || takesProtected === true);
}

function cannotProtect(): OfferRefusal {
  return {
    status: 488,
    headers: [{ name: "Warning", value: `399 cpm-courier "${CANNOT_PROTECT}"` }],
    what: "the file connections cannot be protected as offered",
  };
}

/** Without a size nothing can be reserved or checked on the way: such a file is refused, the others are not. */
function receivable(media: FileMedia, leaves: readonly BodyLeaf[]): readonly ReceivableFile[] {
  const { sizeOctets } = media.selector;
  if (media.port === 0 || sizeOctets === undefined) return [];
  if (!reachesEnd(media.range, sizeOctets)) return [];
  if (media.direction !== "sendonly" && media.direction !== "sendrecv") return [];
  if (isUnreachableOffer(media)) return [];
  return [{ media, sizeOctets, view: viewOf(media, sizeOctets, leaves) }];
}

/** Of ranges, those that end with the file are of use: what lies before them may be here (RFC 5547 §6 file-range). */
export function reachesEnd(range: FileRange | undefined, sizeOctets: number): boolean {
  if (range === undefined) return true;
  return (range.stop === "*" || range.stop === sizeOctets) && range.start <= sizeOctets + 1;
}

function viewOf(
  media: FileMedia,
  sizeOctets: number,
  leaves: readonly BodyLeaf[],
): OfferedFileView {
  const [hash] = media.selector.hashes;
  const icon = iconOf(media.iconCid, leaves);
  return {
    index: media.index,
    name: displayName(media.selector.name),
    type: media.selector.type ?? OCTETS,
    sizeOctets,
    ...(hash === undefined ? {} : { hash: `${hash.algorithm}:${hash.hex}` }),
    ...(icon === undefined ? {} : { icon }),
  };
}

function iconOf(cid: string | undefined, leaves: readonly BodyLeaf[]): FileIcon | undefined {
  if (cid === undefined) return undefined;
  const leaf = leaves.find((one) => contentIdOf(one) === cid);
  return leaf === undefined ? undefined : admitIcon(leaf.content);
}

function contentIdOf(leaf: BodyLeaf): string | undefined {
  const text = mimeField(leaf, "content-id");
  return text?.startsWith("<") === true && text.endsWith(">") ? text.slice(1, -1) : text;
}

function fits(sizeOctets: number, limits: ReceiverLimits): boolean {
  const { maxSizeOctets, freeOctets } = limits;
  return (
    (maxSizeOctets === undefined || sizeOctets <= maxSizeOctets) &&
    (freeOctets === undefined || sizeOctets <= freeOctets)
  );
}

function notificationIn(leaves: readonly BodyLeaf[]): NotificationRequest | undefined {
  const leaf = leaves.find(({ type }) => type === "message/cpim");
  if (leaf === undefined) return undefined;
  const cpim = parseCpim(leaf.content);
  return cpim.ok ? notificationRequestOf(cpim.value) : undefined;
}
