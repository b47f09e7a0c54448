import type { Log, LogLevel, TraceTap } from "../../main/base/ports.ts";
import type { TraceDraft, TraceStamp } from "../../shared/model/trace-record.ts";

/** Forgets everything. */
export function nullLog(): Log {
  return { write: () => undefined };
}

/** Forgets everything. */
export function nullTrace(): TraceTap {
  return { stamp: () => ({ t: 0n, n: 0 }), record: () => undefined };
}

/** Keeps what was logged. */
export class MemoryLog implements Log {
  readonly lines: {
    readonly level: LogLevel;
    readonly message: string;
    readonly fields: Readonly<Record<string, string | number | boolean>>;
  }[] = [];

  write(
    level: LogLevel,
    message: string,
    fields: Readonly<Record<string, string | number | boolean>> = {},
  ): void {
    this.lines.push({ level, message, fields });
  }
}

/** Keeps every message that passed the tap. */
export class MemoryTrace implements TraceTap {
  readonly drafts: TraceDraft[] = [];
  #stamps = 0;

  stamp(): TraceStamp {
    this.#stamps += 1;
    return { t: 0n, n: this.#stamps };
  }

  record(draft: TraceDraft): void {
    this.drafts.push(draft);
  }
}
