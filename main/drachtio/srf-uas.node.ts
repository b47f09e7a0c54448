import type { Undo } from "../base/events.ts";
import type { HostPort } from "../base/host-port.ts";
import { err, ok, type Result } from "../base/result.ts";
import { idOfReceivedRequest } from "../sip/dialog/dialog-id.ts";
import type { HeaderField } from "../sip/message/headers.ts";
import type { SipRequest } from "../sip/message/message.ts";
import type { DrachtioDialog, DrachtioRequest, DrachtioResponse } from "./drachtio-package.node.ts";
import { LOCAL_TAG_HEADER, privateValue } from "./private-headers.ts";
import type { InviteUas, SipBody, SipFailure, SrfDialog } from "./srf.ts";
import { failureOf, readRequest, sendResponse, sourceOf, toOutgoing } from "./srf-border.node.ts";
import { ACCEPT_LIMIT_MS, guarded, HandlerStack, type SrfContext } from "./srf-context.node.ts";
import { FacadeDialog } from "./srf-dialog.node.ts";

/** A received INVITE, accepted through `createUAS`. */
export class FacadeInviteUas implements InviteUas {
  readonly request: SipRequest;
  readonly source: HostPort;
  readonly localTag: string;
  readonly #context: SrfContext;
  readonly #request: DrachtioRequest;
  readonly #response: DrachtioResponse;
  readonly #cancelled = new HandlerStack<(cancel: SipRequest) => void>();
  #cancel: SipRequest | undefined;
  #isSettled = false;

  constructor(context: SrfContext, request: DrachtioRequest, response: DrachtioResponse) {
    this.#context = context;
    this.#request = request;
    this.#response = response;
    const { message, privates } = readRequest(request.raw);
    this.request = message;
    this.source = sourceOf(request);
    this.localTag = privateValue(privates, LOCAL_TAG_HEADER) ?? "";
    request.on(
      "cancel",
      guarded(context, "cancel", (cancel: { readonly raw: string }) => {
        this.#withdraw(readRequest(cancel.raw).message);
      }),
    );
    // drachtio-srf forgets an INVITE as soon as it was given a final response, which a CANCEL may still overtake.
    context.openInvites.set(this.localTag, (cancel) => {
      this.#withdraw(cancel);
    });
  }

  #withdraw(cancel: SipRequest): void {
    if (this.#cancel !== undefined) return;
    this.#close();
    this.#cancel = cancel;
    for (const handler of this.#cancelled.all) guarded(this.#context, "cancel", handler)(cancel);
  }

  /** No CANCEL can come any more. */
  #close(): void {
    this.#isSettled = true;
    this.#context.openInvites.delete(this.localTag);
  }

  provisional(status: number, headers: readonly HeaderField[] = []): void {
    if (this.#isSettled) return;
    const sent = sendResponse(this.#response, status, { headers });
    if (!sent.ok) this.#context.log.write("error", `response refused: ${sent.error.message}`);
  }

  refuse(status: number, reason?: string, headers: readonly HeaderField[] = []): void {
    if (this.#isSettled) return;
    this.#close();
    const options = { headers, ...(reason === undefined ? {} : { reason }) };
    const sent = sendResponse(this.#response, status, options);
    if (sent.ok) return;
    this.#context.log.write("error", `response refused: ${sent.error.message}`);
    sendResponse(this.#response, 500, {});
  }

  async accept(answer: {
    readonly headers: readonly HeaderField[];
    readonly body: SipBody;
  }): Promise<Result<SrfDialog, SipFailure>> {
    if (this.#isSettled) {
      return this.#cancel === undefined
        ? err({ kind: "rejected-locally", message: "the INVITE was answered already" })
        : err({ kind: "cancelled", message: "the INVITE was cancelled" });
    }
    const built = toOutgoing(answer.headers, answer.body);
    if (!built.ok) return built;
    this.#isSettled = true;
    const { headers, body: localSdp } = built.value;
    return this.#context.pending.run<Result<SrfDialog, SipFailure>>(
      ACCEPT_LIMIT_MS,
      err,
      (settle) => {
        const created = (error: unknown, dialog?: DrachtioDialog): void => {
          this.#context.openInvites.delete(this.localTag);
          if (dialog === undefined) settle(err(failureOf(error)));
          else this.#awaitAck(dialog, settle);
        };
        this.#context.drachtio.createUAS(
          this.#request,
          this.#response,
          { headers, localSdp },
          guarded(this.#context, "dialog created", created),
        );
      },
    );
  }

  onCancel(handler: (cancel: SipRequest) => void): Undo {
    return this.#cancelled.add(handler);
  }

  #awaitAck(
    dialog: DrachtioDialog,
    settle: (outcome: Result<SrfDialog, SipFailure>) => void,
  ): void {
    const { callId, remoteTag } = idOfReceivedRequest(this.request);
    const facade = new FacadeDialog(this.#context, dialog, {
      callId,
      localTag: this.localTag,
      remoteTag,
    });
    dialog.on(
      "ack",
      guarded(this.#context, "ack", () => {
        settle(ok(facade));
      }),
    );
    dialog.on(
      "destroy",
      guarded(this.#context, "destroy", (bye: DrachtioRequest, reason: string) => {
        // A BYE proves that the 200 arrived, even when its ACK was lost.
        if (bye.source === "network") settle(ok(facade));
        else settle(err({ kind: "timeout", message: reason }));
      }),
    );
  }
}
