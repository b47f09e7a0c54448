import type { ErrorCode } from "../../../shared/model/client-events.ts";
import { assertNever } from "../../base/protocol-error.ts";
import type { SipCause } from "../sip-cause.ts";
import { endOutcome } from "./session-end.ts";

/**
 * The life of an offer on a device that is asked, from the first ring to the end (UX states of an incoming offer).
 * `preparing`: accepted by the user, room is being made on disk, no 200 sent yet. `answering`: 200 sent, no ACK yet.
 */
export type IncomingState =
  | { readonly name: "ringing" }
  /** `wish`: of the user, who cannot leave before there is something to leave. */
  | { readonly name: "preparing"; readonly wish?: "pause" }
  /** `wish`: of the user, who cannot leave before the ACK (RFC 3261 §15). */
  | { readonly name: "answering"; readonly wish?: "cancel" | "pause" }
  | { readonly name: "receiving"; readonly hasOctets: boolean; readonly isCancelled: boolean }
  | { readonly name: "ended" };

export type IncomingEvent =
  /** `isGoingOn`: none of these files, but files of the offers that follow (docs/decisions/0007). */
  | {
      readonly name: "accept";
      readonly files: readonly number[];
      readonly isGoingOn?: boolean;
    }
  | { readonly name: "decline"; readonly where: "here" | "everywhere" }
  /** The user ends the offer, ringing or running. */
  | { readonly name: "cancel" }
  /** The device goes away: as `cancel`, but nobody has declined. */
  | { readonly name: "shut-down" }
  /** The user wants to go on later. */
  | { readonly name: "pause" }
  /** Not later, but now. */
  | { readonly name: "resume" }
  /** The disk is full. */
  | { readonly name: "full" }
  | { readonly name: "ring-timeout" }
  /** CANCEL: the stack has answered 200 and 487. `isOnlyDevice`: no other device of this user is registered. */
  | {
      readonly name: "cancelled";
      readonly cause: SipCause | undefined;
      readonly isOnlyDevice: boolean;
    }
  /** Room was made for at least one file. */
  | { readonly name: "prepared" }
  | { readonly name: "not-prepared"; readonly isSpace: boolean }
  | { readonly name: "acknowledged" }
  | { readonly name: "not-acknowledged" }
  | { readonly name: "octets" }
  /** BYE of the other side. */
  | { readonly name: "bye"; readonly cause: SipCause | undefined; readonly isOnlyDevice: boolean }
  | { readonly name: "lost" }
  /** Every accepted file has an outcome. */
  | { readonly name: "settled" };

/** `full`: paused until the disk has room again. */
export type LeaveReason = "paused" | "full" | "stopped";
export const PAUSED_BY = { paused: "us", full: "space", stopped: undefined } as const;

export type IncomingEffect =
  | { readonly do: "stop-ringing" }
  | { readonly do: "prepare"; readonly files: readonly number[] }
  | { readonly do: "answer" }
  | { readonly do: "refuse"; readonly status: number }
  | { readonly do: "receive" }
  /**
   * Ends what is being received; what is complete stays. `isGraceful`: octets under way may still arrive. `isQuiet`:
   * another device has the offer, so nobody is told of each file.
   */
  | {
      readonly do: "stop-files";
      readonly reason: string;
      readonly code: ErrorCode;
      readonly isGraceful: boolean;
      readonly isQuiet: boolean;
    }
  | { readonly do: "bye"; readonly cause?: number }
  /** Ends the session; what is here stays, to go on with. */
  | { readonly do: "leave"; readonly why: LeaveReason }
  | {
      readonly do: "tell-elsewhere";
      readonly reason: "accepted" | "declined";
      readonly device?: string;
      readonly isLostRace: boolean;
    }
  | {
      readonly do: "tell-cancelled";
      readonly by: "us" | "peer" | "unknown";
      readonly reason: string;
    }
  | { readonly do: "tell-missed" }
  | { readonly do: "tell-declined"; readonly status: number }
  | { readonly do: "tell-failed"; readonly code: ErrorCode; readonly message: string }
  /** Nothing follows. `outcome`: the offer's last state; `files`: summed up from the files. */
  | {
      readonly do: "end";
      readonly outcome: "elsewhere" | "cancelled" | "missed" | "declined" | "failed" | "files";
    };

export interface IncomingStep {
  readonly state: IncomingState;
  readonly effects: readonly IncomingEffect[];
}

export const RINGING: IncomingState = { name: "ringing" };
const ENDED: IncomingState = { name: "ended" };

/** Declined on this device only: others go on ringing (RFC 3261 §21.4.24). */
const BUSY_HERE = 486;
const TEMPORARILY_UNAVAILABLE = 480;
const DECLINE = 603;
const NOT_ACCEPTABLE = 606;
const FORBIDDEN = 403;
const SERVER_ERROR = 500;

/** What happens next. Events that a state does not know leave it untouched: they lost a race. */
export function stepIncoming(state: IncomingState, event: IncomingEvent): IncomingStep {
  switch (state.name) {
    case "ringing":
      return ringing(state, event);
    case "preparing":
      return preparing(state, event);
    case "answering":
      return answering(state.wish, event);
    case "receiving":
      return receiving(state, event);
    case "ended":
      return stay(state);
    default:
      return assertNever(state, "incoming offer state");
  }
}

function stay(state: IncomingState): IncomingStep {
  return { state, effects: [] };
}

function ringing(state: IncomingState, event: IncomingEvent): IncomingStep {
  switch (event.name) {
    case "accept":
      // RFC 5547 leaves open how all files are refused; CPM refuses the request (docs/flows.md).
      return event.files.length === 0
        ? declined(event.isGoingOn === true ? NOT_ACCEPTABLE : BUSY_HERE)
        : {
            state: { name: "preparing" },
            effects: [{ do: "stop-ringing" }, { do: "prepare", files: event.files }],
          };
    case "decline":
      return declined(event.where === "everywhere" ? DECLINE : BUSY_HERE);
    case "cancel":
      return declined(BUSY_HERE);
    case "shut-down":
      return shutDown();
    case "ring-timeout":
      return {
        state: ENDED,
        effects: [
          { do: "refuse", status: TEMPORARILY_UNAVAILABLE },
          { do: "tell-missed" },
          { do: "end", outcome: "missed" },
        ],
      };
    case "cancelled":
      return {
        state: ENDED,
        effects: [{ do: "stop-ringing" }, ...cancelEffects(event.cause, event.isOnlyDevice)],
      };
    default:
      return stay(state);
  }
}

function shutDown(): IncomingStep {
  return {
    state: ENDED,
    effects: [
      { do: "stop-ringing" },
      { do: "refuse", status: TEMPORARILY_UNAVAILABLE },
      ...cancelled("us", "This device was stopped."),
    ],
  };
}

function declined(status: number): IncomingStep {
  return {
    state: ENDED,
    effects: [
      { do: "stop-ringing" },
      { do: "refuse", status },
      { do: "tell-declined", status },
      { do: "end", outcome: "declined" },
    ],
  };
}

/**
 * What a CANCEL means, by its Reason. The device may only speak of a missed or cancelled offer when it can rule out
 * that another device of the user has answered.
 */
function cancelEffects(
  cause: SipCause | undefined,
  isOnlyDevice: boolean,
  isLostRace = false,
): readonly IncomingEffect[] {
  const device = cause?.device === undefined ? {} : { device: cause.device };
  switch (cause?.cause) {
    case 200:
      return [
        { do: "tell-elsewhere", reason: "accepted", ...device, isLostRace },
        { do: "end", outcome: "elsewhere" },
      ];
    case 600:
    case 603:
      return [
        { do: "tell-elsewhere", reason: "declined", ...device, isLostRace },
        { do: "end", outcome: "elsewhere" },
      ];
    case 408:
      return [{ do: "tell-missed" }, { do: "end", outcome: "missed" }];
    case 487:
      return cancelled("peer", "The sender cancelled the offer.");
    default:
      return isOnlyDevice
        ? cancelled("peer", "The sender cancelled the offer.")
        : cancelled("unknown", "The offer is no longer ringing.");
  }
}

function cancelled(by: "us" | "peer" | "unknown", reason: string): readonly IncomingEffect[] {
  return [
    { do: "tell-cancelled", by, reason },
    { do: "end", outcome: "cancelled" },
  ];
}

function preparing(
  state: Extract<IncomingState, { readonly name: "preparing" }>,
  event: IncomingEvent,
): IncomingStep {
  const drop: IncomingEffect = {
    do: "stop-files",
    reason: "The offer ended before it was answered.",
    code: "declined",
    isGraceful: false,
    isQuiet: true,
  };
  switch (event.name) {
    case "prepared":
      return { state: { ...state, name: "answering" }, effects: [{ do: "answer" }] };
    case "pause":
      return stay({ ...state, wish: "pause" });
    case "resume":
      return stay({ name: "preparing" });
    case "not-prepared": {
      const status = event.isSpace ? FORBIDDEN : SERVER_ERROR;
      return {
        state: ENDED,
        effects: [
          { do: "refuse", status },
          { do: "tell-declined", status },
          { do: "end", outcome: "failed" },
        ],
      };
    }
    case "cancel":
    case "shut-down":
    case "decline": {
      const { effects, state: next } =
        event.name === "shut-down" ? shutDown() : declined(BUSY_HERE);
      return { state: next, effects: [drop, ...effects] };
    }
    case "cancelled":
      return {
        state: ENDED,
        effects: [drop, ...cancelEffects(event.cause, event.isOnlyDevice, true)],
      };
    default:
      return stay(state);
  }
}

type Wish = "cancel" | "pause" | undefined;

function wishAfter(wish: Wish, said: "cancel" | "pause" | "resume"): Wish {
  if (wish === "cancel" || said === "cancel") return "cancel";
  return said === "pause" ? "pause" : undefined;
}

const BEGUN = { name: "receiving", hasOctets: false, isCancelled: false } as const;

function begin(event?: IncomingEvent): IncomingStep {
  const { state, effects } = event === undefined ? stay(BEGUN) : receiving(BEGUN, event);
  return { state, effects: [{ do: "receive" }, ...effects] };
}

function answering(wish: Wish, event: IncomingEvent): IncomingStep {
  const wishing = (name: Wish): IncomingStep =>
    stay({ name: "answering", ...(name === undefined ? {} : { wish: name }) });
  const drop = (reason: string, isQuiet: boolean): IncomingEffect => ({
    do: "stop-files",
    reason,
    code: "connection",
    isGraceful: false,
    isQuiet,
  });
  switch (event.name) {
    case "acknowledged":
      return begin(wish && { name: wish });
    case "octets":
      // An active sender's first chunk may overtake its ACK.
      return wish === undefined ? begin(event) : wishing(wish);
    case "cancel":
    case "pause":
    case "resume":
      return wishing(wishAfter(wish, event.name));
    case "not-acknowledged":
      return {
        state: ENDED,
        effects: [
          drop("The acceptance was not confirmed.", false),
          {
            do: "tell-failed",
            code: "network",
            message: "The sender did not confirm your acceptance. No file was received.",
          },
          { do: "end", outcome: "failed" },
        ],
      };
    case "shut-down":
      // What was taken is left as it is, whether or not the sender ever heard of it.
      return begin(event);
    case "cancelled":
      return {
        state: ENDED,
        effects: [
          drop("The offer ended before it was answered.", true),
          ...cancelEffects(event.cause, event.isOnlyDevice, true),
        ],
      };
    default:
      return wishing(wish);
  }
}

const LEAVE_REASONS = { pause: "paused", full: "full", "shut-down": "stopped" } as const;

function receiving(
  state: Extract<IncomingState, { readonly name: "receiving" }>,
  event: IncomingEvent,
): IncomingStep {
  switch (event.name) {
    case "octets":
      return { state: { ...state, hasOctets: true }, effects: [] };
    case "pause":
    case "full":
    case "shut-down": {
      const why = LEAVE_REASONS[event.name];
      return state.isCancelled
        ? stay(state)
        : { state: { ...state, isCancelled: true }, effects: [{ do: "leave", why }] };
    }
    case "cancel":
      return state.isCancelled
        ? stay(state)
        : {
            state: { ...state, isCancelled: true },
            effects: [
              { do: "bye", cause: 487 },
              {
                do: "stop-files",
                reason: "You cancelled the transfer.",
                code: "cancelled",
                isGraceful: false,
                isQuiet: false,
              },
            ],
          };
    case "bye":
      return byeWhileReceiving(state, event.cause, event.isOnlyDevice);
    case "lost":
      return {
        state,
        effects: [
          {
            do: "stop-files",
            reason: "The sender is gone.",
            code: "connection",
            isGraceful: true,
            isQuiet: false,
          },
        ],
      };
    case "settled":
      return { state: ENDED, effects: [{ do: "end", outcome: "files" }] };
    default:
      return stay(state);
  }
}

/**
 * BYE before any octet, without a Reason of the sender: another device's 200 was first, and the Participating Function
 * ended this session (RFC 3261 §13.2.2.4). After octets it ends or interrupts the transfer.
 */
function byeWhileReceiving(
  state: Extract<IncomingState, { readonly name: "receiving" }>,
  cause: SipCause | undefined,
  isOnlyDevice: boolean,
): IncomingStep {
  const isLostRace = cause === undefined ? !isOnlyDevice : cause.cause === 200;
  if (!state.hasOctets && !state.isCancelled && isLostRace)
    return {
      state: ENDED,
      effects: [
        {
          do: "stop-files",
          reason: "Another device was faster.",
          code: "declined",
          isGraceful: false,
          isQuiet: true,
        },
        {
          do: "tell-elsewhere",
          reason: "accepted",
          ...(cause?.device === undefined ? {} : { device: cause.device }),
          isLostRace: true,
        },
        { do: "end", outcome: "elsewhere" },
      ],
    };
  const { code, reason } = endOutcome("sender", cause);
  return {
    state,
    effects: [{ do: "stop-files", code, reason, isGraceful: code !== "declined", isQuiet: false }],
  };
}
