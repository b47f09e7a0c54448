import type { InviteOutcome } from "../../drachtio/srf.ts";
import { type FileAnswer, readFileAnswer } from "../../sdp/file-answer.ts";
import { buildFileOffer } from "../../sdp/file-offer.ts";
import type { SessionDescription } from "../../sdp/session-description.ts";
import { isAboutProtection, readSdpBody } from "../body/sdp-body.ts";
import { sipReason } from "../headers.ts";
import { newCallId, newTransferId } from "../ids.ts";
import { OfferRelay } from "../relay/offer-relay.ts";
import { isOurProduct } from "../user-agent.ts";
import { inviteAgain, type OnStop } from "./again-invite.ts";
import { offeredScheme } from "./media-security.ts";
import { offererWay } from "./media-way.ts";
import type { OfferContext } from "./offer-context.ts";
import type { PreparedFile } from "./outgoing-files.ts";
import type { SessionStart } from "./outgoing-transfer.ts";
import { ownSide } from "./own-side.ts";
import { offerPlainly } from "./plain-offer.ts";
import { failureOf, refusalOf } from "./refusal.ts";
import { type NotGoingOn, readNotGoingOn } from "./resume-warning.ts";

export interface ResumePush {
  readonly to: string;
  /** The device that has taken the file, where it is known: no other one gets the rest. */
  readonly instanceId: string | undefined;
  readonly conversationId: string;
  readonly file: PreparedFile;
  /** Octets that the receiver has, as far as we know. */
  readonly octets: number;
  readonly onStop: OnStop;
}

export type PushEnd =
  | { readonly kind: "answered"; readonly start: SessionStart }
  /** The receiver has the whole file. */
  | { readonly kind: "received"; readonly isProven: boolean }
  | { readonly kind: "stopped" | "paused" }
  /** The answer would take away the protection that was offered. */
  | { readonly kind: "unprotected" }
  | { readonly kind: "failed"; readonly reason: string };

/** The receiver says once where it stands; it may have to say it again when it moved meanwhile. */
const MAX_OFFERS = 3;

interface Offered {
  readonly relay: OfferRelay;
  readonly outcome: InviteOutcome;
  readonly local: SessionDescription;
  readonly own: Pick<PreparedFile, "uri" | "transferId">;
  readonly callId: string;
}

/** Offers the rest of a file as a new transfer in the same conversation (RFC 5547 §8.2.1 with file-range). */
export async function pushAgain(
  context: OfferContext,
  push: ResumePush,
): Promise<{ readonly end: PushEnd; readonly isPeerOurs: boolean }> {
  let { octets } = push;
  let isPeerOurs = false;
  for (let offers = 0; offers < MAX_OFFERS; offers += 1) {
    const offered = await offer(context, push, octets);
    if (offered === undefined) break;
    const { outcome } = offered;
    if (outcome.kind === "failed")
      return { end: failed(failureOf(outcome.failure).message), isPeerOurs };
    isPeerOurs = isOurProduct(outcome.response.headers.get("User-Agent"));
    if (outcome.kind === "answered")
      return { end: await readAnswer(context, push, offered, outcome), isPeerOurs };
    const why = readNotGoingOn(outcome.response);
    if (why?.kind !== "elsewhere" || why.octets === octets)
      return {
        end: readRefusal(why, { isPeerOurs, to: push.to }, outcome.response.status),
        isPeerOurs,
      };
    octets = Math.min(why.octets, push.file.source.sizeOctets);
  }
  return { end: failed("The rest of the file could not be offered."), isPeerOurs };
}

function failed(reason: string): PushEnd {
  return { kind: "failed", reason };
}

function readRefusal(
  why: NotGoingOn | undefined,
  { isPeerOurs, to }: { readonly isPeerOurs: boolean; readonly to: string },
  status: number,
): PushEnd {
  if (why?.kind === "received") return { kind: "received", isProven: isPeerOurs };
  if (why?.kind === "paused" || why?.kind === "stopped") return { kind: why.kind };
  return { kind: "failed", reason: refusalText(status, to) };
}

/** undefined where our relay cannot be used. */
async function offer(
  context: OfferContext,
  { to, instanceId, conversationId, file, onStop }: ResumePush,
  octets: number,
): Promise<Offered | undefined> {
  const { ports } = context;
  const callId = newCallId(ports.random);
  const opened = await OfferRelay.open(context, callId, 1);
  if (!opened.ok) return undefined;
  const relay = opened.value;
  const { source, hashes, type } = file;
  const own = {
    uri: ports.msrp.newUri(offeredScheme(context)),
    transferId: newTransferId(ports.random),
  };
  const local = buildFileOffer({
    ...{ ...ownSide(context), setup: "actpass" },
    isResume: true,
    files: [
      {
        ...own,
        relayPath: relay.place(0)?.usePath ?? [],
        selector: {
          ...{ name: source.name, type, sizeOctets: source.sizeOctets },
          hashes: [{ algorithm: "sha-1", hex: hashes.sha1 }],
        },
        range: { start: octets + 1, stop: source.sizeOctets },
        disposition: "attachment",
        dates: { modificationMs: source.modifiedMs },
      },
    ],
  });
  const outcome = await inviteAgain(context, {
    ...{ to, instanceId, conversationId, callId, local, onStop },
  });
  if (outcome.kind !== "answered") await relay.close();
  return { relay, outcome, local, own, callId };
}

async function readAnswer(
  context: OfferContext,
  { file }: ResumePush,
  offered: Offered,
  { response, dialog }: Extract<InviteOutcome, { readonly kind: "answered" }>,
): Promise<PushEnd> {
  const { own, callId, relay } = offered;
  const body = readSdpBody(response);
  const first = body.ok ? readFileAnswer(offered.local, body.value.description) : body;
  const { answers, local } = await offerPlainly(context, dialog, {
    ...{ local: offered.local, answers: first.ok ? first.value : [], hasRelay: relay.isUsed },
  });
  const [answer] = answers;
  if (answer?.isAccepted !== true) {
    void dialog.bye([{ name: "Reason", value: sipReason(488, "Answer not usable") }]);
    await relay.close();
    if (!first.ok && isAboutProtection(first.error)) return { kind: "unprotected" };
    return { kind: "failed", reason: "The receiver's program did not take the rest of the file." };
  }
  const way = offererWay(answer, relay.place(0));
  const span = spanOfAnswer(answer, file.source.sizeOctets);
  return {
    kind: "answered",
    start: {
      ...{ dialog, local, relay, connectionGroup: callId },
      isPeerOurs: isOurProduct(response.headers.get("User-Agent")),
      lines: [{ mediaIndex: 0, file, ...own, way, peer: answer, span }],
    },
  };
}

/** Programs that know whole files only say nothing of the range, or that they take it from 1 on. */
function spanOfAnswer(
  { range }: Extract<FileAnswer, { readonly isAccepted: true }>,
  sizeOctets: number,
): { readonly from: number; readonly to: number } {
  const from = Math.min((range?.start ?? 1) - 1, sizeOctets);
  return { from, to: sizeOctets };
}

function refusalText(status: number, to: string): string {
  return refusalOf(status, [], to.slice(to.indexOf(":") + 1)).message;
}
