import { parseDecimal } from "../../base/decimal.ts";
import type { InviteUas } from "../../drachtio/srf.ts";
import type { SipResponse } from "../../sip/message/message.ts";
import { deviceHeaders, quoted } from "../headers.ts";
import { warningTextsOf } from "../sip-cause.ts";
import type { OfferContext } from "./offer-context.ts";

/**
 * Why the device that knows a file does not go on with it, as Warning texts. They travel with 606, which ends the search
 * among a user's devices (RFC 3261 §16.7 step 6); those that know nothing of the file answer 480.
 */
const NOT_ACCEPTABLE = 606;
const NOT_HERE = 480;

const TEXTS = {
  /** Its user has paused the transfer. */
  paused: "Transfer paused",
  /** Its user has ended it. */
  stopped: "Transfer stopped",
  /** The file is not the one that was offered any more. */
  changed: "File was changed",
  /** It is complete; other programs say so with 403. */
  received: "File is received",
  /** Another device of the user who asks has the offer. */
  "other-device": "Accepted on another device",
} as const;

const KINDS = ["paused", "stopped", "changed", "received", "other-device"] as const;

const FROM = "Resume from ";

export type NotGoingOn =
  | { readonly kind: keyof typeof TEXTS }
  /** The receiver has so many octets. */
  | { readonly kind: "elsewhere"; readonly octets: number };

/** What the refusal of a transfer that was to go on says; undefined: nothing that is known. */
export function readNotGoingOn({ headers }: SipResponse): NotGoingOn | undefined {
  for (const text of warningTextsOf(headers)) {
    const at = text.indexOf(FROM);
    const start =
      at < 0 ? undefined : parseDecimal(/^\d+/.exec(text.slice(at + FROM.length))?.[0] ?? "");
    if (start !== undefined && start > 0) return { kind: "elsewhere", octets: start - 1 };
    for (const kind of KINDS)
      if (text.toLowerCase().includes(TEXTS[kind].toLowerCase())) return { kind };
  }
  return undefined;
}

/** Refuses to go on. Without a reason: this device knows nothing of the file. */
export function refuseToGoOn(context: OfferContext, invite: InviteUas, why?: NotGoingOn): void {
  const { config, ports } = context;
  const own = deviceHeaders(config, ports.srf.local).filter(({ name }) => name === "User-Agent");
  if (why === undefined) {
    invite.refuse(NOT_HERE, undefined, own);
    return;
  }
  const text = why.kind === "elsewhere" ? `${FROM}${String(why.octets + 1)}` : TEXTS[why.kind];
  const warning = { name: "Warning", value: `399 cpm-courier ${quoted(text)}` };
  // RCS programs say it with 403; where one device has it, no other one is asked any more.
  invite.refuse(why.kind === "received" ? 403 : NOT_ACCEPTABLE, undefined, [...own, warning]);
}
