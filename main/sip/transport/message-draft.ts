import type { TraceDraft, TraceStamp, TraceSummary } from "../../../shared/model/trace-record.ts";
import { formatHostPort } from "../../base/host-port.ts";
import type { SipMessage } from "../message/message.ts";
import { summarize } from "../message/trace-summary.ts";
import type { Flow } from "./flow.ts";

/** A message for the trace. Nothing is read out of it before somebody asks: most elements are not traced. */
export class MessageDraft implements TraceDraft {
  readonly dir: "in" | "out";
  readonly proto = "sip";
  readonly raw: Buffer;
  readonly stamp?: TraceStamp;
  readonly #flow: Flow;
  /** undefined: it could not be read. */
  readonly #message: SipMessage | undefined;

  constructor(
    dir: "in" | "out",
    raw: Buffer,
    flow: Flow,
    told: { readonly message: SipMessage | undefined; readonly stamp?: TraceStamp },
  ) {
    this.dir = dir;
    this.raw = raw;
    this.#flow = flow;
    this.#message = told.message;
    if (told.stamp !== undefined) this.stamp = told.stamp;
  }

  get transport(): Flow["transport"] {
    return this.#flow.transport;
  }

  get local(): string {
    return formatHostPort(this.#flow.local);
  }

  get remote(): string {
    return formatHostPort(this.#flow.remote);
  }

  get summary(): TraceSummary {
    return this.#message === undefined ? {} : summarize(this.#message);
  }
}
