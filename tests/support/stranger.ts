import type { HostPort } from "../../main/base/host-port.ts";
import { parseMsrpUri } from "../../main/base/msrp-uri.ts";
import type { TcpConnection } from "../../main/base/ports.ts";
import type { InviteUas, SrfDialog } from "../../main/drachtio/srf.ts";
import type { ClientPair } from "./client-pair.ts";
import type { FakeSrf } from "./fake-sip.ts";
import { answerTo, FrameReader, type RawFrame, sessionOf } from "./raw-frames.ts";

export const STRANGER_HOST = "10.0.0.7";
const STRANGER: HostPort = { host: STRANGER_HOST, port: 2855 };

/** How another maker's program behaves. */
export interface StrangerHabits {
  /** Longest body of a SEND that it takes; longer ones are answered 400. */
  readonly takesOctets?: number;
  /** Sends a success REPORT about every chunk. */
  readonly reportsEveryChunk?: boolean;
  /** Milliseconds until a SEND is answered. */
  readonly answersAfterMs?: number;
  /** Is silent for ever when a SEND comes before it has answered the one before. */
  readonly hangsOnSecond?: boolean;
  /** Octets of body in the SENDs it makes; the whole file when absent. */
  readonly chunkOctets?: number;
  /** Chunks that it sends before it waits for an answer. */
  readonly window?: number;
  /** The range's end is a number, so that the chunk cannot be interrupted (RFC 4975 §7.1.1 allows it up to 2,048). */
  readonly hasFixedRanges?: boolean;
  /** Its first transfer, in whichever direction, ends after so many octets: connection, then BYE without a reason. */
  readonly stopsAfterOctets?: number;
  /** Answers offers that go on with a file with 403 and the Warning of RCS programs. */
  readonly saysReceived?: boolean;
  /** Copies `file-range` into its answers; without it, it knows whole files only. */
  readonly knowsRanges?: boolean;
  /** With `knowsRanges`: what it gives to those who ask ends here, whatever they asked for, and of unknown length. */
  readonly givesUpTo?: number;
  /** What it gives to those who ask. */
  readonly gives?: Buffer;
}

/** Another maker's program that takes bob's place: SIP by hand over the fake SIP, MSRP octet by octet. */
export class Stranger {
  readonly received = new Map<string, Buffer>();
  /** Lengths of the chunks that came. */
  readonly chunks: number[] = [];
  /** Status lines of REPORTs that came, with their ranges. */
  readonly reports: string[] = [];
  /** Chunks of one file without an answer, at most, since `wakeUp`. */
  mostUnanswered = 0;
  readonly #pair: ClientPair;
  readonly #habits: StrangerHabits;
  readonly #sip: FakeSrf;
  readonly #unanswered = new Map<string, number>();
  #tids = 0;
  #isHung = false;
  #hasStopped = false;
  #dialog: SrfDialog | undefined;
  #giving: { readonly offer: string; readonly dialog: SrfDialog } | undefined;
  #answered = 0;
  #onAnswer: () => void = () => undefined;

  constructor(pair: ClientPair, habits: StrangerHabits = {}) {
    this.#pair = pair;
    this.#habits = habits;
    this.#sip = pair.bobSip;
  }

  /** Rings no more: every offer is taken at once. */
  async answers(): Promise<void> {
    const listening = await this.#pair.net.host(STRANGER_HOST).listenTcp(STRANGER, (tcp) => {
      this.#serve(tcp);
    });
    if (!listening.ok) throw new Error(listening.error.code);
    this.#sip.onInvite((invite) => {
      void this.#accept(invite);
    });
  }

  /** Offers files to alice and sends what she takes, with the habits it has. Resolves with the dialog. */
  async offers(files: ReadonlyMap<string, Buffer>, to: string): Promise<SrfDialog> {
    const names = [...files.keys()];
    const uac = this.#sip.invite({
      uri: to,
      from: "<sip:bob@b.example>",
      headers: [
        { name: "Conversation-ID", value: "c1" },
        { name: "Contribution-ID", value: "i1" },
      ],
      body: { contentType: "application/sdp", content: Buffer.from(offerOf(files)) },
    });
    const outcome = await uac.outcome;
    if (outcome.kind !== "answered") throw new Error(outcome.kind);
    outcome.dialog.onBye((bye) => {
      bye.respond(200);
    });
    const paths = [...outcome.response.body.toString().matchAll(/a=path:(\S+)/g)];
    for (const [index, path] of paths.entries()) {
      const content = files.get(names[index] ?? "") ?? Buffer.alloc(0);
      await this.#sendFile(path[1] ?? "", `s${String(index)}`, content);
    }
    return outcome.dialog;
  }

  /** Started anew by its user. */
  wakeUp(): void {
    this.#isHung = false;
    this.#unanswered.clear();
    this.mostUnanswered = 0;
    this.received.clear();
  }

  async #accept(invite: InviteUas): Promise<void> {
    const offer = invite.request.body.toString();
    if (this.#habits.saysReceived === true && offer.includes("a=file-range")) {
      const warning = { name: "Warning", value: '399 other "File is received"' };
      invite.refuse(403, undefined, [warning]);
      return;
    }
    const isAsked = offer.includes("a=recvonly");
    const kept = this.#habits.knowsRanges === true ? KEPT_WITH_RANGE : KEPT;
    const [, ...media] = offer.split("m=message");
    const lines = media.flatMap((one, index) => [
      `m=message ${String(STRANGER.port)} TCP/MSRP *`,
      isAsked ? "a=sendonly" : "a=recvonly",
      "a=setup:passive",
      "a=accept-types:*",
      `a=path:msrp://${STRANGER_HOST}:2855/s${String(index)};tcp`,
      ...one
        .split("\r\n")
        .filter((line) => kept.test(line))
        .map((line) => this.#cutShort(line)),
    ]);
    const content = Buffer.from(`${[...SESSION, ...lines].join("\r\n")}\r\n`);
    const accepted = await invite.accept({
      headers: [{ name: "User-Agent", value: "Other/1.0" }],
      body: { contentType: "application/sdp", content },
    });
    if (!accepted.ok) return;
    this.#dialog = accepted.value;
    accepted.value.onBye((bye) => {
      bye.respond(200);
    });
    if (isAsked) this.#giving = { offer, dialog: accepted.value };
  }

  #cutShort(line: string): string {
    const { givesUpTo } = this.#habits;
    if (givesUpTo === undefined) return line;
    return line.replace(/^(a=file-range:\d+)-.*$/, `$1-${String(givesUpTo)}`);
  }

  /** Whoever asked has connected. */
  async #give(tcp: TcpConnection): Promise<void> {
    const giving = this.#giving;
    this.#giving = undefined;
    if (giving === undefined) return;
    const { offer, dialog } = giving;
    const path = /a=path:(\S+)/.exec(offer)?.[1] ?? "";
    const start = Number(/a=file-range:(\d+)/.exec(offer)?.[1] ?? 1);
    const from = this.#habits.knowsRanges === true ? start - 1 : 0;
    const content = this.#habits.gives ?? Buffer.alloc(0);
    const rest = content.subarray(from, this.#habits.givesUpTo);
    await this.#sendOver(tcp, { pathText: path, session: "s0", content: rest });
    await dialog.bye();
  }

  // ---- receiving ----

  #serve(tcp: TcpConnection): void {
    const reader = new FrameReader((frame) => {
      if (frame.start.startsWith("SEND")) this.#onSend(frame, tcp);
      else this.#heard(frame);
    });
    tcp.start(reader.handlers(tcp));
  }

  #onSend(frame: RawFrame, tcp: TcpConnection): void {
    if (this.#isHung) return;
    if (frame.body === undefined) {
      tcp.write(Buffer.from(answerTo(frame, 200)));
      void this.#give(tcp);
      return;
    }
    const unanswered = this.#count(frame, 1);
    this.mostUnanswered = Math.max(this.mostUnanswered, unanswered);
    if (unanswered > 1 && this.#habits.hangsOnSecond === true) {
      this.#isHung = true;
      return;
    }
    const { body } = frame;
    this.#pair.clock.startTimer(this.#habits.answersAfterMs ?? 0, () => {
      if (!this.#isHung) this.#take(frame, body, tcp);
    });
  }

  #take(frame: RawFrame, body: Buffer, tcp: TcpConnection): void {
    this.#count(frame, -1);
    const { takesOctets = Number.POSITIVE_INFINITY } = this.#habits;
    const octets = body.length;
    const status = octets > takesOctets ? 400 : 200;
    tcp.write(Buffer.from(answerTo(frame, status)));
    if (status !== 200) return;
    this.chunks.push(octets);
    const start = Number(/^\d+/.exec(frame.fields.get("byte-range") ?? "1")?.[0]) - 1;
    const session = sessionOf(frame);
    const before = this.received.get(session) ?? Buffer.alloc(0);
    const grown = Buffer.alloc(Math.max(before.length, start + octets));
    before.copy(grown);
    body.copy(grown, start);
    this.received.set(session, grown);
    if (grown.length >= this.#stopsAt()) {
      this.#hasStopped = true;
      tcp.destroy();
      void this.#dialog?.bye();
    }
    if (this.#habits.reportsEveryChunk === true && frame.fields.get("success-report") === "yes")
      tcp.write(Buffer.from(this.#report(frame, start + 1, start + octets)));
  }

  #stopsAt(): number {
    return this.#hasStopped
      ? Number.POSITIVE_INFINITY
      : (this.#habits.stopsAfterOctets ?? Number.POSITIVE_INFINITY);
  }

  #count(frame: RawFrame, change: number): number {
    const session = sessionOf(frame);
    const unanswered = (this.#unanswered.get(session) ?? 0) + change;
    this.#unanswered.set(session, unanswered);
    return unanswered;
  }

  #report(frame: RawFrame, start: number, end: number): string {
    const total = /\/(\S+)$/.exec(frame.fields.get("byte-range") ?? "")?.[1] ?? "*";
    const tid = this.#tid();
    return (
      `MSRP ${tid} REPORT\r\nTo-Path: ${frame.fields.get("from-path") ?? ""}\r\n` +
      `From-Path: ${frame.fields.get("to-path") ?? ""}\r\n` +
      `Message-ID: ${frame.fields.get("message-id") ?? ""}\r\n` +
      `Byte-Range: ${String(start)}-${String(end)}/${total}\r\nStatus: 000 200 OK\r\n-------${tid}$\r\n`
    );
  }

  // ---- sending ----

  async #sendFile(pathText: string, session: string, content: Buffer): Promise<void> {
    const uri = parseMsrpUri(pathText);
    if (!uri.ok || uri.value.port === undefined) throw new Error(pathText);
    const remote = { host: uri.value.host, port: uri.value.port };
    const connected = await this.#pair.net
      .host(STRANGER_HOST)
      .connectTcp(remote, { signal: new AbortController().signal, timeoutMs: 1000 });
    if (!connected.ok) throw new Error(connected.error.code);
    const tcp = connected.value;
    const reader = new FrameReader((frame) => {
      this.#heard(frame);
    });
    tcp.start(reader.handlers(tcp));
    await this.#sendOver(tcp, { pathText, session, content });
    tcp.end();
  }

  /** An answer to, or a REPORT about, something of ours. */
  #heard(frame: RawFrame): void {
    if (frame.start.startsWith("REPORT"))
      this.reports.push(
        `${frame.fields.get("status") ?? ""} ${frame.fields.get("byte-range") ?? ""}`,
      );
    else this.#answered += 1;
    this.#onAnswer();
  }

  async #sendOver(tcp: TcpConnection, { pathText, session, content }: SentFile): Promise<void> {
    this.#answered = 0;
    const from = `msrp://${STRANGER_HOST}:2855/${session};tcp`;
    const until = async (count: number): Promise<void> => {
      while (this.#answered < count)
        await new Promise<void>((resolve) => {
          this.#onAnswer = resolve;
        });
    };
    let sent = 0;
    const step = this.#habits.chunkOctets ?? content.length;
    for (let at = 0; at < content.length || at === 0; at += step) {
      const body = content.subarray(at, at + step);
      const end = this.#habits.hasFixedRanges === true ? String(at + body.length) : "*";
      const total = this.#habits.givesUpTo === undefined ? String(content.length) : "*";
      const range = `${String(at + 1)}-${end}/${total}`;
      const tid = this.#tid();
      const flag = at + step >= content.length ? "$" : "+";
      const head =
        `MSRP ${tid} SEND\r\nTo-Path: ${pathText}\r\nFrom-Path: ${from}\r\nMessage-ID: m-${session}\r\n` +
        `Success-Report: yes\r\nByte-Range: ${range}\r\nContent-Type: text/plain\r\n\r\n`;
      tcp.write(
        Buffer.concat([Buffer.from(head), body, Buffer.from(`\r\n-------${tid}${flag}\r\n`)]),
      );
      if (at + body.length >= this.#stopsAt()) {
        this.#hasStopped = true;
        await until(sent);
        tcp.destroy();
        return;
      }
      sent += 1;
      await until(sent - (this.#habits.window ?? 1) + 1);
    }
    await until(sent);
    while (!this.reports.some((report) => report.includes(`/${String(content.length)}`)))
      await new Promise<void>((resolve) => {
        this.#onAnswer = resolve;
      });
  }

  #tid(): string {
    this.#tids += 1;
    return `stranger${String(this.#tids)}`;
  }
}

interface SentFile {
  /** The receiver's `a=path`. */
  readonly pathText: string;
  /** Ours. */
  readonly session: string;
  readonly content: Buffer;
}

const KEPT = /^a=file-(selector|transfer-id)/;
const KEPT_WITH_RANGE = /^a=file-(selector|transfer-id|range)/;

const SESSION = [
  "v=0",
  `o=- 1 1 IN IP4 ${STRANGER_HOST}`,
  "s=-",
  `c=IN IP4 ${STRANGER_HOST}`,
  "t=0 0",
];

function offerOf(files: ReadonlyMap<string, Buffer>): string {
  const media = [...files].flatMap(([name, content], index) => [
    `m=message ${String(STRANGER.port)} TCP/MSRP *`,
    "a=sendonly",
    "a=setup:active",
    "a=accept-types:*",
    `a=path:msrp://${STRANGER_HOST}:2855/s${String(index)};tcp`,
    `a=file-selector:name:"${name}" type:text/plain size:${String(content.length)}`,
    `a=file-transfer-id:stranger${String(index)}`,
  ]);
  return `${[...SESSION, ...media].join("\r\n")}\r\n`;
}
