import { err, ok, type Result } from "../../base/result.ts";
import type { RelayPlace } from "../../msrp/session/session.ts";
import { buildFileAnswer, type FileDecision } from "../../sdp/file-answer.ts";
import { isResumeOffer } from "../../sdp/file-resume.ts";
import type { SessionDescription } from "../../sdp/session-description.ts";
import { OfferRelay } from "../relay/offer-relay.ts";
import type { CheckedOffer, ReceivableFile } from "./incoming-checks.ts";
import { answeredScheme, answererWay, relayPathOf } from "./media-way.ts";
import type { OfferContext } from "./offer-context.ts";
import { ownSide } from "./own-side.ts";
import { isWanted } from "./pull-offer.ts";
import type { AwaitedFile, AwaitedLine } from "./receive-session.ts";
import type { NotGoingOn } from "./resume-warning.ts";

export interface TakenPush {
  readonly local: SessionDescription;
  readonly lines: readonly AwaitedLine[];
  readonly relay: OfferRelay;
}

interface Expectation {
  readonly peer: string;
  readonly callId: string;
  readonly files: readonly { readonly file: AwaitedFile; readonly isHere: boolean }[];
}

/** A line that offers this very file. */
export function isOffered({ media }: ReceivableFile, file: AwaitedFile): boolean {
  const hex = (algorithm: string): string | undefined =>
    file.hashes.find((hash) => hash.algorithm === algorithm)?.hex;
  const [sha1, sha256] = [hex("sha-1"), hex("sha-256")];
  return isWanted(media, {
    ...{ name: file.offeredName, sizeOctets: file.sizeOctets },
    ...(sha1 === undefined ? {} : { sha1 }),
    ...(sha256 === undefined ? {} : { sha256 }),
  });
}

/**
 * The answer to a push offer that goes on with files of ours: the same ranges (RFC 5547 §8.3.1), from where the parts
 * end. Who may learn where that is, is told.
 * @returns with which words it is refused, where there are any
 */
export async function takePush(
  context: OfferContext,
  offer: CheckedOffer,
  expected: Expectation,
): Promise<Result<TakenPush, { readonly why?: NotGoingOn }>> {
  const opened = await OfferRelay.open(context, expected.callId, offer.files.length);
  if (!opened.ok) return err({});
  const relay = opened.value;
  const decisions: FileDecision[] = offer.description.media.map(() => ({ accept: false }));
  const lines: AwaitedLine[] = [];
  let why: NotGoingOn | undefined;
  for (const one of offer.files) {
    const place = relay.place(lines.length);
    const line = await lineFor(context, offer, one, { ...expected, place });
    if (line === undefined) continue;
    if (!line.ok) why ??= line.error;
    else {
      const { mediaIndex, uri, way } = line.value;
      decisions[mediaIndex] = { accept: true, uri, relayPath: relayPathOf(way), setup: way.role };
      lines.push(line.value);
    }
  }
  const answer = buildFileAnswer(offer.description, decisions, ownSide(context));
  if (lines.length > 0 && answer.ok) return ok({ local: answer.value, lines, relay });
  for (const { part } of lines) await part.keep();
  await relay.close();
  return err(why === undefined ? {} : { why });
}

/** undefined where the line is about no file that is awaited, or about one whose part is gone. */
async function lineFor(
  { ports }: OfferContext,
  { ids, description }: CheckedOffer,
  one: ReceivableFile,
  { peer, files, place }: Expectation & { readonly place: RelayPlace | undefined },
): Promise<Result<AwaitedLine, NotGoingOn> | undefined> {
  const known = files.find(({ file }) => isOffered(one, file));
  if (known?.isHere === true) return err({ kind: "received" });
  if (known === undefined) return undefined;
  const { file } = known;
  const found = await ports.files.findPart({
    ...{ peer, conversationId: ids.conversationId, name: file.offeredName },
    ...{ sizeOctets: file.sizeOctets, hashes: file.hashes },
  });
  if (found === undefined) return undefined;
  const fromOctet = (one.media.range?.start ?? 1) - 1;
  // Programs of ours begin where we are; what others send again is taken again.
  const isTooEarly = isResumeOffer(description) && found.durableOctets > fromOctet;
  if (found.durableOctets < fromOctet || isTooEarly)
    return err({ kind: "elsewhere", octets: found.durableOctets });
  const part = await ports.files.resumePart(found.key);
  if (!part.ok) return undefined;
  const { index: mediaIndex, transferId, path: remotePath } = one.media;
  const way = answererWay(one.media, place);
  const uri = ports.msrp.newUri(answeredScheme(way));
  return ok({
    ...{ mediaIndex, file, part: part.value, uri, way, remotePath, fromOctet },
    ...(transferId === undefined ? {} : { transferId }),
  });
}
