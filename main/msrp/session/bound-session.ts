import { EventSource } from "../../base/events.ts";
import { formatMsrpUri, type MsrpUri } from "../../base/msrp-uri.ts";
import type { Clock, Random, Timer } from "../../base/ports.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { endLine } from "../framing/end-line.ts";
import type { FrameHead } from "../framing/frame-head.ts";
import { type FrameSink, type FrameWire, IGNORED_FRAME } from "../framing/frame-wire.ts";
import {
  newMessageId,
  newTransactionId,
  type Paths,
  requestHead,
  responseFrame,
} from "../framing/serialize.ts";
import { IncomingMessages } from "./incoming-messages.ts";
import { OutgoingChunks } from "./outgoing-chunks.ts";
import type { OutgoingHeader, OutgoingMessage } from "./outgoing-message.ts";
import type { PeerPace } from "./peer-pace.ts";
import { readReport, reportFrame } from "./report.ts";
import { failureReportOf } from "./send-head.ts";
import type {
  MsrpFailure,
  MsrpReport,
  MsrpSession,
  MsrpSessionEvents,
  SessionOptions,
} from "./session.ts";
import { StrayReports } from "./stray-reports.ts";
import { Transactions } from "./transactions.ts";

export interface SessionContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly pace: PeerPace;
  readonly bindTimeoutMs: number;
  /** Why nobody came, or answered, in time. */
  readonly whyUnbound: () => MsrpFailure;
  /** The session needs its connection no more; settles when what was queued has left. */
  readonly release: (session: BoundSession) => Promise<void>;
}

/** Messages whose REPORTs are still understood after they were sent. */
const MAX_REMEMBERED_MESSAGES = 1024;

/**
 * Who waited for one certificate and was met with another tells of it this share of its time early: whoever connected waits
 * as long for an answer, and would find the connection merely lost.
 */
const STRANGER_LEAD = 1 / 6;

/** A session of ours: waits for its connection, then moves messages over it. */
export class BoundSession implements MsrpSession {
  readonly localUri: MsrpUri;
  readonly remotePath: readonly MsrpUri[];
  readonly bound: Promise<Result<void, MsrpFailure>>;
  readonly events = new EventSource<MsrpSessionEvents>();
  readonly isActive: boolean;
  readonly #fingerprints: ReadonlySet<string> | undefined;
  readonly #context: SessionContext;
  readonly #transactions: Transactions;
  readonly #incoming: IncomingMessages;
  readonly #sending = new Set<OutgoingChunks>();
  readonly #sent = new Map<string, OutgoingChunks>();
  readonly #strayReports: StrayReports;
  readonly #paths: Paths;
  /** RFC 4975 §7.2: To-Path of a response is the previous hop alone. */
  readonly #responsePaths: Paths;
  #bindTimer: Timer;
  #settleBound: (result: Result<void, MsrpFailure>) => void = () => undefined;
  #wire: FrameWire | undefined;
  #isOpenForSending = false;
  #isClosed = false;

  constructor(options: SessionOptions, context: SessionContext) {
    this.localUri = options.localUri;
    this.remotePath = options.remotePath;
    this.isActive = options.role === "active";
    this.#fingerprints =
      options.localUri.scheme === "msrps" ? new Set(options.fingerprints) : undefined;
    this.#context = context;
    this.#transactions = new Transactions(context.clock);
    this.#strayReports = new StrayReports(context.clock);
    this.#paths = {
      toPath: options.remotePath.map(formatMsrpUri).join(" "),
      fromPath: formatMsrpUri(options.localUri),
    };
    const [nextHop] = options.remotePath;
    this.#responsePaths = {
      toPath: nextHop === undefined ? "" : formatMsrpUri(nextHop),
      fromPath: this.#paths.fromPath,
    };
    this.#incoming = new IncomingMessages({
      session: this,
      receiver: options.receiver,
      acceptTypes: options.acceptTypes,
      maxSizeOctets: options.maxSizeOctets ?? Number.MAX_SAFE_INTEGER,
      respond: (transactionId, status, comment) => {
        this.#respond(transactionId, status, comment);
      },
    });
    this.bound = new Promise((resolve) => {
      this.#settleBound = resolve;
    });
    const leadMs = this.#fingerprints === undefined ? 0 : context.bindTimeoutMs * STRANGER_LEAD;
    this.#bindTimer = context.clock.startTimer(context.bindTimeoutMs - leadMs, () => {
      this.#unbound(leadMs);
    });
  }

  send(header: OutgoingHeader): OutgoingMessage {
    const messageId = header.messageId ?? newMessageId(this.#context.random);
    const message = new OutgoingChunks(messageId, header, {
      random: this.#context.random,
      pace: this.#context.pace,
      transactions: this.#transactions,
      paths: this.#paths,
      want: (source) => {
        if (this.#isOpenForSending) this.#wire?.want(source);
      },
      onSettled: (settled) => {
        this.#sending.delete(settled);
        this.#wire?.forget(settled);
      },
    });
    if (this.#isClosed) {
      message.close("session closed");
      return message;
    }
    this.#sending.add(message);
    this.#remember(message);
    return message;
  }

  report(report: MsrpReport): void {
    const { text, summary } = reportFrame(report, this.#paths, this.#context.random);
    this.#wire?.sendFrame(text, summary);
  }

  pauseReading(): void {
    this.#wire?.pause(this);
  }

  resumeReading(): void {
    this.#wire?.resume(this);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#end({ kind: "closed", message: "session closed" }, {});
    await this.#context.release(this);
  }

  /** @param leftMs how much longer a peer is awaited, unless it was here and is not who it should be */
  #unbound(leftMs: number): void {
    const why = this.#context.whyUnbound();
    if (leftMs === 0 || why.kind === "untrusted") {
      this.fail(why);
      return;
    }
    this.#bindTimer = this.#context.clock.startTimer(leftMs, () => {
      this.#unbound(0);
    });
  }

  // ---- told by the endpoint ----

  /** The connection is protected as this session was agreed to be, and its other end is who it should be. */
  mayUse({ peerFingerprint }: { readonly peerFingerprint: string | undefined }): boolean {
    if (this.#fingerprints === undefined) return peerFingerprint === undefined;
    return peerFingerprint !== undefined && this.#fingerprints.has(peerFingerprint);
  }

  /**
   * We connected: the first request binds the session, with or without anything to say (RFC 4975 §5.4).
   * @param onRefused true where another connection is tried
   */
  bindActively(wire: FrameWire, onRefused: () => boolean = () => false): void {
    if (this.#isClosed) return;
    this.#wire = wire;
    const transactionId = newTransactionId(this.#context.random);
    const messageId = newMessageId(this.#context.random);
    const start = { transactionId, method: "SEND", paths: this.#paths } as const;
    const text = requestHead(start, [["Message-ID", messageId]]) + endLine(transactionId, "$");
    this.#transactions.add(transactionId, {
      onResponse: (status, comment) => {
        if (status === 200) this.#onBound();
        else if (!onRefused())
          this.fail({
            kind: "connect-failed",
            message: `peer answered ${String(status)} ${comment}`,
          });
      },
      onTimeout: () => {
        this.fail({ kind: "bind-timeout", message: "the peer did not answer the first SEND" });
      },
    });
    wire.sendFrame(text, {
      method: "SEND",
      tid: transactionId,
      messageId,
      flag: "$",
      hasBody: false,
    });
  }

  /** A request for this session arrived on a connection: that is its connection from here on. */
  bindPassively(wire: FrameWire): void {
    if (this.#isClosed) return;
    this.#wire = wire;
    this.#onBound();
  }

  onRequest(head: FrameHead): FrameSink {
    if (this.#isClosed) return IGNORED_FRAME;
    if (head.method === "SEND") return this.#incoming.onSend(head);
    if (head.method === "REPORT") this.#onReport(head);
    else if (failureReportOf(head) !== "no") this.#respond(head.transactionId, 501, undefined);
    return IGNORED_FRAME;
  }

  /** @returns false when the response is not for a request of this session */
  onResponse(head: FrameHead): boolean {
    return this.#transactions.onResponse(head.transactionId, head.status, head.comment);
  }

  /** The connection is gone, or there never was one. */
  fail(failure: MsrpFailure): void {
    if (this.#isClosed) return;
    for (const message of [...this.#sending]) message.onConnectionLost(failure.message);
    this.#end(failure, { failure });
    void this.#context.release(this);
  }

  // ---- inside ----

  #onBound(): void {
    if (this.#isOpenForSending || this.#isClosed) return;
    this.#bindTimer.cancel();
    this.#isOpenForSending = true;
    this.#settleBound(ok(undefined));
    for (const message of this.#sending) this.#wire?.want(message);
  }

  #onReport(head: FrameHead): void {
    const report = head.malformed === undefined ? readReport(head) : undefined;
    const message = report === undefined ? undefined : this.#sent.get(report.messageId);
    const isAboutUs =
      report !== undefined &&
      message !== undefined &&
      (report.range.end === "*" ? report.range.start - 1 : report.range.end) <=
        message.lastOctetSent;
    if (!isAboutUs) {
      if (this.#strayReports.isTooMany())
        this.#wire?.lose("too many REPORTs about nothing we sent");
      return;
    }
    if (report.status !== 200) message.onFailureReport(report.status, report.comment);
    this.events.emit("report", report);
  }

  #respond(transactionId: string, status: number, comment: string | undefined): void {
    const text = responseFrame(transactionId, status, comment, this.#responsePaths);
    this.#wire?.sendFrame(text, { status, tid: transactionId, flag: "$", hasBody: false });
  }

  #remember(message: OutgoingChunks): void {
    this.#sent.set(message.messageId, message);
    if (this.#sent.size <= MAX_REMEMBERED_MESSAGES) return;
    for (const oldest of this.#sent.keys()) {
      this.#sent.delete(oldest);
      return;
    }
  }

  #end(why: MsrpFailure, closed: MsrpSessionEvents["closed"]): void {
    this.#isClosed = true;
    this.#bindTimer.cancel();
    this.#transactions.clear();
    for (const message of [...this.#sending]) message.close(why.message);
    this.#isOpenForSending = false;
    this.resumeReading();
    this.#settleBound(err(why));
    this.events.emit("closed", closed);
  }
}
