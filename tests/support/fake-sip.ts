import type { Undo } from "../../main/base/events.ts";
import type { HostPort } from "../../main/base/host-port.ts";
import type { Clock } from "../../main/base/ports.ts";
import { err, ok, type Result } from "../../main/base/result.ts";
import type {
  IncomingRequest,
  InviteOutcome,
  InviteUac,
  InviteUas,
  OutgoingInvite,
  OutgoingRequest,
  ResponseOptions,
  SipBody,
  SipFailure,
  Srf,
  SrfDialog,
} from "../../main/drachtio/srf.ts";
import { type HeaderField, SipHeaders } from "../../main/sip/message/headers.ts";
import type { SipRequest, SipResponse } from "../../main/sip/message/message.ts";

/** Milliseconds from one end to the other. */
const LATENCY_MS = 1;

/** Answers to requests outside dialogs; undefined: nobody ever answers. */
export type Respond = (request: OutgoingRequest) => SipResponse | undefined;

/** SIP between users as an application sees it, without messages on a wire: one party per Request-URI. */
export class FakeSip {
  readonly clock: Clock;
  readonly #parties = new Map<string, FakeSrf>();
  /** What a middlebox makes of a session description that passes. */
  edit: (body: SipBody, as: "offer" | "answer") => SipBody = (body) => body;
  /** Milliseconds that an ACK takes. */
  ackMs = LATENCY_MS;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  party(aor: string, host: string): FakeSrf {
    const party = new FakeSrf(this, { host, port: 5060 });
    this.#parties.set(aor, party);
    return party;
  }

  find(uri: string): FakeSrf | undefined {
    return this.#parties.get(uri);
  }

  soon(action: () => void): void {
    this.clock.startTimer(LATENCY_MS, action);
  }
}

export function fakeResponse(
  status: number,
  headers: readonly HeaderField[] = [],
  body?: SipBody,
): SipResponse {
  const type = body === undefined ? [] : [{ name: "Content-Type", value: body.contentType }];
  return {
    kind: "response",
    status,
    reason: "",
    headers: SipHeaders.of([...headers, ...type]),
    body: body?.content ?? Buffer.alloc(0),
  };
}

export function fakeRequest(
  method: string,
  uri: string,
  headers: readonly HeaderField[],
  body?: SipBody,
): SipRequest {
  const type = body === undefined ? [] : [{ name: "Content-Type", value: body.contentType }];
  return {
    kind: "request",
    method,
    uri,
    headers: SipHeaders.of([...headers, ...type]),
    body: body?.content ?? Buffer.alloc(0),
  };
}

export class FakeSrf implements Srf {
  readonly local: HostPort;
  /** Requests outside dialogs and INVITEs that were sent. */
  readonly sent: OutgoingRequest[] = [];
  readonly invited: FakeUac[] = [];
  readonly rung: FakeUas[] = [];
  readonly kept: KeptFlow[] = [];
  respond: Respond = () => fakeResponse(200);
  readonly #sip: FakeSip;
  readonly #handlers = new Map<string, (request: IncomingRequest) => void>();
  #onInvite: ((invite: InviteUas) => void) | undefined;

  constructor(sip: FakeSip, local: HostPort) {
    this.#sip = sip;
    this.local = local;
  }

  get contact(): string {
    return `<sip:${this.local.host}:${String(this.local.port)}>`;
  }

  request(options: OutgoingRequest): Promise<Result<SipResponse, SipFailure>> {
    this.sent.push(options);
    return new Promise((resolve) => {
      options.signal?.addEventListener("abort", () => {
        resolve(err({ kind: "cancelled", message: "cancelled" }));
      });
      const response = this.respond(options);
      if (response !== undefined)
        this.#sip.soon(() => {
          resolve(ok(response));
        });
    });
  }

  invite(options: OutgoingInvite): InviteUac {
    const uac = new FakeUac(this.#sip, options);
    this.invited.push(uac);
    this.#sip.soon(() => {
      const target = this.#sip.find(options.uri);
      if (target === undefined) uac.settle({ kind: "refused", response: fakeResponse(404) });
      else target.ring(uac);
    });
    return uac;
  }

  ring(uac: FakeUac): void {
    const uas = new FakeUas(this.#sip, uac);
    uac.uas = uas;
    this.rung.push(uas);
    if (this.#onInvite === undefined) uas.refuse(480);
    else this.#onInvite(uas);
  }

  onInvite(handler: (invite: InviteUas) => void): Undo {
    this.#onInvite = handler;
    return () => {
      this.#onInvite = undefined;
    };
  }

  onRequest(method: string, handler: (request: IncomingRequest) => void): Undo {
    this.#handlers.set(method, handler);
    return () => {
      this.#handlers.delete(method);
    };
  }

  /** A request from nowhere; gives the status it was answered with. */
  receive(request: SipRequest): number {
    const incoming = new FakeIncoming(request);
    const handler = this.#handlers.get(request.method);
    if (handler === undefined) return 405;
    handler(incoming);
    return incoming.response?.status ?? 0;
  }

  keepAlive(hop: string, nextPingMs: () => number, onLost: () => void): Undo {
    const kept = { hop, nextPingMs, onLost, isOver: false };
    this.kept.push(kept);
    return () => {
      kept.isOver = true;
    };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A connection that the application wants to be kept alive. */
export interface KeptFlow {
  readonly hop: string;
  readonly nextPingMs: () => number;
  readonly onLost: () => void;
  isOver: boolean;
}

export class FakeUac implements InviteUac {
  readonly callId: string;
  readonly outcome: Promise<InviteOutcome>;
  readonly options: OutgoingInvite;
  readonly request: SipRequest;
  readonly cancels: (string | undefined)[] = [];
  uas: FakeUas | undefined;
  readonly #sip: FakeSip;
  readonly #provisionals = new Set<(response: SipResponse) => void>();
  #resolve: (outcome: InviteOutcome) => void = () => undefined;
  #isSettled = false;

  constructor(sip: FakeSip, options: OutgoingInvite) {
    this.#sip = sip;
    this.options = options;
    this.callId = options.callId ?? "call";
    this.request = fakeRequest(
      "INVITE",
      options.uri,
      [
        { name: "From", value: options.from },
        { name: "To", value: options.to ?? `<${options.uri}>` },
        { name: "Call-ID", value: this.callId },
        ...options.headers,
      ],
      options.body === undefined ? undefined : sip.edit(options.body, "offer"),
    );
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  onProvisional(handler: (response: SipResponse) => void): Undo {
    this.#provisionals.add(handler);
    return () => {
      this.#provisionals.delete(handler);
    };
  }

  provisional(status: number): void {
    for (const handler of this.#provisionals) handler(fakeResponse(status));
  }

  cancel(reason?: string): void {
    this.cancels.push(reason);
    const headers = reason === undefined ? [] : [{ name: "Reason", value: reason }];
    this.#sip.soon(() => this.uas?.cancelled(headers));
  }

  settle(outcome: InviteOutcome): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#resolve(outcome);
  }

  get isCancelled(): boolean {
    return this.cancels.length > 0;
  }
}

export class FakeUas implements InviteUas {
  readonly request: SipRequest;
  readonly source: HostPort = { host: "10.9.9.9", port: 5060 };
  readonly localTag = "tag";
  readonly provisionals: number[] = [];
  final: number | undefined;
  finalHeaders: readonly HeaderField[] = [];
  /** The answer's body, once accepted. */
  answer: SipBody | undefined;
  /** The dialog on the answering side, once the ACK came. */
  dialog: FakeDialog | undefined;
  /** The dialog on the calling side. */
  callerDialog: FakeDialog | undefined;
  readonly #sip: FakeSip;
  readonly #uac: FakeUac;
  readonly #cancels = new Set<(cancel: SipRequest) => void>();

  constructor(sip: FakeSip, uac: FakeUac) {
    this.#sip = sip;
    this.#uac = uac;
    this.request = uac.request;
  }

  provisional(status: number): void {
    this.provisionals.push(status);
    this.#sip.soon(() => {
      this.#uac.provisional(status);
    });
  }

  accept(answer: {
    readonly headers: readonly HeaderField[];
    readonly body: SipBody;
  }): Promise<Result<SrfDialog, SipFailure>> {
    if (this.final !== undefined)
      return Promise.resolve(err({ kind: "cancelled", message: "cancelled" }));
    this.final = 200;
    this.answer = answer.body;
    const [here, there] = FakeDialog.pair(this.#sip, this.#uac.callId);
    this.dialog = here;
    this.callerDialog = there;
    return new Promise((resolve) => {
      this.#sip.soon(() => {
        if (this.#uac.isCancelled) {
          void there.bye();
          this.#uac.settle({ kind: "failed", failure: { kind: "cancelled", message: "late" } });
        } else {
          const response = fakeResponse(200, answer.headers, this.#sip.edit(answer.body, "answer"));
          this.#uac.settle({ kind: "answered", dialog: there, response });
        }
        this.#sip.clock.startTimer(this.#sip.ackMs, () => {
          resolve(ok(here));
        });
      });
    });
  }

  refuse(status: number, _reason?: string, headers: readonly HeaderField[] = []): void {
    if (this.final !== undefined) return;
    this.final = status;
    this.finalHeaders = headers;
    this.#sip.soon(() => {
      this.#uac.settle({ kind: "refused", response: fakeResponse(status, headers) });
    });
  }

  onCancel(handler: (cancel: SipRequest) => void): Undo {
    this.#cancels.add(handler);
    return () => {
      this.#cancels.delete(handler);
    };
  }

  /** CANCEL arrives. */
  cancelled(headers: readonly HeaderField[]): void {
    if (this.final !== undefined) return;
    this.final = 487;
    for (const handler of this.#cancels) handler(fakeRequest("CANCEL", "sip:x", headers));
    this.#sip.soon(() => {
      this.#uac.settle({ kind: "refused", response: fakeResponse(487) });
    });
  }
}

class FakeIncoming implements IncomingRequest {
  readonly request: SipRequest;
  readonly source: HostPort = { host: "10.9.9.9", port: 5060 };
  response: SipResponse | undefined;
  readonly #onResponse: (response: SipResponse) => void;

  constructor(request: SipRequest, onResponse: (response: SipResponse) => void = () => undefined) {
    this.request = request;
    this.#onResponse = onResponse;
  }

  respond(status: number, options: ResponseOptions = {}): void {
    if (this.response !== undefined) return;
    this.response = fakeResponse(status, options.headers ?? [], options.body);
    this.#onResponse(this.response);
  }
}

export class FakeDialog implements SrfDialog {
  readonly callId: string;
  readonly localTag = "local";
  readonly remoteTag = "remote";
  /** Requests that this end sent. */
  readonly sent: SipRequest[] = [];
  readonly #sip: FakeSip;
  #peer: FakeDialog | undefined;
  readonly #handlers = new Map<string, (request: IncomingRequest) => void>();
  #onLost: ((why: string) => void) | undefined;
  #isOver = false;

  private constructor(sip: FakeSip, callId: string) {
    this.#sip = sip;
    this.callId = callId;
  }

  static pair(sip: FakeSip, callId: string): [FakeDialog, FakeDialog] {
    const [a, b] = [new FakeDialog(sip, callId), new FakeDialog(sip, callId)];
    a.#link(b);
    b.#link(a);
    return [a, b];
  }

  #link(peer: FakeDialog): void {
    this.#peer = peer;
  }

  onBye(handler: (bye: IncomingRequest) => void): Undo {
    return this.#on("BYE", handler);
  }

  onReinvite(handler: (request: IncomingRequest) => void): Undo {
    return this.#on("INVITE", handler);
  }

  onRequest(method: string, handler: (request: IncomingRequest) => void): Undo {
    return this.#on(method, handler);
  }

  onLost(handler: (why: string) => void): Undo {
    this.#onLost = handler;
    return () => {
      this.#onLost = undefined;
    };
  }

  /** The stack gives the dialog up. */
  lose(why: string): void {
    this.#isOver = true;
    this.#onLost?.(why);
  }

  bye(headers: readonly HeaderField[] = []): Promise<Result<SipResponse, SipFailure>> {
    this.#isOver = true;
    return this.#send("BYE", headers);
  }

  reinvite(
    body: SipBody,
    headers: readonly HeaderField[] = [],
  ): Promise<Result<SipResponse, SipFailure>> {
    return this.#send("INVITE", headers, this.#sip.edit(body, "offer"));
  }

  request(
    method: string,
    options: { readonly headers?: readonly HeaderField[]; readonly body?: SipBody } = {},
  ): Promise<Result<SipResponse, SipFailure>> {
    return this.#send(method, options.headers ?? [], options.body);
  }

  #on(method: string, handler: (request: IncomingRequest) => void): Undo {
    this.#handlers.set(method, handler);
    return () => {
      this.#handlers.delete(method);
    };
  }

  #send(
    method: string,
    headers: readonly HeaderField[],
    body?: SipBody,
  ): Promise<Result<SipResponse, SipFailure>> {
    const request = fakeRequest(method, "sip:peer", headers, body);
    this.sent.push(request);
    return new Promise((resolve) => {
      this.#sip.soon(() => {
        this.#peer?.receive(request, (response) => {
          this.#sip.soon(() => {
            resolve(ok(response));
          });
        });
      });
    });
  }

  receive(request: SipRequest, onResponse: (response: SipResponse) => void): void {
    if (this.#isOver) {
      onResponse(fakeResponse(request.method === "BYE" ? 200 : 481));
      return;
    }
    if (request.method === "BYE") this.#isOver = true;
    const handler = this.#handlers.get(request.method);
    if (handler === undefined) onResponse(fakeResponse(request.method === "BYE" ? 200 : 488));
    else handler(new FakeIncoming(request, onResponse));
  }
}
