import type { SipMessage } from "../sip/message/message.ts";

/** Which part the engine played in a call that was answered. */
export type CallRole = "uac" | "uas" | "proxy-uac" | "proxy-uas";

/** Why a call attempt or a call ended. */
export type CallEnd =
  | "call-rejected"
  | "call-canceled"
  | "normal-release"
  | "session-expired"
  | "ack-timeout"
  | "system-initiated-termination";

/** What drachtio calls a CDR: one event in the life of a call, with the message that made it. */
export type CallRecord = {
  readonly source: "network" | "application";
  readonly message: SipMessage;
} & (
  | { readonly kind: "attempt" }
  | { readonly kind: "start"; readonly role: CallRole }
  | { readonly kind: "stop"; readonly end: CallEnd }
);

/** How a client asks for records of this kind, and how one is announced. */
export function recordToken(record: CallRecord): string {
  return `cdr:${record.kind}`;
}

/** The part of the meta line that only this kind has; empty for an attempt. */
export function recordDetail(record: CallRecord): string {
  switch (record.kind) {
    case "attempt":
      return "";
    case "start":
      return `|${record.role}`;
    case "stop":
      return `|${record.end}`;
  }
}

/** What a final response of 300 or above means for an attempt. */
export function endOf(status: number): CallEnd {
  return status === 487 ? "call-canceled" : "call-rejected";
}
