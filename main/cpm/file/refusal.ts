import type { ErrorCode } from "../../../shared/model/client-events.ts";
import type { TransferState } from "../../../shared/model/transfer.ts";
import type { SipFailure } from "../../drachtio/srf.ts";
import { CANNOT_PROTECT } from "./media-security.ts";
import { UNPROTECTED } from "./session-end.ts";

/** Warning text of the 606 to one offer of several: none of its files is wanted, others may be. */
export const NONE_OF_THESE = "none of these files";

/** Warning texts of a 486: earlier offers of the same person ring still; too many came in a short time. */
export const MORE_WAITING = "more offers waiting";
export const TOO_OFTEN = "too many offers in a short time";

/** What a refused or unanswered offer means for the person who sent it. */
export interface Refusal {
  readonly state: Extract<TransferState, "failed" | "declined" | "noanswer" | "cancelled">;
  readonly code: ErrorCode;
  readonly message: string;
  readonly action: string;
}

/**
 * Reads a final response to our INVITE (RFC 3261 §21).
 * @param warnings the texts of Warning headers; OMA's numbers stand inside them (`133 Size exceeded`)
 * @param to the recipient as people write it, for example `bob@b.example`
 */
export function refusalOf(status: number, warnings: readonly string[], to: string): Refusal {
  const told = BY_WARNING.find(
    ([statuses, warning]) =>
      statuses.includes(status) && warnings.some((text) => text.includes(warning)),
  );
  if (told !== undefined) return told[2](to);
  return BY_STATUS.get(status)?.(to) ?? byClass(status, to);
}

type Make = (to: string) => Refusal;

function unknownUser(to: string): Refusal {
  return {
    state: "failed",
    code: "unknown-user",
    message: `No one is registered as ${to}.`,
    action: "Check the address.",
  };
}

function noAnswer(to: string): Refusal {
  return {
    state: "noanswer",
    code: "no-answer",
    message: `${to} did not answer. No file was sent.`,
    action: "Send again.",
  };
}

function busy(to: string): Refusal {
  return {
    state: "noanswer",
    code: "busy",
    message: `${to} is not taking offers right now.`,
    action: "Send again later.",
  };
}

function unanswered(to: string): Refusal {
  return {
    state: "noanswer",
    code: "earlier-unanswered",
    message: `${to} has not answered your earlier offers yet. No file was sent.`,
    action: "Send again when they are answered.",
  };
}

function tooOften(to: string): Refusal {
  return {
    state: "noanswer",
    code: "too-often",
    message: `You have made ${to} many offers in a short time. No file was sent.`,
    action: "Send again in a few seconds.",
  };
}

function declined(to: string): Refusal {
  return {
    state: "declined",
    code: "declined",
    message: `${to} declined. No file was sent.`,
    action: "Nothing to do.",
  };
}

function incompatible(to: string): Refusal {
  return {
    state: "failed",
    code: "incompatible",
    message: `The program of ${to} cannot receive this kind of offer.`,
    action: "Look at the details.",
  };
}

function bare(to: string): Refusal {
  return {
    state: "failed",
    code: "incompatible",
    message: `No protected connection for the files to ${to} could be agreed on. No file was sent.`,
    action: "Look at the details.",
  };
}

/** The other side of the network took the protection away. */
function unprotected(): Refusal {
  return {
    state: "failed",
    code: "not-protected",
    message: "The connection would not be protected as agreed. No file was sent.",
    action: "Look at the details.",
  };
}

function tooLarge(): Refusal {
  return {
    state: "failed",
    code: "too-large",
    message: "A file is larger than the network or the receiver allows. No file was sent.",
    action: "Remove the large file or split it.",
  };
}

function authentication(): Refusal {
  return {
    state: "failed",
    code: "authentication",
    message: "The core did not accept your password.",
    action: "Enter the password again.",
  };
}

/** What the Warning of a response with one of these statuses says more. */
const BY_WARNING: readonly (readonly [statuses: readonly number[], warning: string, make: Make])[] =
  [
    [[606], NONE_OF_THESE, declined],
    [[488], CANNOT_PROTECT, bare],
    [[488], UNPROTECTED.text, unprotected],
    [[486], MORE_WAITING, unanswered],
    [[486], TOO_OFTEN, tooOften],
    [[403, 413], "133 ", tooLarge],
  ];

const BY_STATUS: ReadonlyMap<number, Make> = new Map<number, Make>([
  [401, authentication],
  [403, notAllowed],
  [404, unknownUser],
  [407, authentication],
  [408, noAnswer],
  [410, unknownUser],
  [413, tooLarge],
  [415, incompatible],
  [480, noAnswer],
  [484, unknownUser],
  [486, busy],
  [488, incompatible],
  [503, unavailable],
  [600, busy],
  [603, declined],
  [604, unknownUser],
  [606, incompatible],
]);

function notAllowed(to: string): Refusal {
  return {
    state: "failed",
    code: "not-allowed",
    message: `This network does not let you send files to ${to}.`,
    action: "Look at the details.",
  };
}

function unavailable(): Refusal {
  return {
    state: "failed",
    code: "network",
    message: "The network is overloaded or being maintained. No file was sent.",
    action: "Send again in a while.",
  };
}

function byClass(status: number, to: string): Refusal {
  if (status >= 600) return declined(to);
  if (status >= 500) return unavailable();
  return {
    state: "failed",
    code: "protocol",
    message: `The offer to ${to} was refused (${String(status)}). No file was sent.`,
    action: "Look at the details.",
  };
}

/** 480 before anything rang: the core found no device (RFC 3261 §21.4.18). */
export function offline(to: string): Refusal {
  return {
    state: "noanswer",
    code: "offline",
    message: `${to} is not online. No file was sent.`,
    action: "Send again later.",
  };
}

/** No final response at all. */
export function failureOf(failure: SipFailure): Refusal {
  if (failure.kind === "cancelled")
    return {
      state: "cancelled",
      code: "cancelled",
      message: "The offer was cancelled.",
      action: "Send again.",
    };
  return {
    state: "failed",
    code: "network",
    message: "The network does not answer. No file was sent.",
    action: "Check the connection to the core.",
  };
}
