import type { FileDecision } from "../../sdp/file-answer.ts";
import { buildFileAnswer } from "../../sdp/file-answer.ts";
import type { SessionDescription } from "../../sdp/session-description.ts";
import { OfferRelay } from "../relay/offer-relay.ts";
import { isProtectedFitly } from "./incoming-checks.ts";
import { isProtecting } from "./media-security.ts";
import { answeredScheme, answererWay, relayPathOf } from "./media-way.ts";
import type { OfferContext } from "./offer-context.ts";
import type { PreparedFile } from "./outgoing-files.ts";
import type { SendLine } from "./outgoing-transfer.ts";
import { ownSide } from "./own-side.ts";
import { type PullOffer, spanOf } from "./pull-offer.ts";

export interface PullAnswer {
  readonly local: SessionDescription;
  readonly lines: readonly SendLine[];
  readonly relay: OfferRelay;
}

/**
 * The answer to a pull offer: `sendonly` with the file's hash where there is a file to give, port 0 elsewhere (RFC 5547
 * §8.3.2).
 * @param pull whose origin was checked: the own core has sent it
 * @param files by m= line
 * @returns undefined when no line can be served
 */
export async function answerPull(
  context: OfferContext,
  pull: PullOffer,
  files: ReadonlyMap<number, PreparedFile>,
): Promise<PullAnswer | undefined> {
  if (files.size === 0) return undefined;
  const { ports } = context;
  const opened = await OfferRelay.open(context, pull.callId, files.size);
  if (!opened.ok) return undefined;
  const relay = opened.value;
  const decisions: FileDecision[] = pull.description.media.map(() => ({ accept: false }));
  const lines: SendLine[] = [];
  for (const media of pull.wanted) {
    const file = files.get(media.index);
    const span = file === undefined ? undefined : spanOf(media, file.source.sizeOctets);
    if (file === undefined || span === undefined) continue;
    if (!isProtectedFitly(media, { takesProtected: isProtecting(context) })) continue;
    const way = answererWay(media, relay.place(lines.length));
    const uri = ports.msrp.newUri(answeredScheme(way));
    const { transferId } = media;
    lines.push({
      ...{ mediaIndex: media.index, file, uri, way, peer: media, span },
      ...(transferId === undefined ? {} : { transferId }),
    });
    const selector = {
      ...{ name: file.source.name, type: file.type, sizeOctets: file.source.sizeOctets },
      hashes: [{ algorithm: "sha-1", hex: file.hashes.sha1 }],
    };
    decisions[media.index] = {
      accept: true,
      uri,
      relayPath: relayPathOf(way),
      setup: way.role,
      selector,
    };
  }
  const answer = buildFileAnswer(pull.description, decisions, ownSide(context));
  if (lines.length > 0 && answer.ok) return { local: answer.value, lines, relay };
  await relay.close();
  return undefined;
}
