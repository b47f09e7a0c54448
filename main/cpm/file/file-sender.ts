import type { FileError, FileSource } from "../../base/files.ts";
import type { Clock } from "../../base/ports.ts";
import type { Result } from "../../base/result.ts";
import type { MessageOutcome, OutgoingMessage } from "../../msrp/session/outgoing-message.ts";
import type { MsrpReport, MsrpSession } from "../../msrp/session/session.ts";
import { BlockPool } from "./block-pool.ts";
import { Gate } from "./gate.ts";
import type { FileOutcome } from "./outcome.ts";
import { addReport, isCovered, NO_REPORTS } from "./report-coverage.ts";

export interface FileSenderOptions {
  readonly source: FileSource;
  readonly session: MsrpSession;
  readonly contentType: string;
  /** The answer came from a client whose success REPORT follows the hash check (docs/decisions/0003). */
  readonly isPeerOurs: boolean;
  /** Octets that the peer's 200s cover so far. */
  readonly onAcknowledged: (octets: number) => void;
}

/** Octets read from disk at once; one block is read ahead. */
const BLOCK_OCTETS = 256 * 1024;
/** Architecture decision 10: no REPORT within this time after the last 200, and the file counts as confirmed. */
const REPORT_GUARD_MS = 30_000;

/**
 * Sends one file as the one MSRP message of its session (RFC 5547 §8.7): disk to message with back-pressure, then the
 * wait for the REPORT. `run` settles once and never rejects; the session stays open.
 */
export class FileSender {
  readonly #clock: Clock;
  readonly #options: FileSenderOptions;
  #message: OutgoingMessage | undefined;
  #coverage = NO_REPORTS;
  #stopped: FileOutcome | undefined;
  #end: MessageOutcome | undefined;
  #isReportOverdue = false;
  readonly #gate = new Gate();
  readonly #blocks = new BlockPool(BLOCK_OCTETS);

  constructor(clock: Clock, options: FileSenderOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  async run(): Promise<FileOutcome> {
    const { session } = this.#options;
    const undo = session.events.on("report", (report) => {
      this.#onReport(report);
    });
    try {
      const bound = await session.bound;
      if (this.#stopped !== undefined) return this.#stopped;
      if (!bound.ok) return connectionFailure(bound.error.message);
      return await this.#send();
    } finally {
      undo();
    }
  }

  /** Ends the message with `#` unless it has ended; `run` then settles with this outcome. */
  stop(outcome: FileOutcome): void {
    this.#stopped ??= outcome;
    this.#message?.abort();
    this.#gate.open();
  }

  async #send(): Promise<FileOutcome> {
    const { session, source, contentType } = this.#options;
    const message = session.send({
      contentType,
      totalOctets: source.sizeOctets,
      successReport: true,
      failureReport: "yes",
    });
    this.#message = message;
    const outcome = message.outcome.then((end) => {
      this.#end = end;
      this.#gate.open();
      return end;
    });
    const undos = [
      message.events.on("acknowledged", ({ octets }) => {
        this.#blocks.free(message.answeredEnd);
        this.#options.onAcknowledged(octets);
      }),
      message.events.on("drained", () => {
        this.#gate.open();
      }),
    ];
    const unread = await this.#pump(message);
    if (unread !== undefined) this.stop(unread);
    const end = await outcome;
    for (const undo of undos) undo();
    return this.#stopped ?? this.#judge(end);
  }

  /** @returns why the file could not be read, where it could not */
  async #pump(message: OutgoingMessage): Promise<FileOutcome | undefined> {
    const { source } = this.#options;
    let position = 0;
    let next = source.sizeOctets > 0 ? this.#read(0) : undefined;
    while (next !== undefined) {
      const block = await next;
      if (this.#isOver()) return undefined;
      if (!block.ok) return sourceFailure(block.error);
      if (block.value.length === 0) return changedFailure();
      position += block.value.length;
      next = position < source.sizeOctets ? this.#read(position) : undefined;
      if (!message.write(block.value)) await this.#room(message);
    }
    if (this.#isOver()) return undefined;
    // What left is of no use when the file changed under our hands: its hash was offered.
    if (!(await source.isUnchanged())) return changedFailure();
    if (!this.#isOver()) message.finish();
    return undefined;
  }

  #read(position: number): Promise<Result<Buffer, FileError>> {
    const { source } = this.#options;
    const length = Math.min(BLOCK_OCTETS, source.sizeOctets - position);
    return source.read(position, length, this.#blocks.take(position + length));
  }

  #isOver(): boolean {
    return this.#end !== undefined || this.#stopped !== undefined;
  }

  async #room(message: OutgoingMessage): Promise<void> {
    while (!message.isWritable && !this.#isOver()) await this.#gate.wait();
  }

  #judge(end: MessageOutcome): Promise<FileOutcome> | FileOutcome {
    switch (end.kind) {
      case "acknowledged":
        return this.#awaitReport();
      case "rejected":
        return rejection(end.status);
      case "timeout":
        return connectionFailure("no response from the receiver within 30 s");
      case "closed":
        return connectionFailure(end.message);
      case "aborted":
        return this.#coverage.failure === undefined
          ? { kind: "interrupted", reason: "Sending was stopped.", code: "connection" }
          : this.#fromReports();
    }
  }

  async #awaitReport(): Promise<FileOutcome> {
    const giveUp = (): void => {
      this.#isReportOverdue = true;
      this.#gate.open();
    };
    const undo = this.#options.session.events.on("closed", giveUp);
    const timer = this.#clock.startTimer(REPORT_GUARD_MS, giveUp);
    while (!this.#isReportOverdue && !this.#isReported() && this.#stopped === undefined)
      await this.#gate.wait();
    timer.cancel();
    undo();
    return this.#fromReports();
  }

  #isReported(): boolean {
    const { failure } = this.#coverage;
    return failure !== undefined || isCovered(this.#coverage, this.#options.source.sizeOctets);
  }

  #fromReports(): FileOutcome {
    const { failure } = this.#coverage;
    const { isPeerOurs, source } = this.#options;
    if (failure !== undefined) return failureReport(failure, isPeerOurs);
    return {
      kind: "complete",
      isProven: isPeerOurs && isCovered(this.#coverage, source.sizeOctets),
    };
  }

  #onReport(report: MsrpReport): void {
    if (report.messageId !== this.#message?.messageId) return;
    this.#coverage = addReport(this.#coverage, report, this.#options.source.sizeOctets);
    // RFC 4975 §7.3.2: octets reported as not received cannot be mended on this session.
    if (this.#coverage.failure !== undefined) this.#message.abort();
    this.#gate.open();
  }
}

function failureReport(status: number, isPeerOurs: boolean): FileOutcome {
  if (status === 400 && isPeerOurs)
    return {
      kind: "failed",
      code: "verification",
      reason: "The file arrived damaged and was set aside.",
      isMismatch: true,
    };
  return rejection(status);
}

/** A SEND refused, or a failure REPORT (RFC 4975 §10). */
function rejection(status: number): FileOutcome {
  if (status === 413)
    return { kind: "interrupted", code: "declined", reason: "The receiver stopped this file." };
  if (status === 408 || status === 481 || status === 506) return connectionFailure(String(status));
  return {
    kind: "failed",
    code: "protocol",
    reason: `The receiver's program did not take the file (${String(status)}).`,
  };
}

function connectionFailure(detail: string): FileOutcome {
  return {
    kind: "interrupted",
    code: "connection",
    reason: `The file connection was lost (${detail}).`,
  };
}

function sourceFailure(error: FileError): FileOutcome {
  return error.kind === "changed"
    ? changedFailure()
    : { kind: "failed", code: "source", reason: error.message };
}

function changedFailure(): FileOutcome {
  return {
    kind: "failed",
    code: "source",
    reason: "The file was changed after it was offered. It was not sent.",
  };
}
