import { bracketHost, formatHostPort, type HostPort } from "../base/host-port.ts";
import type { Clock, Random } from "../base/ports.ts";
import { randomUuid } from "../base/tokens.ts";
import { reasonPhrase, responseTo } from "../sip/message/build.ts";
import type { HeaderField } from "../sip/message/headers.ts";
import type { SipMessage, SipRequest, SipResponse } from "../sip/message/message.ts";
import type { Flow } from "../sip/transport/flow.ts";
import type { UaFailure } from "../sip/ua/ua-failure.ts";
import type { CallNames } from "./call-names.ts";
import { type CallRecord, recordDetail, recordToken } from "./call-record.ts";
import { encodeFrame } from "./frame.ts";
import { sourceTokens, timeOfDay } from "./meta-line.ts";
import { CALL_ID_HEADER, FAILURE_HEADER } from "./private-headers.ts";
import { presentMessage } from "./sip-text.ts";

/** Where a message is or was on the network. */
export type Place = Pick<Flow, "transport" | "remote">;

export interface IncomingFrame {
  readonly request: SipRequest;
  readonly place: Place;
  readonly txnId: string;
  /** Absent for a request outside a dialog. */
  readonly dialogId?: string;
  readonly names?: CallNames;
  readonly extra?: readonly HeaderField[];
}

export interface ResponseFrame {
  readonly response: SipResponse;
  readonly txnId: string;
  readonly names?: CallNames;
  /** Where it came from; absent for a response that the engine made. */
  readonly place?: Place;
  readonly extra?: readonly HeaderField[];
}

/** Statuses by which drachtio-srf learns of failures inside the stack. */
const FAILURE_STATUS: Readonly<Record<UaFailure["kind"], number>> = {
  timeout: 408,
  transport: 503,
  cancelled: 487,
  closed: 503,
  protocol: 500,
};

/** Writes the frames that go to drachtio-srf, in the layouts of drachtio's wire protocol. */
export class ControlWire {
  readonly #send: (bytes: Buffer) => void;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #local: HostPort;

  constructor(
    send: (bytes: Buffer) => void,
    ports: { readonly clock: Clock; readonly random: Random },
    local: HostPort,
  ) {
    this.#send = send;
    this.#clock = ports.clock;
    this.#random = ports.random;
    this.#local = local;
  }

  newId(): string {
    return randomUuid(this.#random);
  }

  ok(rid: string, rest = ""): void {
    this.#write(`response|${rid}|OK${rest}`);
  }

  nok(rid: string, text: string): void {
    this.#write(`response|${rid}|NOK|${text.replace(/[|\r\n]/g, " ")}`);
  }

  /** The answer to `authenticate`: our addresses and version. */
  welcome(rid: string, version: string): void {
    const ports = (["udp", "tcp"] as const).map((one) => `${one}/${formatHostPort(this.#local)}`);
    const list = ports.join(",");
    this.ok(rid, `|${list}|${version}|${list}`);
  }

  sentRequest(rid: string, request: SipRequest, sent: Omit<IncomingFrame, "request">): void {
    const text = this.#show(request, sent.names, []);
    const source = this.#source("application", text, sent.place);
    this.ok(rid, `|${source}|${sent.txnId}|Msg sent:|\r\n${text}`);
  }

  sentResponse(rid: string, frame: ResponseFrame): void {
    const text = this.#show(frame.response, frame.names, []);
    const source = this.#source("application", text, frame.place);
    const dialogId = frame.names?.dialogId ?? "";
    this.ok(rid, `|${source}|${frame.txnId}|${dialogId}||Msg sent:|\r\n${text}`);
  }

  request(frame: IncomingFrame): void {
    const text = this.#show(frame.request, frame.names, frame.extra ?? []);
    const source = this.#source("network", text, frame.place);
    const local = `${bracketHost(this.#local.host)}|${String(this.#local.port)}`;
    const isOutside = frame.dialogId === undefined && frame.request.method !== "CANCEL";
    const tail = isOutside ? `|${local}|` : `${frame.dialogId ?? ""}|`;
    this.#write(`sip|${source}|${frame.txnId}|${tail}\r\n${text}`);
  }

  response(frame: ResponseFrame): void {
    // drachtio-srf sends a PRACK for every RSeq that it sees; the stack has sent it.
    const headers = frame.response.headers.remove("RSeq");
    const text = this.#show({ ...frame.response, headers }, frame.names, frame.extra ?? []);
    const source = this.#source("network", text, frame.place);
    const dialogId = frame.names?.dialogId ?? "";
    this.#write(`sip|${source}|${frame.txnId}|${dialogId}|\r\n${text}`);
  }

  /** Tells a failure as the response that stands for it. */
  failure(request: SipRequest, failure: UaFailure, txnId: string, names?: CallNames): void {
    const status = FAILURE_STATUS[failure.kind];
    this.response({
      response: responseTo(request, status, reasonPhrase(status), { toTag: "local" }),
      txnId,
      ...(names === undefined ? {} : { names }),
      extra: [
        {
          name: FAILURE_HEADER,
          value: `${failure.kind} ${failure.message.replace(/[\r\n]+/g, " ")}`,
        },
      ],
    });
  }

  /** The stack ended a dialog: drachtio-srf hears a BYE that needs no answer. */
  unsolicitedBye(bye: SipRequest, names: CallNames): void {
    const text = this.#show(bye, names, []);
    const place = { transport: "udp", remote: this.#local } as const;
    const source = this.#source("application", text, place);
    this.#write(`sip|${source}|unsolicited|${names.dialogId}|\r\n${text}`);
  }

  /** A final response of a branch; the command stays open. */
  proxied(rid: string, response: SipResponse, place: Place | undefined): void {
    const text = this.#show(response, undefined, []);
    this.ok(rid, `|${this.#source("network", text, place)}|||continue\r\n${text}`);
  }

  record(record: CallRecord): void {
    const text = this.#show(record.message, undefined, []);
    const time = timeOfDay(this.#clock.wallMs());
    const detail = recordDetail(record);
    this.#write(`${recordToken(record)}|${record.source}|${time}${detail}\r\n${text}`);
  }

  #show(message: SipMessage, names: CallNames | undefined, extra: readonly HeaderField[]): string {
    if (names === undefined || names.callId === names.shownCallId) {
      return presentMessage(message, extra);
    }
    const headers = message.headers.set("Call-ID", names.shownCallId);
    const real = { name: CALL_ID_HEADER, value: names.callId };
    return presentMessage({ ...message, headers }, [...extra, real]);
  }

  #source(source: "network" | "application", text: string, place: Place | undefined): string {
    return sourceTokens({
      source,
      octets: place === undefined ? 0 : Buffer.byteLength(text, "utf8"),
      transport: place?.transport ?? "tcp",
      address: place?.remote.host ?? "",
      port: place?.remote.port ?? 0,
      wallMs: this.#clock.wallMs(),
    });
  }

  #write(rest: string): void {
    this.#send(encodeFrame(`${this.newId()}|${rest}`));
  }
}
