import type { TraceRecord } from "../../shared/model/trace-record.ts";
import { FLOW_STEPS, type FlowStep, STEP_CAUSES } from "./flow-step.ts";
import { arrivalOf, compareMoments, type Hop, isBefore, pairHops, startOf } from "./hop.ts";
import {
  findMedia,
  isAddress,
  type MediaMessage,
  mediaStart,
  receiverOf,
  senderOf,
  withClient,
  withClients,
} from "./media-message.ts";
import { findOfferPath, type OfferPath } from "./offer-path.ts";
import { findOffers, type OfferLegs, offerStart } from "./session-leg.ts";
import { findSteps, type Sightings } from "./sighting.ts";

export interface MisplacedStep {
  readonly step: FlowStep;
  /** What it must not precede: a step's name, or a message that is no step, in words. */
  readonly cause: string;
}

/** What a trace shows of one offer. */
export interface FlowReport {
  readonly conversationId: string;
  readonly path: OfferPath;
  /** Messages of this offer, in the order of their first records. */
  readonly hops: readonly Hop[];
  readonly stepsOf: ReadonlyMap<Hop, readonly FlowStep[]>;
  readonly seen: readonly FlowStep[];
  readonly missing: readonly FlowStep[];
  readonly misplaced: readonly MisplacedStep[];
  readonly notApplicable: readonly FlowStep[];
}

/**
 * Recognises the steps of the change request in a trace, one report for each offer. The order that is judged is the
 * causal one: a step is misplaced when it was sent before its cause had arrived, never because of its number.
 */
export function recogniseFlows(records: readonly TraceRecord[]): readonly FlowReport[] {
  const hops = pairHops(records);
  const offers = findOffers(hops).map((legs) => ({ legs, path: findOfferPath(legs) }));
  const mediaOf = assignMedia(findMedia(hops), offers);
  return offers.map((offer) => {
    const media = mediaOf.get(offer) ?? [];
    return reportOf(offer, media, [
      ...media.flatMap(hopsOfMedia),
      ...reportsOf(media, offer.path, hops),
    ]);
  });
}

/** Whether every step that the offer can have is there, each after its cause. */
export function isComplete(report: FlowReport): boolean {
  return report.missing.length === 0 && report.misplaced.length === 0;
}

interface Offer {
  readonly legs: OfferLegs;
  readonly path: OfferPath;
}

/**
 * MSRP headers name no SIP session, so files are given to offers by their ends and by time: to the latest offer between
 * the same clients that had been answered, and not yet ended, when the file began.
 */
function assignMedia(
  media: readonly MediaMessage[],
  offers: readonly Offer[],
): ReadonlyMap<Offer, readonly MediaMessage[]> {
  const assigned = new Map<Offer, MediaMessage[]>();
  for (const found of media) {
    const offer = offerOf(found, offers);
    if (offer === undefined) continue;
    const message = withClients(found, offer.path);
    const messages = assigned.get(offer);
    if (messages === undefined) assigned.set(offer, [message]);
    else messages.push(message);
  }
  return assigned;
}

function offerOf(message: MediaMessage, offers: readonly Offer[]): Offer | undefined {
  const sender = senderOf(message);
  const receiver = receiverOf(message);
  const candidates = offers.filter(
    ({ path }) => couldBe(sender, path.sender) && couldBe(receiver, path.winner),
  );
  if (candidates.length < 2) return candidates[0];
  const start = mediaStart(message);
  const spans = candidates.map((offer) => ({ offer, ...spanOf(offer.legs) }));
  const open = spans.filter(
    ({ answered, ended }) =>
      !isBefore(start, answered) && (ended === undefined || !isBefore(ended, start)),
  );
  const pool = open.length > 0 ? open : spans;
  return pool.toSorted((a, b) => compareMoments(a.answered, b.answered)).at(-1)?.offer;
}

/** From the answer to the first BYE of the session nearest to the sender. */
function spanOf(legs: OfferLegs): {
  readonly answered: ReturnType<typeof startOf>;
  readonly ended: ReturnType<typeof startOf> | undefined;
} {
  const hops = (legs.originating ?? legs.between ?? legs.terminating)?.hops ?? [];
  const answer = hops.find(
    ({ summary: { status = 0, cseq = "" } }) =>
      status >= 200 && status < 300 && cseq.endsWith(" INVITE"),
  );
  const bye = hops.find(({ summary }) => summary.method === "BYE");
  return {
    answered: answer === undefined ? offerStart(legs) : startOf(answer),
    ended: bye === undefined ? undefined : startOf(bye),
  };
}

/** An untraced client is known by addresses alone, one for SIP and another for MSRP. */
function couldBe(found: string | undefined, known: string | undefined): boolean {
  return found === undefined || known === undefined || isAddress(found) || found === known;
}

function reportOf(
  { legs, path }: Offer,
  media: readonly MediaMessage[],
  mediaHops: readonly Hop[],
): FlowReport {
  const sightings = findSteps(legs, path, media);
  const { steps, notApplicable } = sightings;
  const sipHops = [legs.originating, legs.between, legs.terminating].flatMap(
    (leg) => leg?.hops ?? [],
  );
  return {
    conversationId: legs.conversationId,
    path,
    hops: [...sipHops, ...mediaHops].sort((a, b) => compareMoments(startOf(a), startOf(b))),
    stepsOf: stepsByHop(steps),
    seen: FLOW_STEPS.filter((step) => steps.has(step)),
    missing: FLOW_STEPS.filter((step) => !steps.has(step) && !notApplicable.has(step)),
    misplaced: findMisplaced(sightings),
    notApplicable: FLOW_STEPS.filter((step) => notApplicable.has(step)),
  };
}

function hopsOfMedia({ sends, replies }: MediaMessage): readonly Hop[] {
  return [...sends, ...replies];
}

function reportsOf(
  media: readonly MediaMessage[],
  path: OfferPath,
  hops: readonly Hop[],
): readonly Hop[] {
  const ids = new Set(media.map((message) => message.messageId));
  return hops
    .filter(({ summary }) => summary.method === "REPORT" && ids.has(summary.messageId ?? ""))
    .map((hop) => withClient(hop, path));
}

function stepsByHop(
  steps: ReadonlyMap<FlowStep, readonly Hop[]>,
): ReadonlyMap<Hop, readonly FlowStep[]> {
  const byHop = new Map<Hop, FlowStep[]>();
  for (const step of FLOW_STEPS) {
    for (const hop of steps.get(step) ?? []) {
      const names = byHop.get(hop);
      if (names === undefined) byHop.set(hop, [step]);
      else names.push(step);
    }
  }
  return byHop;
}

function findMisplaced({ steps, undrawnCauses }: Sightings): readonly MisplacedStep[] {
  const misplaced: MisplacedStep[] = [];
  for (const step of FLOW_STEPS) {
    const drawn = STEP_CAUSES[step].find((cause) =>
      (steps.get(step) ?? []).some((effect) =>
        (steps.get(cause) ?? []).some((hop) => hop.to === effect.from && precedes(effect, hop)),
      ),
    );
    const undrawn = undrawnCauses.find(
      (cause) => cause.step === step && precedes(cause.effect, cause.cause),
    );
    const cause = drawn ?? undrawn?.title;
    if (cause !== undefined) misplaced.push({ step, cause });
  }
  return misplaced;
}

function precedes(effect: Hop, cause: Hop): boolean {
  return isBefore(startOf(effect), arrivalOf(cause));
}
