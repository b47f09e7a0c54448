import type { HostPort } from "../../main/base/host-port.ts";
import { parseMsrpUri } from "../../main/base/msrp-uri.ts";
import type { TcpConnection } from "../../main/base/ports.ts";
import type { InviteUas, SrfDialog } from "../../main/drachtio/srf.ts";
import { ALICE, type ClientPair } from "./client-pair.ts";
import { answerTo, FrameReader, type RawFrame, sessionOf } from "./raw-frames.ts";

export const PEER_HOST = "10.0.0.7";
const LISTEN: HostPort = { host: PEER_HOST, port: 2855 };

/** What a SEND of the peer says; the rest is as it should be. */
export interface SendParts {
  readonly tid: string;
  readonly body?: Buffer;
  readonly range?: string;
  readonly flag?: "$" | "+" | "#";
  readonly type?: string;
  readonly success?: "yes" | "no";
  readonly messageId?: string;
}

/** A file that the peer sends, and where to. */
export interface GivenFile {
  readonly content: Buffer;
  /** Our `a=path`. */
  readonly path: string;
  /** Session of the peer: `s0`, `s1` … */
  readonly session: string;
}

export interface PeerHabits {
  /** The peer's part in offer and answer; `passive` where it takes, `active` where it gives. */
  readonly setup?: "active" | "passive";
  /** What becomes of its session description before it leaves. */
  readonly editSdp?: (text: string) => string;
  /** Instead of what a good receiver does with a SEND that has a body. */
  readonly onSend?: (frame: RawFrame, line: PeerLine) => void;
  /** The answer to a SEND without a body; 200 unless it says so, none where it is 0. */
  readonly onBind?: (frame: RawFrame, line: PeerLine) => number;
  /** Every other frame, before anything is done with it. */
  readonly onOther?: (frame: RawFrame, line: PeerLine) => void;
  /** Octets as they come from the system, before they are cut into frames; none: what it returns is read. */
  readonly onRead?: (bytes: Buffer, line: PeerLine) => Buffer;
  /** A receiver that never sends a success REPORT. */
  readonly neverReports?: boolean;
  /** An active side that waits to be connected to. */
  readonly neverConnects?: boolean;
  /** An active side that connects and says nothing. */
  readonly neverBinds?: boolean;
  /** An answerer that connects, and binds, before it answers. */
  readonly connectsEarly?: boolean;
  /** Value of Reason in its BYE. */
  readonly byeReason?: string;
  /** Instead of bodies of 64 KiB with a window of one. */
  readonly give?: (line: PeerLine, file: GivenFile) => Promise<void>;
  /** Content type of its INVITE or 200, with the body that has the description in it. */
  readonly wrap?: (sdp: string) => { readonly contentType: string; readonly content: string };
}

/** One connection of the peer, octet by octet. */
export class PeerLine {
  readonly frames: RawFrame[] = [];
  isClosed = false;
  readonly #tcp: TcpConnection;
  readonly #onFrame: (frame: RawFrame, line: PeerLine) => void;
  readonly #wake: (() => void)[] = [];

  constructor(
    tcp: TcpConnection,
    onFrame: (frame: RawFrame, line: PeerLine) => void,
    onRead: PeerHabits["onRead"],
  ) {
    this.#tcp = tcp;
    this.#onFrame = onFrame;
    const reader = new FrameReader((frame) => {
      this.frames.push(frame);
      this.#onFrame(frame, this);
      this.#awake();
    });
    tcp.start({
      onData: (bytes) => {
        reader.push(onRead === undefined ? bytes : onRead(bytes, this));
      },
      onDrained: () => undefined,
      onEnd: () => {
        tcp.end();
      },
      onClose: () => {
        this.isClosed = true;
        this.#awake();
      },
    });
  }

  write(octets: string | Buffer): void {
    this.#tcp.write(typeof octets === "string" ? Buffer.from(octets, "latin1") : octets);
  }

  /** Waits for a frame, or for the end of the connection. */
  async until(isIt: (frame: RawFrame) => boolean): Promise<RawFrame | undefined> {
    for (;;) {
      const found = this.frames.find(isIt);
      if (found !== undefined || this.isClosed) return found;
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
      });
    }
  }

  /** Status of the answer to a transaction of the peer. */
  async answer(tid: string): Promise<number> {
    const frame = await this.until((one) => one.tid === tid && /^\d/.test(one.start));
    return Number(frame?.start.slice(0, 3) ?? 0);
  }

  end(): void {
    this.#tcp.end();
  }

  destroy(): void {
    this.#tcp.destroy();
  }

  #awake(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/**
 * A peer that takes bob's place and has one bad habit: SIP by hand, MSRP octet by octet. Without habits it is a good one.
 */
export class PitfallPeer {
  /** What came, by session of the peer. */
  readonly received = new Map<string, Buffer>();
  /** SENDs with a body that came. */
  readonly sends: RawFrame[] = [];
  readonly lines: PeerLine[] = [];
  /** What alice says: her offer, or her answer. */
  aliceSdp = "";
  isRefused = false;
  isByeSeen = false;
  readonly #pair: ClientPair;
  readonly #habits: PeerHabits;
  #close: () => void = () => undefined;
  readonly #waiting = new Map<string, (line: PeerLine) => void>();
  #reports = 0;

  constructor(pair: ClientPair, habits: PeerHabits = {}) {
    this.#pair = pair;
    this.#habits = habits;
  }

  /** Where others connect to. */
  async listen(host = PEER_HOST): Promise<void> {
    const local = { ...LISTEN, host };
    const listening = await this.#pair.net.host(host).listenTcp(local, (tcp) => {
      this.#line(tcp);
    });
    if (!listening.ok) throw new Error(listening.error.code);
    this.#close = () => {
      listening.value.close();
    };
  }

  stop(): void {
    this.#close();
    for (const line of this.lines) line.destroy();
  }

  /** Every offer is taken at once. */
  takes(): void {
    this.#pair.bobSip.onInvite((invite) => {
      void this.#accept(invite);
    });
  }

  /** Offers files to alice, and sends what she takes. Ends with BYE. */
  async gives(files: ReadonlyMap<string, Buffer>): Promise<void> {
    const sdp = offerOf(files, this.#setup("active"));
    const body = this.#body(this.#habits.editSdp?.(sdp) ?? sdp);
    const uac = this.#pair.bobSip.invite({
      uri: ALICE,
      from: "<sip:bob@b.example>",
      headers: [
        { name: "Conversation-ID", value: "c1" },
        { name: "Contribution-ID", value: "i1" },
      ],
      body,
    });
    const outcome = await uac.outcome;
    if (outcome.kind !== "answered") {
      this.isRefused = true;
      return;
    }
    this.aliceSdp = outcome.response.body.toString();
    this.#watch(outcome.dialog);
    const contents = [...files.values()];
    for (const [index, media] of mediaOf(this.aliceSdp).entries()) {
      const content = contents[index];
      if (content !== undefined && portOf(media) !== 0)
        await this.#give({ content, path: pathOf(media), session: `s${String(index)}` });
    }
    const { byeReason: value } = this.#habits;
    await outcome.dialog.bye(value === undefined ? [] : [{ name: "Reason", value }]);
  }

  /** A SEND of the peer to a session of alice. */
  send(file: Pick<GivenFile, "path" | "session">, parts: SendParts): Buffer {
    const { tid, body, range, flag = "$", type = "text/plain", success = "yes" } = parts;
    const head =
      `MSRP ${tid} SEND\r\nTo-Path: ${file.path}\r\nFrom-Path: ${ownUri(file.session)}\r\n` +
      `Message-ID: ${parts.messageId ?? `m-${file.session}`}\r\n`;
    const end = `-------${tid}${flag}\r\n`;
    if (body === undefined) return Buffer.from(head + end, "latin1");
    const fields =
      (range === undefined ? "" : `Byte-Range: ${range}\r\n`) +
      `Success-Report: ${success}\r\nContent-Type: ${type}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head + fields, "latin1"), body, Buffer.from(`\r\n${end}`)]);
  }

  /** A success REPORT about all or some of a message of alice's. */
  report(frame: RawFrame, range: string, status = "000 200 OK", tid?: string): string {
    this.#reports += 1;
    const own = tid ?? `report${String(this.#reports)}`;
    return (
      `MSRP ${own} REPORT\r\nTo-Path: ${frame.fields.get("from-path") ?? ""}\r\n` +
      `From-Path: ${frame.fields.get("to-path") ?? ""}\r\n` +
      `Message-ID: ${frame.fields.get("message-id") ?? ""}\r\n` +
      `Byte-Range: ${range}\r\nStatus: ${status}\r\n-------${own}$\r\n`
    );
  }

  /** What a good receiver does with a SEND that has a body. */
  take(frame: RawFrame, line: PeerLine, body = frame.body ?? Buffer.alloc(0)): void {
    line.write(answerTo(frame, 200));
    const start = Number(/^\d+/.exec(frame.fields.get("byte-range") ?? "1")?.[0]) - 1;
    const session = sessionOf(frame);
    const before = this.received.get(session) ?? Buffer.alloc(0);
    const grown = Buffer.alloc(Math.max(before.length, start + body.length));
    before.copy(grown);
    body.copy(grown, start);
    this.received.set(session, grown);
    if (frame.flag !== "$" || this.#habits.neverReports === true) return;
    line.write(this.report(frame, `1-${String(grown.length)}/${String(grown.length)}`));
  }

  // ---- inside ----

  async #give(file: GivenFile): Promise<void> {
    const line = await this.#lineTo(file);
    await (this.#habits.give ?? this.#giveWell)(line, file);
    // One that alice opened may be for other files, too.
    if (!this.aliceSdp.includes("a=setup:active")) line.end();
  }

  /** A good sender. */
  readonly #giveWell = async (line: PeerLine, file: GivenFile): Promise<void> => {
    await this.giveChunks(line, file, 65_536);
  };

  /** Chunks of one length, each after the answer to the one before; then the REPORT is waited for. */
  async giveChunks(
    line: PeerLine,
    file: GivenFile,
    step: number,
    parts: (at: number) => Partial<SendParts> = () => ({}),
  ): Promise<void> {
    const { length } = file.content;
    for (let at = 0; at < length || at === 0; at += step) {
      const body = file.content.subarray(at, at + step);
      const tid = `${file.session}chunk${String(at)}`;
      const flag = at + step >= length ? "$" : "+";
      const range = `${String(at + 1)}-*/${String(length)}`;
      const sent = { tid, body, range, flag, ...parts(at) } as const;
      const known = line.frames.length;
      line.write(this.send(file, sent));
      await line.until(
        (frame) =>
          line.frames.indexOf(frame) >= known && frame.tid === sent.tid && /^\d/.test(frame.start),
      );
    }
    await line.until((frame) => frame.start.startsWith("REPORT"));
  }

  async #lineTo(file: GivenFile): Promise<PeerLine> {
    const isPassive =
      this.#habits.neverConnects === true || this.aliceSdp.includes("a=setup:active");
    if (isPassive)
      return new Promise((resolve) => {
        this.#waiting.set(file.session, resolve);
        const bound = this.lines.find((line) =>
          line.frames.some((one) => sessionOf(one) === file.session),
        );
        if (bound !== undefined) resolve(bound);
      });
    return this.connect(file.path);
  }

  async connect(path: string): Promise<PeerLine> {
    const uri = parseMsrpUri(path);
    if (!uri.ok || uri.value.port === undefined) throw new Error(path);
    const remote = { host: uri.value.host, port: uri.value.port };
    const connected = await this.#pair.net
      .host(PEER_HOST)
      .connectTcp(remote, { signal: new AbortController().signal, timeoutMs: 1000 });
    if (!connected.ok) throw new Error(connected.error.code);
    return this.#line(connected.value);
  }

  async #accept(invite: InviteUas): Promise<void> {
    this.aliceSdp = invite.request.body.toString();
    const answer = answerOf(this.aliceSdp, this.#setup("passive"));
    if (this.#habits.connectsEarly === true) {
      await this.bindAll();
      await new Promise<void>((resolve) => {
        this.#pair.clock.startTimer(500, resolve);
      });
    }
    const accepted = await invite.accept({
      headers: [{ name: "User-Agent", value: "Other/1.0" }],
      body: this.#body(this.#habits.editSdp?.(answer) ?? answer),
    });
    if (!accepted.ok) return;
    this.#watch(accepted.value);
    const { setup, connectsEarly, neverConnects } = this.#habits;
    if (setup === "active" && connectsEarly !== true && neverConnects !== true)
      await this.bindAll();
  }

  /** One connection for each file. */
  async bindAll(): Promise<void> {
    for (const [index, media] of mediaOf(this.aliceSdp).entries()) {
      const line = await this.connect(pathOf(media));
      const file = { path: pathOf(media), session: `s${String(index)}` };
      if (this.#habits.neverBinds !== true)
        line.write(this.send(file, { tid: `bind${String(index)}` }));
    }
  }

  #setup(preferred: "active" | "passive"): string {
    return this.#habits.setup ?? preferred;
  }

  #body(sdp: string): { readonly contentType: string; readonly content: Buffer } {
    const wrapped = this.#habits.wrap?.(sdp) ?? { contentType: "application/sdp", content: sdp };
    return { ...wrapped, content: Buffer.from(wrapped.content) };
  }

  #watch(dialog: SrfDialog): void {
    dialog.onBye((bye) => {
      this.isByeSeen = true;
      bye.respond(200);
    });
  }

  #line(tcp: TcpConnection): PeerLine {
    const line = new PeerLine(
      tcp,
      (frame, own) => {
        this.#onFrame(frame, own);
      },
      this.#habits.onRead,
    );
    this.lines.push(line);
    return line;
  }

  #onFrame(frame: RawFrame, line: PeerLine): void {
    if (!frame.start.startsWith("SEND") || frame.body === undefined) {
      this.#habits.onOther?.(frame, line);
      if (!frame.start.startsWith("SEND")) return;
      const status = this.#habits.onBind?.(frame, line) ?? 200;
      if (status !== 0) line.write(answerTo(frame, status));
      this.#waiting.get(sessionOf(frame))?.(line);
      return;
    }
    this.sends.push(frame);
    if (this.#habits.onSend === undefined) this.take(frame, line);
    else this.#habits.onSend(frame, line);
  }
}

export function ownUri(session: string): string {
  return `msrp://${PEER_HOST}:2855/${session};tcp`;
}

/** The m= blocks of a description, each from after `m=` on. */
export function mediaOf(sdp: string): readonly string[] {
  return sdp.split(/^m=/m).slice(1);
}

export function portOf(media: string): number {
  return Number(/^message (\d+)/.exec(media)?.[1] ?? 0);
}

function pathOf(media: string): string {
  return /^a=path:(\S+)/m.exec(media)?.[1] ?? "";
}

const SESSION = ["v=0", `o=- 1 1 IN IP4 ${PEER_HOST}`, "s=-", `c=IN IP4 ${PEER_HOST}`, "t=0 0"];

function offerOf(files: ReadonlyMap<string, Buffer>, setup: string): string {
  const media = [...files].flatMap(([name, content], index) => [
    `m=message ${String(LISTEN.port)} TCP/MSRP *`,
    "a=sendonly",
    `a=setup:${setup}`,
    "a=accept-types:*",
    `a=path:${ownUri(`s${String(index)}`)}`,
    `a=file-selector:name:"${name}" type:text/plain size:${String(content.length)}`,
    `a=file-transfer-id:peer${String(index)}`,
  ]);
  return `${[...SESSION, ...media].join("\r\n")}\r\n`;
}

function answerOf(offer: string, setup: string): string {
  const media = mediaOf(offer).flatMap((one, index) => [
    `m=message ${String(LISTEN.port)} TCP/MSRP *`,
    "a=recvonly",
    `a=setup:${setup}`,
    "a=accept-types:*",
    `a=path:${ownUri(`s${String(index)}`)}`,
    ...one.split("\r\n").filter((line) => /^a=file-(selector|transfer-id)/.test(line)),
  ]);
  return `${[...SESSION, ...media].join("\r\n")}\r\n`;
}
