import type { TcpConnection } from "../../main/base/ports.ts";

/** One MSRP message as it lay on the wire. */
export interface RawFrame {
  /** The start line after the transaction id. */
  readonly start: string;
  readonly tid: string;
  /** By lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  readonly body?: Buffer;
  readonly flag: string;
}

/** Cuts a stream at its end-lines. Slow and simple: it must not share a mistake with the parser it is tried on. */
export class FrameReader {
  readonly #onFrame: (frame: RawFrame) => void;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(onFrame: (frame: RawFrame) => void) {
    this.#onFrame = onFrame;
  }

  handlers(tcp: TcpConnection): Parameters<TcpConnection["start"]>[0] {
    return {
      onData: (bytes) => {
        this.push(bytes);
      },
      onDrained: () => undefined,
      onEnd: () => {
        tcp.end();
      },
      onClose: () => undefined,
    };
  }

  push(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (let frame = this.#take(); frame !== undefined; frame = this.#take()) this.#onFrame(frame);
  }

  #take(): RawFrame | undefined {
    const lineEnd = this.#bytes.indexOf("\r\n");
    if (lineEnd < 0) return undefined;
    const [, tid = "", ...start] = this.#bytes.toString("latin1", 0, lineEnd).split(" ");
    const end = this.#bytes.indexOf(`-------${tid}`, lineEnd);
    const length = end + 7 + tid.length + 3;
    if (end < 0 || this.#bytes.length < length) return undefined;
    const flag = this.#bytes.toString("latin1", length - 3, length - 2);
    const blank = this.#bytes.indexOf("\r\n\r\n");
    const hasBody = blank >= 0 && blank < end;
    const head = this.#bytes.toString("latin1", lineEnd + 2, hasBody ? blank : end);
    const fields = new Map(
      head.split("\r\n").map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
      }),
    );
    const body = hasBody ? Buffer.from(this.#bytes.subarray(blank + 4, end - 2)) : undefined;
    this.#bytes = this.#bytes.subarray(length);
    return {
      ...{ start: start.join(" "), tid, fields, flag },
      ...(body === undefined ? {} : { body }),
    };
  }
}

/** Session id of the receiver's URI, to which it was sent. */
export function sessionOf(frame: RawFrame): string {
  return /\/([^/;]+);tcp$/.exec(frame.fields.get("to-path") ?? "")?.[1] ?? "";
}

export function answerTo(frame: RawFrame, status: number): string {
  return (
    `MSRP ${frame.tid} ${String(status)} x\r\nTo-Path: ${frame.fields.get("from-path") ?? ""}\r\n` +
    `From-Path: ${frame.fields.get("to-path") ?? ""}\r\n-------${frame.tid}$\r\n`
  );
}
