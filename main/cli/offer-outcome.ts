import type { ClientEvents } from "../../shared/model/client-events.ts";
import type { OfferView } from "../../shared/model/offer.ts";
import type { NamedEvent } from "../compose/client-events.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";

/** What one offer has come to so far; ended as soon as `exit` is there. */
export interface OfferOutcome {
  readonly offer: OfferView;
  readonly accepted: readonly number[];
  readonly declined: readonly number[];
  /** Indexes of files that are proven to be stored with the right hash. */
  readonly verified: readonly number[];
  readonly complete: readonly number[];
  /** Where received files lie, by index. */
  readonly paths: ReadonlyMap<number, string>;
  readonly hasDamage: boolean;
  readonly isMissed: boolean;
  /** Status of a refusal as a whole, where there was one. */
  readonly status?: number;
  /** Name of the state it ended in, for `--expect` and for people. */
  readonly end?: string;
  readonly exit?: ExitCode;
}

export function beginOutcome(offer: OfferView): OfferOutcome {
  return {
    offer,
    ...{ accepted: [], declined: [], verified: [], complete: [] },
    ...{ paths: new Map(), hasDamage: false, isMissed: false },
  };
}

/** The outcome after one more event; events of other offers change nothing. */
export function nextOutcome(outcome: OfferOutcome, event: NamedEvent): OfferOutcome {
  if (outcome.exit !== undefined || !("id" in event) || event.id !== outcome.offer.id)
    return outcome;
  switch (event.event) {
    case "answered":
      return {
        ...outcome,
        accepted: [...outcome.accepted, ...event.accepted],
        declined: [...outcome.declined, ...event.declined],
      };
    case "more": {
      const { offer } = outcome;
      return { ...outcome, offer: { ...offer, files: [...offer.files, ...event.files] } };
    }
    case "declined":
      return { ...outcome, status: event.status };
    case "missed":
      return { ...outcome, isMissed: true };
    case "file":
      return withFile(outcome, event);
    case "elsewhere":
      return { ...outcome, end: "elsewhere", exit: EXIT.elsewhere };
    case "transfer":
      return { ...outcome, end: event.state, exit: exitOf(outcome, event.state) };
    default:
      return outcome;
  }
}

function withFile(outcome: OfferOutcome, event: ClientEvents["file"]): OfferOutcome {
  const { index, state, verified, path } = event;
  if (state === "complete") {
    return {
      ...outcome,
      complete: [...outcome.complete, index],
      paths: path === undefined ? outcome.paths : new Map([...outcome.paths, [index, path]]),
      verified: verified === true ? [...outcome.verified, index] : outcome.verified,
    };
  }
  const isDamage = state === "failed" && verified === false;
  return isDamage ? { ...outcome, hasDamage: true } : outcome;
}

function exitOf(outcome: OfferOutcome, state: ClientEvents["transfer"]["state"]): ExitCode {
  switch (state) {
    case "verified":
    case "confirmed":
      return outcome.declined.length > 0 ? EXIT.partly : EXIT.done;
    case "partly":
      return outcome.hasDamage ? EXIT.verificationFailed : EXIT.partly;
    case "failed":
      return outcome.hasDamage ? EXIT.verificationFailed : exitOfStatus(outcome.status);
    case "declined":
    case "noanswer":
      return exitOfRefusal(outcome, state);
    default:
      return outcome.isMissed ? EXIT.noAnswer : EXIT.interrupted;
  }
}

function exitOfRefusal({ offer, status }: OfferOutcome, state: "declined" | "noanswer"): ExitCode {
  // What this device refused was declined here, whatever status told the other side.
  const isOurs = offer.direction === "incoming" || status === undefined;
  if (isOurs) return state === "declined" ? EXIT.declined : EXIT.noAnswer;
  return exitOfStatus(status);
}

/** Refusals of an offer as a whole, by SIP status. */
export function exitOfStatus(status: number | undefined): ExitCode {
  switch (status) {
    case 603:
    case 488:
    case 606:
    case 415:
      return EXIT.declined;
    case 408:
    case 480:
    case 486:
    case 487:
    case 600:
      return EXIT.noAnswer;
    default:
      return EXIT.network;
  }
}

export type Expectation =
  | { readonly kind: "accepted" | "verified"; readonly count: number }
  | { readonly kind: "declined" | "noanswer" };

/** Reads `accepted:N`, `verified:N`, `declined` or `noanswer`. */
export function parseExpectation(text: string): Expectation | undefined {
  if (text === "declined" || text === "noanswer") return { kind: text };
  const match = /^(accepted|verified):(\d{1,6})$/.exec(text);
  if (match === null) return undefined;
  const kind = match[1] === "accepted" ? "accepted" : "verified";
  return { kind, count: Number(match[2]) };
}

/** Whether an ended offer is what `--expect` named. */
export function holds(expectation: Expectation, outcome: OfferOutcome): boolean {
  switch (expectation.kind) {
    case "accepted":
      return outcome.accepted.length === expectation.count;
    case "verified":
      return outcome.verified.length === expectation.count;
    case "declined":
      return outcome.exit === EXIT.declined;
    case "noanswer":
      return outcome.exit === EXIT.noAnswer;
  }
}
