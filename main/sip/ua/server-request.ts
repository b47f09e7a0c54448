import { type ResponseOptions, responseTo } from "../message/build.ts";
import type { HeaderField } from "../message/headers.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import type { ServerTransaction } from "../transaction/transaction.ts";
import type { Flow } from "../transport/flow.ts";

/** A response as the application gives it; `body` goes with a Content-Type among `headers`. */
export interface UasResponse {
  readonly status: number;
  readonly reason?: string;
  readonly headers?: readonly HeaderField[];
  readonly body?: Buffer;
}

/** A request that waits for the application's answer. */
export interface ServerRequest {
  readonly request: SipRequest;
  readonly flow: Flow;
  /** Where the request is answered by it, and by nothing around it: a proxy may take it over. */
  readonly transaction?: ServerTransaction;
  /** The response as it would be sent. */
  build(response: UasResponse): SipResponse;
  /** What was sent; undefined: too late, nothing was. */
  respond(response: UasResponse): SipResponse | undefined;
}

/** Answers within a transaction; at most one final response. */
export class TransactionRequest implements ServerRequest {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly transaction: ServerTransaction;
  readonly #localTag: string;

  constructor(tx: ServerTransaction, localTag: string) {
    this.transaction = tx;
    this.request = tx.request;
    this.flow = tx.flow;
    this.#localTag = localTag;
  }

  build(response: UasResponse): SipResponse {
    return buildResponse(this.request, this.#localTag, response);
  }

  respond(response: UasResponse): SipResponse | undefined {
    if (this.transaction.hasFinal) return undefined;
    const built = this.build(response);
    this.transaction.respond(built);
    return built;
  }
}

/** RFC 3261 §12, RFC 6665 §4.4.1. */
const DIALOG_MAKERS: ReadonlySet<string> = new Set(["INVITE", "SUBSCRIBE"]);

/** Builds a response with what RFC 3261 §8.2.6 copies; 101 to 299 to what makes a dialog also carry Record-Route (§12.1.1). */
export function buildResponse(
  request: SipRequest,
  localTag: string,
  response: UasResponse,
): SipResponse {
  const { status } = response;
  const formsDialog = DIALOG_MAKERS.has(request.method) && status > 100 && status < 300;
  const recordRoutes = formsDialog
    ? request.headers.getAll("Record-Route").map((value) => ({ name: "Record-Route", value }))
    : [];
  const options: ResponseOptions = {
    ...(status > 100 ? { toTag: localTag } : {}),
    headers: [...recordRoutes, ...(response.headers ?? [])],
    ...(response.body === undefined ? {} : { body: response.body }),
  };
  return responseTo(request, status, response.reason, options);
}

/** RFC 3261 §12.1.1, §12.2.2: 101 to 299 to an INVITE carry a Contact; ours, where the application gives none. */
export function withContact(response: UasResponse, contact: string): UasResponse {
  const given = response.headers ?? [];
  const isWanted = response.status > 100 && response.status < 300;
  if (!isWanted || given.some((field) => field.name.toLowerCase() === "contact")) return response;
  return { ...response, headers: [{ name: "Contact", value: contact }, ...given] };
}
