import { present } from "../base/present.ts";
import { arrivalOf, compareMoments, type Hop } from "./hop.ts";
import {
  cseqNumber,
  isInitialInvite,
  type OfferLegs,
  roleOf,
  type SessionLeg,
} from "./session-leg.ts";

/** Who plays which part in one offer; absent where the trace does not tell. */
export interface OfferPath {
  readonly sender?: string;
  readonly coreA?: string;
  readonly pfA?: string;
  readonly coreB?: string;
  readonly pfB?: string;
  /** The device that accepted, "client B2" of the change request. */
  readonly winner?: string;
  /** The winner's To tag in the terminating session. */
  readonly winnerTag?: string;
  /** The other devices of the receiver, "client B1", in the order in which they were offered the files. */
  readonly losers: readonly string[];
}

export function findOfferPath({ originating, between, terminating }: OfferLegs): OfferPath {
  const winnerTag = terminating && winnerTagOf(terminating);
  const winner = terminating && winnerOf(terminating, winnerTag);
  return present({
    sender: originating && clientsOf(originating)[0],
    coreA: elementIn(originating, "core") ?? endOf(between, "pf", "core", "to"),
    pfA: elementIn(originating, "pf") ?? endOf(between, "pf", "core", "from"),
    coreB: elementIn(terminating, "core") ?? endOf(between, "core", "pf", "from"),
    pfB: elementIn(terminating, "pf") ?? endOf(between, "core", "pf", "to"),
    winner,
    winnerTag,
    losers: terminating ? clientsOf(terminating).filter((client) => client !== winner) : [],
  });
}

/** A 2xx to the INVITE that began the leg. */
export function isAcceptance({ summary }: Hop, leg: SessionLeg): boolean {
  const { status = 0, cseq } = summary;
  return status >= 200 && status < 300 && cseq === `${leg.inviteCseq} INVITE`;
}

function clientsOf(leg: SessionLeg): readonly string[] {
  const ends = leg.hops.flatMap(({ from, to }) => [from, to]);
  return [...new Set(ends.filter((element) => roleOf(element) === "client"))];
}

function elementIn(leg: SessionLeg | undefined, role: "core" | "pf"): string | undefined {
  const ends = leg?.hops.flatMap(({ from, to }) => [from, to]);
  return ends?.find((element) => roleOf(element) === role);
}

function endOf(
  leg: SessionLeg | undefined,
  fromRole: "core" | "pf",
  toRole: "core" | "pf",
  end: "from" | "to",
): string | undefined {
  const invites = leg?.hops.filter(isInitialInvite);
  return invites?.find(({ from, to }) => roleOf(from) === fromRole && roleOf(to) === toRole)?.[end];
}

/** The first acceptance wins; a later one (two devices in one instant) is ended with a BYE of its own. */
function winnerTagOf(leg: SessionLeg): string | undefined {
  const acceptances = leg.hops.filter((hop) => isAcceptance(hop, leg));
  const fromDevices = acceptances.filter(({ from }) => roleOf(from) === "client");
  const candidates = fromDevices.length > 0 ? fromDevices : acceptances;
  const [first] = candidates.toSorted((a, b) => compareMoments(arrivalOf(a), arrivalOf(b)));
  return first?.summary.toTag;
}

function winnerOf(leg: SessionLeg, winnerTag: string | undefined): string | undefined {
  if (winnerTag === undefined) return undefined;
  const withTag = leg.hops.filter(({ summary }) => summary.toTag === winnerTag);
  return withTag.flatMap(({ from, to }) => [from, to]).find((end) => roleOf(end) === "client");
}

/** Whether this device still rang when another one accepted: only then does the core cancel it (RFC 3261 §16.7 item 10). */
export function wasStillRinging(leg: SessionLeg, device: string): boolean {
  return !leg.hops.some(
    ({ from, summary }) =>
      from === device &&
      cseqNumber(summary.cseq) === leg.inviteCseq &&
      summary.cseq?.endsWith(" INVITE") === true &&
      (summary.status ?? 0) >= 200 &&
      summary.status !== 487,
  );
}
