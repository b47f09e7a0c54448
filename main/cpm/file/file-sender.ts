import type { FileError, FileSource } from "../../base/files.ts";
import type { Clock } from "../../base/ports.ts";
import type { Result } from "../../base/result.ts";
import type { MessageOutcome, OutgoingMessage } from "../../msrp/session/outgoing-message.ts";
import type { MsrpReport, MsrpSession } from "../../msrp/session/session.ts";
import { BlockPool } from "./block-pool.ts";
import { Gate } from "./gate.ts";
import { sessionFailure } from "./media-security.ts";
import { NOT_KEPT } from "./not-kept.ts";
import type { FileOutcome } from "./outcome.ts";
import { addReport, isCovered, NO_REPORTS } from "./report-coverage.ts";

export interface FileSenderOptions {
  readonly source: FileSource;
  readonly session: MsrpSession;
  readonly contentType: string;
  /** The answer came from a client whose success REPORT follows the hash check (docs/decisions/0003). */
  readonly isPeerOurs: boolean;
  /** 0-based, `to` excluded; the whole file when absent (RFC 5547 §6 file-range). */
  readonly span?: FileSpan;
  /** Goes before the file, in a message of type `message/cpim`. */
  readonly wrapper?: Buffer;
  /** Octets of the file, from its start, that the peer has or that its 200s cover so far. */
  readonly onAcknowledged: (octets: number) => void;
}

/** Octets of a file from `from` on, before `to`. */
export interface FileSpan {
  readonly from: number;
  readonly to: number;
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
  readonly #span: FileSpan;
  #acknowledgedOctets: number;
  readonly #halted: Promise<"halted">;
  #halt: () => void = () => undefined;
  #end: MessageOutcome | undefined;
  #isReportOverdue = false;
  readonly #gate = new Gate();
  readonly #blocks = new BlockPool(BLOCK_OCTETS);

  constructor(clock: Clock, options: FileSenderOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#span = options.span ?? { from: 0, to: options.source.sizeOctets };
    this.#acknowledgedOctets = this.#span.from;
    this.#halted = new Promise((resolve) => {
      this.#halt = () => {
        resolve("halted");
      };
    });
  }

  /** Octets of the file, from its start, that need not be sent again. */
  get acknowledgedOctets(): number {
    return this.#acknowledgedOctets;
  }

  async run(): Promise<FileOutcome> {
    const { session } = this.#options;
    const undos = [
      session.events.on("report", (report) => {
        this.#onReport(report);
      }),
      // It may come at once with the last 200.
      session.events.on("closed", () => {
        this.#isReportOverdue = true;
        this.#gate.open();
      }),
    ];
    try {
      const bound = await Promise.race([session.bound, this.#halted]);
      if (bound === "halted") return this.#stopped ?? STOPPED;
      if (this.#stopped !== undefined) return this.#stopped;
      if (!bound.ok) return sessionFailure(bound.error);
      return await this.#send();
    } finally {
      for (const undo of undos) undo();
    }
  }

  /** Ends the message with `#` unless it has ended; `run` then settles with this outcome. */
  stop(outcome: FileOutcome): void {
    this.#stopped ??= outcome;
    this.#message?.abort();
    this.#gate.open();
  }

  /**
   * Leaves the message where it is, without `#`: what was sent stays of use. `run` settles at once with this outcome.
   */
  halt(outcome: FileOutcome): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = outcome;
    this.#message?.endChunk();
    this.#gate.open();
    this.#halt();
  }

  /** Of the message. */
  get #lengthOctets(): number {
    return this.#wrapperOctets + this.#span.to - this.#span.from;
  }

  get #wrapperOctets(): number {
    return this.#options.wrapper?.length ?? 0;
  }

  /** Octets of the file, from its start, for so many of the message. */
  #inFile(messageOctets: number): number {
    return this.#span.from + Math.max(0, messageOctets - this.#wrapperOctets);
  }

  async #send(): Promise<FileOutcome> {
    const { session, contentType, wrapper } = this.#options;
    // RFC 5547 §6: the message is the range alone, so that Byte-Range starts at 1 again.
    const message = session.send({
      contentType: wrapper === undefined ? contentType : "message/cpim",
      totalOctets: this.#lengthOctets,
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
        this.#acknowledgedOctets = this.#inFile(message.answeredEnd);
        this.#blocks.free(this.#acknowledgedOctets);
        this.#options.onAcknowledged(this.#inFile(octets));
      }),
      message.events.on("drained", () => {
        this.#gate.open();
      }),
    ];
    if (wrapper !== undefined) message.write(wrapper);
    const unread = await this.#pump(message);
    if (unread !== undefined) this.stop(unread);
    const end = await Promise.race([outcome, this.#halted]);
    for (const undo of undos) undo();
    if (end === "halted") return this.#stopped ?? STOPPED;
    return this.#stopped ?? this.#judge(end);
  }

  /** @returns why the file could not be read, where it could not */
  async #pump(message: OutgoingMessage): Promise<FileOutcome | undefined> {
    const { source } = this.#options;
    const { from, to } = this.#span;
    let position = from;
    let next = position < to ? this.#read(position) : undefined;
    while (next !== undefined) {
      const block = await next;
      if (this.#isOver()) return undefined;
      if (!block.ok) return sourceFailure(block.error);
      if (block.value.length === 0) return changedFailure();
      position += block.value.length;
      next = position < to ? this.#read(position) : undefined;
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
    const length = Math.min(BLOCK_OCTETS, this.#span.to - position);
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
        return rejection(end);
      case "timeout":
        return connectionFailure("no response from the receiver within 30 s");
      case "closed":
        return connectionFailure(end.message);
      case "aborted":
        return this.#coverage.failure === undefined ? STOPPED : this.#fromReports();
    }
  }

  async #awaitReport(): Promise<FileOutcome> {
    const timer = this.#clock.startTimer(REPORT_GUARD_MS, () => {
      this.#isReportOverdue = true;
      this.#gate.open();
    });
    while (!this.#isReportOverdue && !this.#isReported() && this.#stopped === undefined)
      await this.#gate.wait();
    timer.cancel();
    return this.#fromReports();
  }

  #isReported(): boolean {
    const { failure } = this.#coverage;
    return failure !== undefined || isCovered(this.#coverage, this.#lengthOctets);
  }

  #fromReports(): FileOutcome {
    const { failure } = this.#coverage;
    const { isPeerOurs } = this.#options;
    if (failure !== undefined) return failureReport(failure, isPeerOurs);
    const isProven = isPeerOurs && isCovered(this.#coverage, this.#lengthOctets);
    // Ours says so when it has the file. Without that word it may have lost it, or the word was lost: it can be asked.
    if (isPeerOurs && !isProven)
      return this.#stopped ?? connectionFailure("the receiver has not confirmed the file");
    if (this.#span.to < this.#options.source.sizeOctets) return ONLY_A_PART;
    return { kind: "complete", isProven };
  }

  #onReport(report: MsrpReport): void {
    if (report.messageId !== this.#message?.messageId) return;
    this.#coverage = addReport(this.#coverage, report, this.#lengthOctets);
    // RFC 4975 §7.3.2: octets reported as not received cannot be mended on this session.
    if (this.#coverage.failure !== undefined) this.#message.abort();
    this.#gate.open();
  }
}

const STOPPED: FileOutcome = {
  kind: "interrupted",
  reason: "Sending was stopped.",
  code: "connection",
};

/** A receiver may ask for the octets of a file piece by piece (RFC 5547 §8.2.2). */
const ONLY_A_PART: FileOutcome = {
  kind: "interrupted",
  code: "connection",
  reason: "The receiver has asked for a part of the file.",
};

interface Refusal {
  readonly status: number;
  readonly comment?: string;
}

function failureReport(refusal: Refusal, isPeerOurs: boolean): FileOutcome {
  if (refusal.status === 400 && isPeerOurs)
    return {
      kind: "failed",
      code: "verification",
      reason: "The file arrived damaged and was set aside.",
      isMismatch: true,
    };
  return rejection(refusal);
}

/** A SEND refused, or a failure REPORT (RFC 4975 §10). */
function rejection({ status, comment }: Refusal): FileOutcome {
  if (status === 413 && comment === NOT_KEPT)
    return {
      ...{ kind: "interrupted", code: "not-kept" },
      reason: "The receiver's device did not keep this file.",
    };
  if (status === 413)
    return { kind: "interrupted", code: "declined", reason: "The receiver cancelled this file." };
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
    code: "source-changed",
    reason: "The file was changed after it was offered. It was not sent.",
  };
}
