import type { FlowStep } from "./flow-step.ts";
import { compareMoments, type Hop, startOf } from "./hop.ts";
import {
  firstChunk,
  lastChunk,
  type MediaMessage,
  mediaStart,
  replyToLastChunk,
} from "./media-message.ts";
import { isAcceptance, type OfferPath, wasStillRinging } from "./offer-path.ts";
import {
  cseqNumber,
  isInitialInvite,
  lastCseqNumber,
  type OfferLegs,
  type Role,
  roleOf,
  type SessionLeg,
} from "./session-leg.ts";

/** Which messages are which step of the change request. */
export interface Sightings {
  /** A step that every losing device takes holds one message for each. */
  readonly steps: ReadonlyMap<FlowStep, readonly Hop[]>;
  readonly notApplicable: ReadonlySet<FlowStep>;
  /** Causes that are no steps themselves. */
  readonly undrawnCauses: readonly UndrawnCause[];
}

export interface UndrawnCause {
  readonly step: FlowStep;
  /** The message that must not precede `cause`. */
  readonly effect: Hop;
  readonly cause: Hop;
  readonly title: string;
}

/** Finds the steps of one offer among the messages of its three legs and its files. */
export function findSteps(
  legs: OfferLegs,
  path: OfferPath,
  media: readonly MediaMessage[],
): Sightings {
  const steps = new Map<FlowStep, readonly Hop[]>();
  const put = (names: readonly FlowStep[], hops: readonly Hop[]): void => {
    if (hops.length > 0) for (const name of names) steps.set(name, hops);
  };
  putOffer(put, legs, path);
  putAcceptance(put, legs, path);
  putBye(put, legs, path);
  putMedia(put, path, media);
  const notApplicable = findNotApplicable(legs, path);
  for (const step of notApplicable) steps.delete(step);
  return { steps, notApplicable, undrawnCauses: undrawnCauses(steps, legs, path, media) };
}

type Put = (names: readonly FlowStep[], hops: readonly Hop[]) => void;

function putOffer(
  put: Put,
  { originating, between, terminating }: OfferLegs,
  path: OfferPath,
): void {
  const invites = (leg: SessionLeg | undefined, from: Role, to: Role): readonly Hop[] =>
    leg?.hops.filter(
      (hop) =>
        isInitialInvite(hop) &&
        cseqNumber(hop.summary.cseq) === leg.inviteCseq &&
        hasRoles(hop, from, to),
    ) ?? [];
  put(["O1"], first(invites(originating, "client", "core")));
  put(["O2"], first(invites(originating, "core", "pf")));
  put(["O3"], first(invites(between, "pf", "core")));
  put(["O4", "T1"], first(invites(between, "core", "core")));
  put(["T2"], first(invites(between, "core", "pf")));
  put(["T3"], first(invites(terminating, "pf", "core")));

  const toDevices = invites(terminating, "core", "client");
  const toWinner = first(toDevices.filter(({ to }) => to === path.winner));
  // Figure y draws B1 as the device that loses and B2 as the one that accepts; a lone device is B1 and wins.
  const [loser, ...others] = path.losers;
  const devices = path.winner === undefined ? others : path.losers.slice(1);
  const b1 = loser === undefined ? toWinner : forEach([loser, ...devices], toDevices);
  const isComplete = loser === undefined || b1.length === path.losers.length;
  if (isComplete) put(["T4"], b1);
  put(["T5"], path.winner === undefined ? b1.slice(1) : toWinner);
}

/** One message for each device, in the order of the devices; shorter where one is not there. */
function forEach(devices: readonly string[], hops: readonly Hop[]): readonly Hop[] {
  return devices.flatMap((device) =>
    first(hops.filter(({ to, from }) => to === device || from === device)),
  );
}

function putAcceptance(put: Put, legs: OfferLegs, path: OfferPath): void {
  const { originating, between, terminating } = legs;
  const oks = (leg: SessionLeg | undefined, from: Role, to: Role): readonly Hop[] =>
    first(leg?.hops.filter((hop) => isAcceptance(hop, leg) && hasRoles(hop, from, to)) ?? []);
  const isWinners = ({ summary }: Hop): boolean => summary.toTag === path.winnerTag;
  put(["T6"], winning(terminating, isWinners, "client", "core"));
  put(["T7"], winning(terminating, isWinners, "core", "pf"));
  put(["T8"], oks(between, "pf", "core"));
  put(["T9", "O5"], oks(between, "core", "core"));
  put(["O6"], oks(between, "core", "pf"));
  put(["O7"], oks(originating, "pf", "core"));
  put(["O8"], oks(originating, "core", "client"));

  if (terminating === undefined) return;
  const cancelled = cancelledDevices(terminating, path);
  const cancels = forEach(
    cancelled,
    terminating.hops.filter(
      (hop) => hop.summary.method === "CANCEL" && hasRoles(hop, "core", "client"),
    ),
  );
  const confirmations = forEach(
    cancelled,
    terminating.hops.filter((hop) => isOk(hop, "CANCEL") && hasRoles(hop, "client", "core")),
  );
  if (cancels.length === cancelled.length) put(["T10"], cancels);
  if (confirmations.length === cancelled.length) put(["T11"], confirmations);
}

function winning(
  leg: SessionLeg | undefined,
  isWinners: (hop: Hop) => boolean,
  from: Role,
  to: Role,
): readonly Hop[] {
  return first(
    leg?.hops.filter(
      (hop) => isAcceptance(hop, leg) && isWinners(hop) && hasRoles(hop, from, to),
    ) ?? [],
  );
}

function cancelledDevices(leg: SessionLeg, path: OfferPath): readonly string[] {
  return path.losers.filter((device) => wasStillRinging(leg, device));
}

function putBye(put: Put, { originating, between, terminating }: OfferLegs, path: OfferPath): void {
  const all = (): boolean => true;
  const isWinners = ({ summary }: Hop): boolean =>
    path.winnerTag === undefined || summary.toTag === path.winnerTag;
  const ofOriginating = byes(originating, all);
  const ofBetween = byes(between, all);
  const ofTerminating = byes(terminating, isWinners);
  put(["O13"], ofOriginating.request("client", "core"));
  put(["O14"], ofOriginating.request("core", "pf"));
  put(["O15"], ofBetween.request("pf", "core"));
  put(["O16", "T14"], ofBetween.request("core", "core"));
  put(["T15"], ofBetween.request("core", "pf"));
  put(["T16"], ofTerminating.request("pf", "core"));
  put(["T17"], ofTerminating.request("core", "client"));
  put(["T18"], ofTerminating.answer("client", "core"));
  put(["T19"], ofTerminating.answer("core", "pf"));
  put(["T20"], ofBetween.answer("pf", "core"));
  put(["T21", "O17"], ofBetween.answer("core", "core"));
  put(["O18"], ofBetween.answer("core", "pf"));
  put(["O19"], ofOriginating.answer("pf", "core"));
  put(["O20"], ofOriginating.answer("core", "client"));
}

interface Byes {
  request(from: Role, to: Role): readonly Hop[];
  answer(from: Role, to: Role): readonly Hop[];
}

function byes(leg: SessionLeg | undefined, isOurs: (hop: Hop) => boolean): Byes {
  const hops = leg?.hops.filter(isOurs) ?? [];
  const requests = hops.filter(({ summary }) => summary.method === "BYE");
  const answers = hops.filter((hop) => isOk(hop, "BYE"));
  // A challenged BYE is repeated with a higher number; the last one is the one that went through.
  const cseq = lastCseqNumber([...requests, ...answers]);
  const pick = (from: readonly Hop[], fromRole: Role, toRole: Role): readonly Hop[] =>
    first(
      from.filter(
        (hop) => cseqNumber(hop.summary.cseq) === cseq && hasRoles(hop, fromRole, toRole),
      ),
    );
  return {
    request: (from, to) => pick(requests, from, to),
    answer: (from, to) => pick(answers, from, to),
  };
}

function putMedia(put: Put, path: OfferPath, media: readonly MediaMessage[]): void {
  const { sender, pfA, pfB, winner } = path;
  const between = (from = "", to = ""): readonly Hop[] => {
    const chunks = media.flatMap((message) => firstChunk(message, from, to) ?? []);
    return first(chunks.toSorted((a, b) => compareMoments(startOf(a), startOf(b))));
  };
  put(["O9"], between(sender, pfA));
  put(["O10", "T12"], between(pfA, pfB));
  put(["T13"], between(pfB, winner));

  const last = lastMessage(path, media);
  if (last === undefined || pfA === undefined) return;
  const upstream = pfB === undefined ? undefined : replyToLastChunk(last, pfA, pfB);
  const downstream = sender === undefined ? undefined : replyToLastChunk(last, sender, pfA);
  put(["O11"], upstream === undefined ? [] : [upstream]);
  put(["O12"], downstream === undefined ? [] : [downstream]);
}

/** The file whose last chunk left its sender last; where that hop is not traced, by its first chunk. */
function lastMessage(path: OfferPath, media: readonly MediaMessage[]): MediaMessage | undefined {
  const { sender = "", pfA = "" } = path;
  const endOf = (message: MediaMessage): ReturnType<typeof startOf> => {
    const end = lastChunk(message, sender, pfA);
    return end === undefined ? mediaStart(message) : startOf(end);
  };
  return media.toSorted((a, b) => compareMoments(endOf(a), endOf(b))).at(-1);
}

/** Steps that this offer cannot have: those of a second device, and those between two systems where there is one. */
function findNotApplicable(legs: OfferLegs, path: OfferPath): ReadonlySet<FlowStep> {
  const { terminating } = legs;
  const none = new Set<FlowStep>();
  if (terminating !== undefined && path.winner !== undefined) {
    if (path.losers.length === 0) none.add("T5");
    if (cancelledDevices(terminating, path).length === 0) none.add("T10").add("T11");
  }
  if (path.coreA !== undefined && path.coreA === path.coreB) {
    for (const step of ["O4", "T1", "T9", "O5", "O16", "T14", "T21", "O17"] as const)
      none.add(step);
  }
  return none;
}

function undrawnCauses(
  steps: ReadonlyMap<FlowStep, readonly Hop[]>,
  { terminating }: OfferLegs,
  path: OfferPath,
  media: readonly MediaMessage[],
): readonly UndrawnCause[] {
  const causes: UndrawnCause[] = [];
  for (const effect of steps.get("T10") ?? []) {
    // RFC 3261 §9.1: no CANCEL before a provisional response has come.
    const cause = terminating?.hops.find(
      ({ from, summary: { status = 0, cseq } }) =>
        from === effect.to &&
        status > 99 &&
        status < 200 &&
        cseq === `${terminating.inviteCseq} INVITE`,
    );
    if (cause !== undefined) {
      causes.push({ step: "T10", effect, cause, title: "the device's provisional response" });
    }
  }
  const [effect] = steps.get("O11") ?? [];
  const last = lastMessage(path, media);
  const cause = last && lastChunk(last, path.pfA ?? "", path.pfB ?? "");
  if (effect !== undefined && cause !== undefined) {
    causes.push({ step: "O11", effect, cause, title: "the last chunk of the last file" });
  }
  return causes;
}

function isOk({ summary }: Hop, method: string): boolean {
  const { status = 0, cseq = "" } = summary;
  return status >= 200 && status < 300 && cseq.endsWith(` ${method}`);
}

function hasRoles(hop: Hop, from: Role, to: Role): boolean {
  return roleOf(hop.from) === from && roleOf(hop.to) === to;
}

/** The earliest of several, as a list of at most one. Hops come in the order of their first records. */
function first(hops: readonly Hop[]): readonly Hop[] {
  return hops.slice(0, 1);
}
