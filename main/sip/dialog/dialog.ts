import { err, ok, type Result } from "../../base/result.ts";
import { parseNameAddr } from "../grammar/name-addr.ts";
import { cseqOf, fromTagOf } from "../message/fields.ts";
import { type HeaderField, SipHeaders } from "../message/headers.ts";
import { NO_BODY, type SipMessage, type SipRequest, type SipResponse } from "../message/message.ts";
import { type DialogId, idOfReceivedResponse } from "./dialog-id.ts";
import { type RoutedRequest, routeRequest } from "./route-set.ts";

/** State of a dialog of RFC 3261 §12. Immutable: what happens gives a new state. */
export interface Dialog {
  readonly id: DialogId;
  /** Which side sent the request that created it. */
  readonly role: "uac" | "uas";
  readonly phase: "early" | "confirmed";
  /** From value of our requests, with our tag. */
  readonly localParty: string;
  /** To value of our requests, with the peer's tag. */
  readonly remoteParty: string;
  /** CSeq number of our last request. */
  readonly localSeq: number;
  /** CSeq number of the peer's last request; absent before the first. */
  readonly remoteSeq?: number;
  /** URI of the peer's Contact. */
  readonly remoteTarget: string;
  /** Route values for our requests, in order. */
  readonly routeSet: readonly string[];
}

export interface DialogError {
  readonly kind: "no-dialog";
  readonly message: string;
}

/** CSeq number of a message, undefined when it is missing or wrong. */
export function cseqNumberOf(message: SipMessage): number | undefined {
  const cseq = cseqOf(message);
  return cseq.ok ? cseq.value.number : undefined;
}

/** URI of the first Contact, undefined when there is none that a request can be sent to. */
export function contactUriOf(headers: SipHeaders): string | undefined {
  const value = headers.first("Contact");
  if (value === undefined) return undefined;
  const parsed = parseNameAddr(value);
  return parsed.ok && parsed.value.uri.kind === "sip" ? parsed.value.uriText : undefined;
}

/** The dialog that a 1xx with a tag or a 2xx creates at the UAC (RFC 3261 §12.1.2). */
export function uacDialog(invite: SipRequest, response: SipResponse): Result<Dialog, DialogError> {
  const remoteTarget = contactUriOf(response.headers);
  if (remoteTarget === undefined) return noDialog("the response has no usable Contact");
  const localSeq = cseqNumberOf(invite);
  if (localSeq === undefined) return noDialog("the request has no CSeq");
  return ok({
    id: idOfReceivedResponse(response),
    role: "uac",
    phase: response.status < 200 ? "early" : "confirmed",
    localParty: invite.headers.get("From") ?? "",
    remoteParty: response.headers.get("To") ?? "",
    localSeq,
    remoteTarget,
    routeSet: response.headers.list("Record-Route").toReversed(),
  });
}

/** The dialog that our response to an INVITE creates (RFC 3261 §12.1.1). */
export function uasDialog(invite: SipRequest, localTag: string): Result<Dialog, DialogError> {
  const remoteTarget = contactUriOf(invite.headers);
  if (remoteTarget === undefined) return noDialog("the request has no usable Contact");
  const remoteSeq = cseqNumberOf(invite);
  if (remoteSeq === undefined) return noDialog("the request has no CSeq");
  const from = invite.headers.get("From") ?? "";
  return ok({
    id: {
      callId: invite.headers.get("Call-ID") ?? "",
      localTag,
      remoteTag: fromTagOf(invite) ?? "",
    },
    role: "uas",
    phase: "confirmed",
    localParty: `${invite.headers.get("To") ?? ""};tag=${localTag}`,
    remoteParty: from,
    localSeq: 0,
    remoteSeq,
    remoteTarget,
    routeSet: invite.headers.list("Record-Route"),
  });
}

function noDialog(message: string): Result<never, DialogError> {
  return err({ kind: "no-dialog", message });
}

export interface InDialogRequest {
  readonly method: string;
  readonly headers: readonly HeaderField[];
  readonly body?: Buffer;
}

export interface BuiltRequest {
  readonly dialog: Dialog;
  readonly request: SipRequest;
  readonly nextHop: string;
}

/** The next request inside the dialog, with everything but Via (RFC 3261 §12.2.1.1). CSeq rises by one. */
export function requestInDialog(dialog: Dialog, options: InDialogRequest): BuiltRequest {
  const localSeq = dialog.localSeq + 1;
  const routed = routeRequest(dialog.remoteTarget, dialog.routeSet);
  return {
    dialog: { ...dialog, localSeq },
    request: build(dialog, routed, options, localSeq),
    nextHop: routed.nextHop,
  };
}

/**
 * The ACK for a 2xx (RFC 3261 §13.2.2.4): the CSeq number of the INVITE, no new one.
 * @param headers credentials of the INVITE go here (RFC 3261 §22.1)
 */
export function ackInDialog(
  dialog: Dialog,
  inviteSeq: number,
  options: Omit<InDialogRequest, "method">,
): Omit<BuiltRequest, "dialog"> {
  const routed = routeRequest(dialog.remoteTarget, dialog.routeSet);
  return {
    request: build(dialog, routed, { ...options, method: "ACK" }, inviteSeq),
    nextHop: routed.nextHop,
  };
}

function build(
  dialog: Dialog,
  routed: RoutedRequest,
  options: InDialogRequest,
  seq: number,
): SipRequest {
  return {
    kind: "request",
    method: options.method,
    uri: routed.uri,
    headers: SipHeaders.of([
      { name: "Max-Forwards", value: "70" },
      ...routed.routes.map((value) => ({ name: "Route", value })),
      { name: "From", value: dialog.localParty },
      { name: "To", value: dialog.remoteParty },
      { name: "Call-ID", value: dialog.id.callId },
      { name: "CSeq", value: `${String(seq)} ${options.method}` },
      ...options.headers,
    ]),
    body: options.body ?? NO_BODY,
  };
}

/**
 * Takes a request of the peer into account: its CSeq must be above the last one (RFC 3261 §12.2.2).
 * @returns undefined when it is out of order, which is answered with 500
 */
export function receiveRequest(dialog: Dialog, request: SipRequest): Dialog | undefined {
  const seq = cseqNumberOf(request);
  if (seq === undefined) return undefined;
  if (dialog.remoteSeq !== undefined && seq <= dialog.remoteSeq) return undefined;
  return { ...refreshTarget(dialog, request.method, request.headers), remoteSeq: seq };
}

/** Takes a 2xx to one of our requests into account. */
export function receiveSuccess(dialog: Dialog, method: string, response: SipResponse): Dialog {
  return refreshTarget(dialog, method, response.headers);
}

/** Target refresh requests are INVITE and UPDATE (RFC 3261 §12.2, RFC 3311 §5); the route set never changes. */
function refreshTarget(dialog: Dialog, method: string, headers: SipHeaders): Dialog {
  if (method !== "INVITE" && method !== "UPDATE") return dialog;
  const remoteTarget = contactUriOf(headers);
  return remoteTarget === undefined ? dialog : { ...dialog, remoteTarget };
}
