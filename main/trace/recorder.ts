import type { TraceDraft, TraceRecord } from "../../shared/model/trace-record.ts";
import type { Clock, TraceTap } from "../base/ports.ts";
import type { AddressBook } from "./address-book.ts";

export interface RecorderOptions {
  readonly clock: Clock;
  /** Unique among the processes whose traces are read together. */
  readonly process: string;
  /** This element's name in the ladder, for example `a1`, `core-a`, `pf-b`. */
  readonly element: string;
  readonly addresses: AddressBook;
  /** Takes each record; must neither throw nor wait. */
  readonly sink: (record: TraceRecord) => void;
}

/** Turns what the protocol layers saw into trace records: adds time, counter and names. */
export class TraceRecorder implements TraceTap {
  readonly #options: RecorderOptions;
  #count = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  record(draft: TraceDraft): void {
    const { clock, process, element, addresses, sink } = this.#options;
    this.#count += 1;
    sink({
      t: clock.nowNs().toString(),
      process,
      n: this.#count,
      element,
      peer: addresses.nameOf(draft.remote),
      local: draft.local,
      remote: draft.remote,
      dir: draft.dir,
      proto: draft.proto,
      transport: draft.transport,
      summary: draft.summary,
      raw: Buffer.from(draft.raw).toString("base64"),
    });
  }
}

/** A tap for elements that are not traced. */
export const NO_TRACE: TraceTap = {
  record: () => {
    // Nothing is kept.
  },
};
