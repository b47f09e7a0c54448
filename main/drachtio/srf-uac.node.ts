import type { Undo } from "../base/events.ts";
import { err, ok, type Result } from "../base/result.ts";
import { idOfReceivedResponse } from "../sip/dialog/dialog-id.ts";
import { parseUri } from "../sip/grammar/uri.ts";
import type { HeaderField } from "../sip/message/headers.ts";
import type { SipResponse } from "../sip/message/message.ts";
import type { DrachtioDialog, DrachtioRequest, DrachtioResponse } from "./drachtio-package.node.ts";
import type {
  InviteOutcome,
  InviteUac,
  OutgoingInvite,
  OutgoingRequest,
  SipFailure,
} from "./srf.ts";
import { failureOf, readResponse, toOutgoing, toOutgoingInvite } from "./srf-border.node.ts";
import {
  guarded,
  HandlerStack,
  INVITE_LIMIT_MS,
  REQUEST_LIMIT_MS,
  type SrfContext,
} from "./srf-context.node.ts";
import { FacadeDialog } from "./srf-dialog.node.ts";

/** The fields that drachtio's protocol carries as headers. */
function addressing(options: OutgoingRequest, callId: string): readonly HeaderField[] {
  const route = options.route ?? [];
  return [
    ...(route.length === 0 ? [] : [{ name: "Route", value: route.join(", ") }]),
    { name: "From", value: options.from },
    { name: "To", value: options.to ?? `<${options.uri}>` },
    { name: "Call-ID", value: callId },
    ...(options.cseq === undefined
      ? []
      : [{ name: "CSeq", value: `${String(options.cseq)} ${options.method}` }]),
    ...options.headers,
  ];
}

function checkUri(uri: string): Result<void, SipFailure> {
  const parsed = parseUri(uri);
  // drachtio-srf would put `sip:` before anything else.
  const isKnown = parsed.ok && parsed.value.kind !== "other";
  if (isKnown) return ok(undefined);
  return err({ kind: "rejected-locally", message: `not a SIP URI: ${uri.slice(0, 200)}` });
}

/** Sends a request outside a dialog and waits for its final response. */
export function sendRequest(
  context: SrfContext,
  options: OutgoingRequest,
): Promise<Result<SipResponse, SipFailure>> {
  const checked = checkUri(options.uri);
  if (!checked.ok) return Promise.resolve(checked);
  const callId = options.callId ?? context.newCallId();
  const built = toOutgoing(addressing(options, callId), options.body);
  if (!built.ok) return Promise.resolve(built);
  const { headers, body } = built.value;
  return context.pending.run<Result<SipResponse, SipFailure>>(REQUEST_LIMIT_MS, err, (settle) => {
    whenAborted(options.signal, () => {
      settle(err({ kind: "cancelled", message: "no longer wanted" }));
    });
    const request = {
      method: options.method,
      headers,
      ...(body === "" ? {} : { body }),
      ...(options.nextHop === undefined ? {} : { proxy: options.nextHop }),
    };
    context.drachtio.request(options.uri, request, (error, sent) => {
      if (sent === undefined) {
        settle(err(failureOf(error)));
        return;
      }
      sent.on(
        "response",
        guarded(context, `response to ${options.method}`, (response: DrachtioResponse) => {
          if (response.status >= 200) settle(readResponse(response.raw));
        }),
      );
    });
  });
}

function whenAborted(signal: AbortSignal | undefined, act: () => void): void {
  if (signal === undefined) return;
  if (signal.aborted) act();
  else signal.addEventListener("abort", act, { once: true });
}

/** An INVITE through `createUAC`. */
export class FacadeInviteUac implements InviteUac {
  readonly callId: string;
  readonly outcome: Promise<InviteOutcome>;
  readonly #context: SrfContext;
  readonly #provisional = new HandlerStack<(response: SipResponse) => void>();
  #sent: DrachtioRequest | undefined;
  #cancel: { readonly headers: Readonly<Record<string, string>> } | undefined;
  #cancelReason = 'SIP;cause=487;text="Request Terminated"';
  #isSettled = false;

  constructor(context: SrfContext, options: OutgoingInvite) {
    this.#context = context;
    this.callId = options.callId ?? context.newCallId();
    this.outcome = this.#run(options);
    whenAborted(options.signal, () => {
      this.cancel();
    });
  }

  onProvisional(handler: (response: SipResponse) => void): Undo {
    return this.#provisional.add(handler);
  }

  cancel(reason?: string): void {
    if (this.#isSettled || this.#cancel !== undefined) return;
    const built = toOutgoing(
      reason === undefined ? [] : [{ name: "Reason", value: reason }],
      undefined,
    );
    if (built.ok && reason !== undefined) this.#cancelReason = reason;
    this.#cancel = { headers: built.ok ? built.value.headers : {} };
    this.#sent?.cancel(this.#cancel);
  }

  #run(options: OutgoingInvite): Promise<InviteOutcome> {
    const checked = checkUri(options.uri);
    const fields = addressing({ ...options, method: "INVITE" }, this.callId);
    const built = checked.ok ? toOutgoingInvite(fields, options.body) : checked;
    if (!built.ok) {
      this.#isSettled = true;
      return Promise.resolve(failed(built.error));
    }
    const { headers, body: localSdp } = built.value;
    const hop = options.nextHop === undefined ? {} : { proxy: options.nextHop };
    return this.#context.pending.run<InviteOutcome>(INVITE_LIMIT_MS, failed, (settle) => {
      const finish = (outcome: InviteOutcome): void => {
        this.#isSettled = true;
        settle(outcome);
      };
      this.#context.drachtio.createUAC(
        options.uri,
        { headers, localSdp, ...hop },
        {
          cbRequest: guarded(this.#context, "request sent", (_error: unknown, sent) => {
            this.#sent = sent;
            if (this.#cancel !== undefined) sent?.cancel(this.#cancel);
          }),
          cbProvisional: guarded(this.#context, "provisional response", (response) => {
            this.#receiveProvisional(response);
          }),
        },
        guarded(this.#context, "final response", (error: unknown, dialog?: DrachtioDialog) => {
          finish(dialog === undefined ? outcomeOfError(error) : this.#answered(dialog));
        }),
      );
    });
  }

  #receiveProvisional(raw: DrachtioResponse): void {
    const response = readResponse(raw.raw);
    if (!response.ok) return;
    for (const handler of this.#provisional.all) {
      guarded(this.#context, "provisional response", handler)(response.value);
    }
  }

  #answered(dialog: DrachtioDialog): InviteOutcome {
    const response = readResponse(dialog.res.raw);
    if (!response.ok) return failed(response.error);
    const id = idOfReceivedResponse(response.value);
    const facade = new FacadeDialog(this.#context, dialog, id);
    if (this.#cancel === undefined) {
      return { kind: "answered", dialog: facade, response: response.value };
    }
    // The 200 was on its way through drachtio-srf when the application cancelled.
    void facade.bye([{ name: "Reason", value: this.#cancelReason }]);
    return failed({ kind: "cancelled", message: "answered while it was cancelled" });
  }
}

function failed(failure: SipFailure): InviteOutcome {
  return { kind: "failed", failure };
}

/** drachtio-srf gives an error with the response for everything but 200. */
function outcomeOfError(error: unknown): InviteOutcome {
  if (error instanceof Error && "res" in error) {
    // Set by createUAC next to `status`; its type is drachtio-srf's Response.
    const { raw } = error.res as DrachtioResponse;
    const response = readResponse(raw);
    return response.ok ? { kind: "refused", response: response.value } : failed(response.error);
  }
  return failed(failureOf(error));
}
