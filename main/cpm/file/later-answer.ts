import type { MsrpUri } from "../../base/msrp-uri.ts";
import { ok, type Result } from "../../base/result.ts";
import { type AnswererSide, buildFileAnswer, type FileDecision } from "../../sdp/file-answer.ts";
import { isFileMedia, transferIdOf } from "../../sdp/file-media.ts";
import { closeMedia } from "../../sdp/later-offer.ts";
import { isTlsProtocol } from "../../sdp/msrp-path.ts";
import {
  nextVersion,
  type SdpError,
  type SessionDescription,
} from "../../sdp/session-description.ts";

/** A file that is still being transferred: what our side of its m= line says. */
export interface LiveMedia {
  readonly uri: MsrpUri;
  readonly role: "active" | "passive";
  readonly relayPath?: readonly MsrpUri[];
  readonly transferId?: string;
}

export interface LaterAnswer {
  readonly description: SessionDescription;
  /** Live files that the new offer ends (RFC 5547 §8.1 Figure 3, §8.4), by m= line. */
  readonly closed: readonly number[];
}

/**
 * Answers an offer of the peer inside the session. A line that goes on stays as it is, without asking anybody; one with
 * port 0, or with a known line's place but another id, ends its file; new files are refused, as each file transfer
 * request is a session of its own (CR C.x.x.1.1).
 */
export function answerLaterOffer(
  offer: SessionDescription,
  live: ReadonlyMap<number, LiveMedia>,
  own: AnswererSide,
): Result<LaterAnswer, SdpError> {
  const decisions = offer.media.map((media, index): FileDecision => {
    const known = live.get(index);
    const isSame = known !== undefined && media.port !== 0 && isFileMedia(media);
    // What was agreed on is neither protected later nor unprotected: such a line is refused, and its file ends.
    if (isSame && isTlsProtocol(media.protocol) !== (known.uri.scheme === "msrps"))
      return { accept: false };
    if (!isSame || transferIdOf(media.attributes) !== known.transferId) return { accept: false };
    const { uri, role, relayPath = [] } = known;
    return { accept: true, uri, relayPath, setup: role };
  });
  const closed = [...live.keys()].filter((index) => decisions[index]?.accept !== true);
  // RFC 4975 §8.4: an unchanged description keeps its o= line.
  const origin = closed.length === 0 ? own.origin : nextVersion(own.origin);
  const description = buildFileAnswer(offer, decisions, { ...own, origin });
  return description.ok ? ok({ description: description.value, closed }) : description;
}

/** Our description as a new offer that ends one file (RFC 5547 §8.4). */
export function offerWithout(local: SessionDescription, index: number): SessionDescription {
  const closed = closeMedia(local, index);
  return {
    ...closed,
    media: closed.media.map((media) => ({
      ...media,
      // RFC 6135 §4.2.1: `passive` never stands in an offer, even where it was our part of the answer.
      attributes: media.attributes.map((attribute) =>
        attribute.name === "setup" && attribute.value === "passive"
          ? { name: "setup", value: "actpass" }
          : attribute,
      ),
    })),
  };
}
