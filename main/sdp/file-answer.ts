import type { MsrpUri } from "../base/msrp-uri.ts";
import { LocalProtocolError } from "../base/protocol-error.ts";
import { err, ok, type Result } from "../base/result.ts";
import { alignMedia } from "./align-media.ts";
import { answersCema, CEMA } from "./cema.ts";
import { isFileMedia, type MsrpMedia, readFileMedia, readMsrpMedia } from "./file-media.ts";
import { numberAttribute } from "./file-offer.ts";
import { type FileRange, parseFileRange } from "./file-range.ts";
import { type FileSelector, formatFileSelector } from "./file-selector.ts";
import { answerDirection } from "./media-direction.ts";
import { formatMsrpPath, reachedBy } from "./msrp-path.ts";
import { answeredProtection, ownFingerprint, type Protection } from "./protection.ts";
import { mirrored, refusedMedia } from "./refused-media.ts";
import {
  type Attribute,
  attributeValue,
  connectionTo,
  type MediaDescription,
  type Origin,
  type SdpError,
  type SessionDescription,
  sdpError,
} from "./session-description.ts";
import { answerSetup } from "./setup.ts";

export type FileDecision =
  | {
      readonly accept: true;
      readonly uri: MsrpUri;
      /** URIs of our relay, as in an `OfferedFile`. */
      readonly relayPath?: readonly MsrpUri[];
      /** What we prefer; an offer of `active` or without `a=setup` makes it `passive` (see `answerSetup`). */
      readonly setup: "passive" | "active";
      readonly maxSizeOctets?: number;
      /** `*` when absent. */
      readonly acceptTypes?: readonly string[];
      /** Instead of what was offered: to a pull offer, the file with its hash (RFC 5547 §8.3.2). */
      readonly selector?: FileSelector;
    }
  | { readonly accept: false };

/** Reads like `FileMedia` where the file was accepted; `path` is empty where it was refused. */
export type FileAnswer =
  | { readonly index: number; readonly isAccepted: false; readonly path: readonly [] }
  | ({
      readonly isAccepted: true;
      /** As answered; absent from programs that know whole files only. */
      readonly range?: FileRange;
      /** As offered: anything else is an error. */
      readonly protection: Protection;
    } & MsrpMedia);

/** Our side of an answer. */
export interface AnswererSide {
  readonly origin: Origin;
  readonly host: string;
  /** SHA-256 of our certificate; needed where a URI is `msrps` (RFC 8122). */
  readonly fingerprint?: string | undefined;
}

/**
 * Our answer to an offer of files (RFC 5547 §8.3.1).
 * @param decisions one for each m= line of the offer, in its order (`decisions[file.index]`); a missing one refuses,
 *   and so does whatever is decided for a line that is no readable file or that the offerer closed
 */
export function buildFileAnswer(
  offer: SessionDescription,
  decisions: readonly FileDecision[],
  own: AnswererSide,
): Result<SessionDescription, SdpError> {
  const media: MediaDescription[] = [];
  for (const [index, offered] of offer.media.entries()) {
    const decision = decisions[index];
    if (decision?.accept !== true || offered.port === 0 || !isFileMedia(offered)) {
      media.push(refusedMedia(offered));
      continue;
    }
    const file = readFileMedia(offer, index);
    if (!file.ok) return file;
    media.push(acceptedMedia(offered, file.value, decision, own.host));
  }
  if (media.length === 0) return err(sdpError("the offer has no m= line", 488));
  return ok({
    origin: own.origin,
    name: "-",
    connection: connectionTo(own.host),
    // RFC 3264 §6: the t= line of the answer equals that of the offer.
    otherLines: offer.otherLines.filter((line) => line.type === "t"),
    attributes: ownFingerprint(media, own.fingerprint),
    media,
  });
}

function acceptedMedia(
  offered: MediaDescription,
  file: MsrpMedia,
  decision: Extract<FileDecision, { readonly accept: true }>,
  host: string,
): MediaDescription {
  const path = [...(decision.relayPath ?? []), decision.uri];
  const reached = reachedBy(path, host);
  if (reached.protocol !== offered.protocol.toUpperCase())
    throw new LocalProtocolError("RFC 3264 §6: the answer keeps the offer's transport");
  return {
    kind: offered.kind,
    ...reached,
    protocol: offered.protocol,
    formats: ["*"],
    otherLines: [],
    attributes: [
      { name: answerDirection(file.direction) },
      { name: "setup", value: answerSetup(file.setup, decision.setup) },
      { name: "accept-types", value: (decision.acceptTypes ?? ["*"]).join(" ") },
      ...numberAttribute("max-size", decision.maxSizeOctets),
      { name: "path", value: formatMsrpPath(path) },
      ...(answersCema(file, path.length > 1) ? [CEMA] : []),
      ...selected(mirrored(offered.attributes), decision.selector),
      ...offered.attributes.filter((attribute) => attribute.name === "file-range").slice(0, 1),
    ],
  };
}

function selected(
  attributes: readonly Attribute[],
  selector: FileSelector | undefined,
): readonly Attribute[] {
  if (selector === undefined) return attributes;
  return attributes.map((attribute) =>
    attribute.name === "file-selector"
      ? { name: attribute.name, value: formatFileSelector(selector) }
      : attribute,
  );
}

/**
 * What the answer says of each m= line that we offered, in the order of the offer. The mirrored selector may be
 * missing and the direction is not judged: peers answer `sendrecv` or echo attributes that belong to offers.
 * @returns 488 when the answer can't be matched to the offer, an accepted line can't be read, or it would not be protected
 *   as offered
 */
export function readFileAnswer(
  offer: SessionDescription,
  answer: SessionDescription,
): Result<readonly FileAnswer[], SdpError> {
  const aligned = alignMedia(offer, answer);
  if (!aligned.ok) return aligned;
  const answers: FileAnswer[] = [];
  for (const [index, offered] of offer.media.entries()) {
    const answered = aligned.value.media[index];
    if (answered === undefined || answered.port === 0 || offered.port === 0) {
      answers.push({ index, isAccepted: false, path: [] });
      continue;
    }
    const media = readMsrpMedia(aligned.value, index);
    if (!media.ok) return media;
    const protection = answeredProtection(offered, media.value);
    if (!protection.ok) return protection;
    const range = parseFileRange(attributeValue(answered.attributes, "file-range") ?? "");
    answers.push({
      ...{ ...media.value, isAccepted: true, protection: protection.value },
      ...(range === undefined ? {} : { range }),
    });
  }
  return ok(answers);
}
