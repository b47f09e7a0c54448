import { present } from "../base/present.ts";
import { compareMoments, type Hop, startOf } from "./hop.ts";

export type Role = "client" | "core" | "pf";

/** An element's part in the change request, told by its name: `core-*`, `pf-*`, everything else is a client. */
export function roleOf(element: string): Role {
  if (element === "core" || element.startsWith("core-")) return "core";
  return element === "pf" || element.startsWith("pf-") ? "pf" : "client";
}

/** Which of the three SIP sessions of a transfer: client A's, the one between the systems, client B's. */
export type LegKind = "originating" | "between" | "terminating";

/** All SIP messages with one Call-ID. A Participating Function is a B2BUA: it ends one leg and begins the next. */
export interface SessionLeg {
  readonly kind: LegKind;
  readonly callId: string;
  readonly conversationId: string;
  /** In the order of their first records. */
  readonly hops: readonly Hop[];
  /** CSeq number of the INVITE that went through; earlier ones were challenged (RFC 3261 §22.2). */
  readonly inviteCseq: string;
}

/** The three legs of one offer, as far as the trace shows them. */
export interface OfferLegs {
  readonly conversationId: string;
  readonly originating?: SessionLeg;
  readonly between?: SessionLeg;
  readonly terminating?: SessionLeg;
}

/** An INVITE outside a dialog: a re-INVITE carries a To tag (RFC 3261 §12.2.1.1). */
export function isInitialInvite({ summary }: Hop): boolean {
  return summary.method === "INVITE" && summary.toTag === undefined;
}

/** The legs of every offer in a trace, offers in order of time. */
export function findOffers(hops: readonly Hop[]): readonly OfferLegs[] {
  const legsByConversation = new Map<string, SessionLeg[]>();
  for (const leg of findLegs(hops)) {
    const legs = legsByConversation.get(leg.conversationId);
    if (legs === undefined) legsByConversation.set(leg.conversationId, [leg]);
    else legs.push(leg);
  }
  return [...legsByConversation.values()]
    .flatMap((legs) => joinLegs(legs))
    .sort((a, b) => compareMoments(offerStart(a), offerStart(b)));
}

function findLegs(hops: readonly Hop[]): readonly SessionLeg[] {
  const hopsByCallId = new Map<string, Hop[]>();
  for (const hop of hops) {
    const { callId } = hop.summary;
    if (hop.proto !== "sip" || callId === undefined) continue;
    const group = hopsByCallId.get(callId);
    if (group === undefined) hopsByCallId.set(callId, [hop]);
    else group.push(hop);
  }
  return [...hopsByCallId].flatMap(([callId, group]) => toLeg(callId, group));
}

function toLeg(callId: string, hops: readonly Hop[]): readonly SessionLeg[] {
  const invites = hops.filter(isInitialInvite);
  const conversationId = invites.find((hop) => hop.summary.conversationId !== undefined)?.summary
    .conversationId;
  if (conversationId === undefined) return [];
  const inviteCseq = lastCseqNumber(invites);
  return [{ kind: kindOf(hops, invites), callId, conversationId, hops, inviteCseq }];
}

function kindOf(hops: readonly Hop[], invites: readonly Hop[]): LegKind {
  const hasClient = hops.some(
    ({ from, to }) => roleOf(from) === "client" || roleOf(to) === "client",
  );
  if (!hasClient) return "between";
  const leavesClient = invites.some(
    ({ from, to }) => roleOf(from) === "client" || roleOf(to) === "pf",
  );
  return leavesClient ? "originating" : "terminating";
}

/** The highest CSeq number among requests of one method: the attempt that the others led to. */
export function lastCseqNumber(hops: readonly Hop[]): string {
  let last = "";
  for (const { summary } of hops) {
    const number = cseqNumber(summary.cseq);
    if (number.length > last.length || (number.length === last.length && number > last))
      last = number;
  }
  return last;
}

/** `314159` of `314159 INVITE`. */
export function cseqNumber(cseq: string | undefined): string {
  return cseq?.split(" ", 1)[0] ?? "";
}

/**
 * One conversation may hold several offers, one after the other. Each later leg belongs to the latest offer that had
 * begun when it began; where the trace is out of order, to the first.
 */
function joinLegs(legs: readonly SessionLeg[]): readonly OfferLegs[] {
  const ofKind = (kind: LegKind): readonly SessionLeg[] => legs.filter((leg) => leg.kind === kind);
  const anchors = [ofKind("originating"), ofKind("between"), ofKind("terminating")].find(
    (group) => group.length > 0,
  );
  if (anchors === undefined) return [];
  const offers = anchors.map((anchor) => ({ anchor, legs: new Map([[anchor.kind, anchor]]) }));
  for (const leg of legs) {
    if (anchors.includes(leg)) continue;
    const started = offers.filter(
      ({ anchor }) => compareMoments(legStart(anchor), legStart(leg)) <= 0,
    );
    // Of several attempts on one leg the last one counts: earlier ones failed and were tried elsewhere.
    (started.at(-1) ?? offers[0])?.legs.set(leg.kind, leg);
  }
  return offers.map(({ anchor, legs: found }) => toOffer(anchor.conversationId, found));
}

function toOffer(conversationId: string, legs: ReadonlyMap<LegKind, SessionLeg>): OfferLegs {
  return present({
    conversationId,
    originating: legs.get("originating"),
    between: legs.get("between"),
    terminating: legs.get("terminating"),
  });
}

function legStart(leg: SessionLeg): ReturnType<typeof startOf> {
  const [first] = leg.hops;
  if (first === undefined) throw new Error("a leg holds at least its INVITE");
  return startOf(first);
}

/** When the first message of an offer was seen. */
export function offerStart(offer: OfferLegs): ReturnType<typeof startOf> {
  const first = offer.originating ?? offer.between ?? offer.terminating;
  if (first === undefined) throw new Error("an offer has at least one leg");
  return legStart(first);
}
