import type { HostPort } from "../base/host-port.ts";
import type { SipRequest } from "../sip/message/message.ts";
import type { DrachtioRequest, DrachtioResponse } from "./drachtio-package.node.ts";
import type { IncomingRequest, ResponseOptions } from "./srf.ts";
import { readRequest, sendResponse, sourceOf } from "./srf-border.node.ts";
import type { SrfContext } from "./srf-context.node.ts";

/** A request that the application answers through drachtio-srf's response object. */
export class FacadeRequest implements IncomingRequest {
  readonly request: SipRequest;
  readonly source: HostPort;
  readonly #context: SrfContext;
  readonly #response: DrachtioResponse;
  #isAnswered = false;

  constructor(context: SrfContext, request: DrachtioRequest, response: DrachtioResponse) {
    this.#context = context;
    this.#response = response;
    this.request = readRequest(request.raw).message;
    this.source = sourceOf(request);
  }

  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  respond(status: number, options: ResponseOptions = {}): void {
    if (this.#isAnswered) return;
    if (status >= 200) this.#isAnswered = true;
    const sent = sendResponse(this.#response, status, options);
    if (sent.ok) return;
    this.#context.log.write("error", `response refused: ${sent.error.message}`);
    if (status >= 200) sendResponse(this.#response, 500, {});
  }
}

/** Hands a request to a handler; one that throws leaves a 500 behind instead of a peer that waits. */
export function handOver(
  context: SrfContext,
  incoming: IncomingRequest,
  handler: (request: IncomingRequest) => void,
): void {
  try {
    handler(incoming);
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    context.log.write("error", `defect in a handler of ${incoming.request.method}: ${why}`);
    incoming.respond(500);
  }
}
