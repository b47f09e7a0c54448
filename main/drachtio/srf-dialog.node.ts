import type { Undo } from "../base/events.ts";
import { err, type Result } from "../base/result.ts";
import type { DialogId } from "../sip/dialog/dialog-id.ts";
import type { HeaderField } from "../sip/message/headers.ts";
import type { SipResponse } from "../sip/message/message.ts";
import type { DrachtioDialog, DrachtioRequest, DrachtioResponse } from "./drachtio-package.node.ts";
import type { IncomingRequest, ResponseOptions, SipBody, SipFailure, SrfDialog } from "./srf.ts";
import { failureOf, readRequest, readResponse, sourceOf, toOutgoing } from "./srf-border.node.ts";
import {
  guarded,
  HandlerStack,
  OnceStack,
  REQUEST_LIMIT_MS,
  type SrfContext,
} from "./srf-context.node.ts";
import { FacadeRequest, handOver } from "./srf-request.node.ts";

type Handler = (request: IncomingRequest) => void;

/** Methods that drachtio-srf announces by an event of the dialog and answers itself when nobody listens. */
const METHOD_EVENTS = [
  "info",
  "message",
  "options",
  "update",
  "refer",
  "publish",
  "notify",
] as const;

/**
 * A dialog of drachtio-srf behind our port. Of its Dialog only `request` and the events are used: `modify` hangs for ever
 * after a refused re-INVITE, and the shortcuts (`info`, `notify` …) throw.
 */
export class FacadeDialog implements SrfDialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly #context: SrfContext;
  readonly #dialog: DrachtioDialog;
  readonly #bye = new OnceStack<IncomingRequest>();
  readonly #reinvite = new HandlerStack<Handler>();
  readonly #lost = new OnceStack<string>();
  readonly #requests = new Map<string, HandlerStack<Handler>>();
  readonly #close: () => void;
  #isOver = false;

  constructor(context: SrfContext, dialog: DrachtioDialog, id: DialogId) {
    this.#context = context;
    this.#dialog = dialog;
    this.callId = id.callId;
    this.localTag = id.localTag;
    this.remoteTag = id.remoteTag;
    this.#close = () => {
      this.#lose("the stack was closed");
    };
    context.openDialogs.add(this.#close);
    this.#listen();
  }

  onBye(handler: Handler): Undo {
    return this.#bye.add(handler, this.#later);
  }

  onReinvite(handler: Handler): Undo {
    return this.#reinvite.add(handler);
  }

  onRequest(method: string, handler: Handler): Undo {
    let handlers = this.#requests.get(method);
    if (handlers === undefined) {
      handlers = new HandlerStack();
      this.#requests.set(method, handlers);
    }
    return handlers.add(handler);
  }

  onLost(handler: (why: string) => void): Undo {
    return this.#lost.add(handler, this.#later);
  }

  async bye(headers: readonly HeaderField[] = []): Promise<Result<SipResponse, SipFailure>> {
    if (this.#isOver) return ended();
    this.#end();
    const outcome = await this.#send("BYE", headers, undefined);
    this.#context.drachtio.removeDialog(this.#dialog);
    return outcome;
  }

  async reinvite(
    body: SipBody,
    headers: readonly HeaderField[] = [],
  ): Promise<Result<SipResponse, SipFailure>> {
    return this.#isOver ? ended() : this.#send("INVITE", headers, body);
  }

  async request(
    method: string,
    options: { readonly headers?: readonly HeaderField[]; readonly body?: SipBody } = {},
  ): Promise<Result<SipResponse, SipFailure>> {
    if (this.#isOver) return ended();
    return this.#send(method, options.headers ?? [], options.body);
  }

  #send(
    method: string,
    fields: readonly HeaderField[],
    body: SipBody | undefined,
  ): Promise<Result<SipResponse, SipFailure>> {
    const built = toOutgoing(fields, body);
    if (!built.ok) return Promise.resolve(built);
    const { headers, body: text } = built.value;
    return this.#context.pending.run<Result<SipResponse, SipFailure>>(
      REQUEST_LIMIT_MS,
      err,
      (settle) => {
        const receive = (error: unknown, response?: DrachtioResponse): void => {
          if (response === undefined) settle(err(failureOf(error)));
          // Provisional responses come here too.
          else if (response.status >= 200) settle(readResponse(response.raw));
        };
        try {
          this.#dialog.request(
            text === "" ? { method, headers } : { method, headers, body: text },
            guarded(this.#context, `response to ${method}`, receive),
          );
        } catch (error) {
          settle(err({ kind: "rejected-locally", message: failureOf(error).message }));
        }
      },
    );
  }

  #listen(): void {
    this.#dialog.on(
      "destroy",
      guarded(this.#context, "destroy", (request: DrachtioRequest, reason: string) => {
        if (request.source === "network") this.#receiveBye(request);
        else this.#lose(reason);
      }),
    );
    this.#answer("modify", () => this.#reinvite, 488);
    for (const event of [...METHOD_EVENTS, "subscribe"]) {
      this.#answer(event, () => this.#requests.get(event.toUpperCase()), 405);
    }
  }

  #answer(event: string, handlers: () => HandlerStack<Handler> | undefined, refusal: number): void {
    this.#dialog.on(
      event,
      guarded(this.#context, event, (request: DrachtioRequest, response: DrachtioResponse) => {
        const incoming = new FacadeRequest(this.#context, request, response);
        this.#later(() => {
          const handler = handlers()?.newest;
          if (handler !== undefined) handOver(this.#context, incoming, handler);
          else incoming.respond(refusal);
        });
      }),
    );
  }

  #receiveBye(request: DrachtioRequest): void {
    if (this.#isOver) {
      this.#context.releaseBye(request.stackTxnId, { status: 200 });
      return;
    }
    this.#end();
    const bye: IncomingRequest = {
      request: readRequest(request.raw).message,
      source: sourceOf(request),
      respond: (status, options = {}) => {
        this.#answerBye(request.stackTxnId, status, options);
      },
    };
    this.#later(() => {
      const handler = this.#bye.newest;
      if (handler !== undefined) {
        handOver(this.#context, bye, handler);
        return;
      }
      // The other side has not to wait for whoever wants to know it.
      bye.respond(200);
      this.#bye.keep({ ...bye, respond: () => undefined });
    });
  }

  #answerBye(txnId: string, status: number, options: ResponseOptions): void {
    const built = toOutgoing(options.headers ?? [], undefined);
    if (!built.ok) {
      this.#context.log.write("error", `response refused: ${built.error.message}`);
      this.#context.releaseBye(txnId, { status: 500 });
      return;
    }
    this.#context.releaseBye(txnId, {
      status,
      ...(options.reason === undefined ? {} : { reason: options.reason }),
      headers: options.headers ?? [],
    });
  }

  /**
   * The application learns of the dialog from a promise and sets its handlers after that: what comes in the same breath
   * waits for it.
   */
  readonly #later = (task: () => void): void => {
    setImmediate(guarded(this.#context, "request in a dialog", task));
  };

  #lose(why: string): void {
    if (this.#isOver) return;
    this.#end();
    this.#later(() => {
      const handlers = this.#lost.all;
      for (const handler of handlers) handler(why);
      if (handlers.length === 0) this.#lost.keep(why);
    });
  }

  #end(): void {
    this.#isOver = true;
    this.#context.openDialogs.delete(this.#close);
  }
}

function ended(): Result<never, SipFailure> {
  return err({ kind: "closed", message: "the dialog has ended" });
}
