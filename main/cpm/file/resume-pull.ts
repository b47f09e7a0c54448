import type { FoundPart } from "../../base/files.ts";
import type { MsrpUri } from "../../base/msrp-uri.ts";
import type { InviteOutcome, SrfDialog } from "../../drachtio/srf.ts";
import type { RelayPlace } from "../../msrp/session/session.ts";
import { type FileAnswer, readFileAnswer } from "../../sdp/file-answer.ts";
import { buildFileOffer, type OfferedFile } from "../../sdp/file-offer.ts";
import type { SessionDescription } from "../../sdp/session-description.ts";
import type { SipResponse } from "../../sip/message/message.ts";
import { isAboutProtection, readSdpBody } from "../body/sdp-body.ts";
import { sipReason } from "../headers.ts";
import { newCallId, newTransferId } from "../ids.ts";
import { OfferRelay } from "../relay/offer-relay.ts";
import { isOurProduct } from "../user-agent.ts";
import { inviteAgain, type OnStop } from "./again-invite.ts";
import { reachesEnd } from "./incoming-checks.ts";
import { offeredScheme } from "./media-security.ts";
import { activeWay } from "./media-way.ts";
import type { OfferContext } from "./offer-context.ts";
import type { Interrupted } from "./outcome.ts";
import { ownSide } from "./own-side.ts";
import { offerPlainly } from "./plain-offer.ts";
import type { AwaitedFile, AwaitedLine } from "./receive-session.ts";
import { readNotGoingOn } from "./resume-warning.ts";
import { USER_STOPPED } from "./session-end.ts";

export interface ResumePull {
  readonly to: string;
  readonly conversationId: string;
  readonly files: readonly PulledFile[];
  readonly onStop: OnStop;
  /** The user wants no more: the sender is told inside the session, which then is at its end. */
  readonly isOnlyToStop?: boolean;
}

/** A file and what of it is here. */
export interface PulledFile {
  readonly file: AwaitedFile;
  readonly found: FoundPart;
}

/** Nothing is to be asked for. An empty file says nothing of whether it was sent: its sender is asked, so that both know. */
export function isWhole({ file: { sizeOctets }, found }: PulledFile): boolean {
  return sizeOctets > 0 && found.durableOctets >= sizeOctets;
}

export type PullEnd =
  | {
      readonly kind: "answered";
      readonly dialog: SrfDialog;
      readonly local: SessionDescription;
      readonly connectionGroup: string;
      readonly lines: readonly AwaitedLine[];
      readonly isPeerOurs: boolean;
      readonly relay: OfferRelay;
    }
  /** The sender's user has paused or ended it, or has another file now. */
  | { readonly kind: "paused" | "stopped" | "changed" }
  /** The sender gives it to another device of this user. */
  | { readonly kind: "other-device" }
  /** The answer would take away the protection that was offered. */
  | { readonly kind: "failed" | "unprotected" };

type Asked = PulledFile & {
  readonly uri: MsrpUri;
  readonly transferId: string;
  readonly place: RelayPlace | undefined;
};

/**
 * Asks for the rest of files as a new transfer in the same conversation (RFC 5547 §8.2.2 with file-range). We
 * connect, for the part on disk is opened when somebody has said that it is of use.
 */
export async function pullAgain(context: OfferContext, pull: ResumePull): Promise<PullEnd> {
  const { ports } = context;
  const callId = newCallId(ports.random);
  const relay = await OfferRelay.open(context, callId, pull.files.length);
  if (!relay.ok) return { kind: "failed" };
  const asked: readonly Asked[] = pull.files.map((one, nth) => ({
    ...{
      ...one,
      uri: ports.msrp.newUri(offeredScheme(context)),
      transferId: newTransferId(ports.random),
    },
    place: relay.value.place(nth),
  }));
  const local = buildFileOffer({
    ...{ ...ownSide(context), setup: "active" },
    ...{ direction: "recvonly", files: asked.map(offeredFile) },
  });
  const { to, conversationId, onStop } = pull;
  const outcome = await inviteAgain(context, { to, conversationId, callId, local, onStop });
  if (outcome.kind === "answered" && pull.isOnlyToStop !== true)
    return answered(context, { local, asked, callId, relay: relay.value }, outcome);
  await relay.value.close();
  if (outcome.kind === "answered") {
    const { cause, text } = USER_STOPPED;
    await outcome.dialog.bye([{ name: "Reason", value: sipReason(cause, text) }]);
    return { kind: "failed" };
  }
  return outcome.kind === "refused" ? readRefusal(outcome.response) : { kind: "failed" };
}

/** The sender waits for us: it hears, if it can be reached, that the user wants no more. */
export async function tellStopped(
  context: OfferContext,
  { peer: to, conversationId }: { readonly peer: string; readonly conversationId: string },
  open: readonly { readonly file: AwaitedFile; readonly pending: Interrupted }[],
): Promise<void> {
  const files = open.map(({ file, pending }) => ({
    file,
    found: { key: "", durableOctets: pending.resumable?.octets ?? 0 },
  }));
  if (files.length === 0) return;
  await pullAgain(context, {
    ...{ to, conversationId, files, isOnlyToStop: true },
    onStop: () => () => undefined,
  });
}

function readRefusal(response: SipResponse): PullEnd {
  const why = readNotGoingOn(response);
  switch (why?.kind) {
    case "paused":
    case "stopped":
    case "changed":
    case "other-device":
      return { kind: why.kind };
    default:
      return { kind: "failed" };
  }
}

function offeredFile({ file, found, uri, transferId, place }: Asked): OfferedFile {
  const { offeredName: name, sizeOctets, hashes } = file;
  return {
    ...{ uri, transferId, selector: { name, sizeOctets, hashes } },
    relayPath: place?.usePath ?? [],
    range: { start: found.durableOctets + 1, stop: sizeOctets },
  };
}

async function answered(
  context: OfferContext,
  sent: {
    readonly local: SessionDescription;
    readonly asked: readonly Asked[];
    readonly callId: string;
    readonly relay: OfferRelay;
  },
  { dialog, response }: Extract<InviteOutcome, { readonly kind: "answered" }>,
): Promise<PullEnd> {
  const { asked, callId, relay } = sent;
  const body = readSdpBody(response);
  const first = body.ok ? readFileAnswer(sent.local, body.value.description) : body;
  const { answers, local } = await offerPlainly(context, dialog, {
    ...{ local: sent.local, answers: first.ok ? first.value : [], hasRelay: relay.isUsed },
  });
  const lines: AwaitedLine[] = [];
  for (const answer of answers) {
    const one = asked[answer.index];
    if (one === undefined || !answer.isAccepted) continue;
    const line = await lineOf(context, one, answer);
    if (line !== undefined) lines.push(line);
  }
  const isPeerOurs = isOurProduct(response.headers.get("User-Agent"));
  if (lines.length > 0)
    return {
      ...{ kind: "answered", dialog, local, connectionGroup: callId, lines, isPeerOurs, relay },
    };
  await relay.close();
  void dialog.bye([{ name: "Reason", value: sipReason(488, "Answer not usable") }]);
  return { kind: !first.ok && isAboutProtection(first.error) ? "unprotected" : "failed" };
}

/**
 * Programs that know whole files only say nothing of the range, or that it begins at 1; then everything comes again. A
 * range that would leave a gap, or end before the file does, is of no use.
 */
async function lineOf(
  { ports }: OfferContext,
  { file, found, uri, transferId, place }: Asked,
  answer: Extract<FileAnswer, { readonly isAccepted: true }>,
): Promise<AwaitedLine | undefined> {
  if (!reachesEnd(answer.range, file.sizeOctets)) return undefined;
  const fromOctet = (answer.range?.start ?? 1) - 1;
  if (fromOctet > found.durableOctets) return undefined;
  const part = await ports.files.resumePart(found.key);
  if (!part.ok) return undefined;
  return {
    ...{ mediaIndex: answer.index, file, part: part.value, uri, transferId, fromOctet },
    ...{ way: activeWay(answer, place), remotePath: answer.path },
  };
}
