import type { TraceDraft, TraceRecord, TraceStamp } from "../../shared/model/trace-record.ts";
import type { Clock, TraceTap } from "../base/ports.ts";
import type { AddressBook } from "./address-book.ts";
import { redacted } from "./redact.ts";

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

/** Turns what the protocol layers saw into trace records: adds time, counter and names, leaves out proofs of passwords. */
export class TraceRecorder implements TraceTap {
  readonly #options: RecorderOptions;
  #count = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  stamp(): TraceStamp {
    this.#count += 1;
    return { t: this.#options.clock.nowNs(), n: this.#count };
  }

  record(draft: TraceDraft): void {
    const { process, element, addresses, sink } = this.#options;
    const { t, n } = draft.stamp ?? this.stamp();
    sink({
      t: t.toString(),
      process,
      n,
      element,
      peer: addresses.nameOf(draft.remote),
      local: draft.local,
      remote: draft.remote,
      dir: draft.dir,
      proto: draft.proto,
      transport: draft.transport,
      summary: draft.summary,
      raw: redacted(draft.raw).toString("base64"),
    });
  }
}

/** A tap for elements that are not traced. */
export const NO_TRACE: TraceTap = {
  stamp: () => ({ t: 0n, n: 0 }),
  record: () => {
    // Nothing is kept.
  },
};
