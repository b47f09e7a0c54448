import type { Clock, TraceTap } from "../base/ports.ts";
import { AddressBook } from "../trace/address-book.ts";
import { NO_TRACE, TraceRecorder } from "../trace/recorder.ts";
import { TraceWriter } from "../trace/trace-file.node.ts";

/** Where one element's trace goes. */
export interface TraceOutput {
  readonly tap: TraceTap;
  readonly addresses: AddressBook;
  close(): Promise<void>;
}

export interface TraceOutputOptions {
  readonly clock: Clock;
  readonly element: string;
  /** Without a file nothing is traced. */
  readonly file?: string;
}

export function openTrace({ clock, element, file }: TraceOutputOptions): TraceOutput {
  const addresses = new AddressBook();
  if (file === undefined) return { tap: NO_TRACE, addresses, close: () => Promise.resolve() };
  const writer = new TraceWriter(file);
  const tap = new TraceRecorder({
    ...{ clock, element, addresses, process: `${element}-${String(process.pid)}` },
    sink: (record) => {
      writer.write(record);
    },
  });
  return {
    ...{ tap, addresses },
    close: async () => {
      const written = await writer.close();
      if (!written.ok)
        process.stderr.write(`cpm: the trace is incomplete: ${written.error.message}\n`);
    },
  };
}
