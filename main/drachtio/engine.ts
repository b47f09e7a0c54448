import type { HostPort } from "../base/host-port.ts";
import type { Clock, Hashing, Log, Random } from "../base/ports.ts";
import type { SipRequest } from "../sip/message/message.ts";
import type { ServerRequest, UasResponse } from "../sip/ua/server-request.ts";
import type { UasInvite } from "../sip/ua/uas-invite.ts";
import type { UserAgent } from "../sip/ua/user-agent.ts";
import { type CallRecord, recordToken } from "./call-record.ts";
import { ControlWire } from "./control-wire.ts";
import { EngineDialogs } from "./engine-dialogs.ts";
import { EngineProxy, type ProxyHome } from "./engine-proxy.ts";
import { EngineUac } from "./engine-uac.ts";
import { EngineUas } from "./engine-uas.ts";
import { FrameReader, MAX_FRAME_OCTETS } from "./frame.ts";
import { type Command, readCommand } from "./meta-line.ts";
import { readSipText } from "./sip-text.ts";

/** The version of drachtio-server whose protocol this is; the suffix tells applications of our extensions. */
export const ENGINE_VERSION = "v0.9.7-courier1";

export interface EnginePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly hashing: Hashing;
  readonly log: Log;
}

export interface EngineOptions {
  /** What the client must present before anything else. */
  readonly secret: string;
  readonly local: HostPort;
  readonly outboundHop?: string;
  /** Default: it is not spoken. */
  readonly speaksTls?: boolean;
  /** Default 64 s. */
  readonly silenceMs?: number;
  /** How long an answer to BYE waits for `releaseBye`. Default 0: it does not. */
  readonly byeHoldMs?: number;
  /**
   * `all`: every method is delivered, as to a client that was dialled (drachtio-srf's `listen`). `routed`: only methods
   * the client asked for, as to one that dialled.
   */
  readonly delivery: "all" | "routed";
  /** As in `EngineUasOptions`. drachtio-srf itself drops a CANCEL that meets a response it has handed over already. */
  readonly onWithdrawn?: (localTag: string, cancel: SipRequest) => void;
}

/** The far end of the control connection. */
export interface ControlPeer {
  send(bytes: Buffer): void;
  /** The client broke the protocol, or the engine was closed. */
  end(): void;
}

/** What the control connections of one user agent share. */
export interface EngineHome {
  readonly ua: UserAgent;
  readonly ports: EnginePorts;
  readonly proxy: ProxyHome;
  /** A call record; it goes to one connection that asked for its kind. */
  readonly record: (record: CallRecord) => void;
  /** The connection serves nothing any more. */
  leave(engine: DrachtioEngine): void;
}

/** Before it has authenticated a client has nothing to say that is longer. */
const MAX_GREETING_OCTETS = 4096;

/**
 * drachtio-server's side of drachtio's wire protocol for one control connection, over our own user agent. Replies leave
 * in the order of the commands, and a reply leaves before any later event of its transaction.
 */
export class DrachtioEngine {
  readonly #home: EngineHome;
  readonly #options: EngineOptions;
  readonly #peer: ControlPeer;
  readonly #frames = new FrameReader(MAX_GREETING_OCTETS);
  readonly #wire: ControlWire;
  readonly #uas: EngineUas;
  readonly #uac: EngineUac;
  readonly #proxy: EngineProxy;
  readonly #routed = new Set<string>();
  #isAuthenticated = false;
  #isClosed = false;

  constructor(home: EngineHome, peer: ControlPeer, options: EngineOptions) {
    this.#home = home;
    this.#options = options;
    this.#peer = peer;
    const { local, outboundHop } = options;
    const { ports, ua, record } = home;
    const dialogs = new EngineDialogs(ports.random);
    this.#wire = new ControlWire(
      (bytes) => {
        if (!this.#isClosed) peer.send(bytes);
      },
      ports,
      local,
    );
    const shared = { wire: this.#wire, dialogs, ua, record };
    this.#uas = new EngineUas(shared, ports.clock, {
      local,
      silenceMs: options.silenceMs ?? 64_000,
      byeHoldMs: options.byeHoldMs ?? 0,
      triesAtOnce: options.delivery === "routed",
      ...(options.onWithdrawn === undefined ? {} : { onWithdrawn: options.onWithdrawn }),
    });
    this.#uac = new EngineUac(
      { ...shared, uas: this.#uas },
      {
        local,
        speaksTls: options.speaksTls === true,
        ...(outboundHop === undefined ? {} : { outboundHop }),
      },
    );
    this.#proxy = new EngineProxy({ ...shared, uas: this.#uas }, home.proxy, local);
  }

  /** Octets from the client. */
  receive(bytes: Buffer): void {
    if (this.#isClosed) return;
    const payloads = this.#frames.push(bytes);
    if (!payloads.ok) {
      this.#home.ports.log.write("warn", `control connection: ${payloads.error.message}`);
      this.#drop();
      return;
    }
    for (const payload of payloads.value) this.#perform(readCommand(payload));
  }

  /** Sends the answer to a BYE that drachtio-srf has answered already; `txnId` as drachtio-srf knows it. */
  releaseBye(txnId: string, response: UasResponse): void {
    this.#uas.releaseBye(txnId, response);
  }

  /** The client is gone. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#home.leave(this);
    this.#uas.close();
    this.#uac.close();
  }

  #drop(): void {
    this.close();
    this.#peer.end();
  }

  #perform(command: Command): void {
    // An earlier command of the same octets may have ended the connection.
    if (this.#isClosed) return;
    if (command.verb === "authenticate") {
      this.#authenticate(command);
      return;
    }
    if (!this.#isAuthenticated) {
      this.#wire.nok(command.rid, "not authenticated");
      this.#drop();
      return;
    }
    this.#serve(command);
  }

  #authenticate(command: Command): void {
    const secret = Buffer.from(this.#options.secret, "utf8");
    const given = Buffer.from(command.tokens[0] ?? "", "utf8");
    if (!this.#home.ports.hashing.equals(secret, given)) {
      this.#wire.nok(command.rid, "incorrect secret");
      this.#drop();
      return;
    }
    this.#isAuthenticated = true;
    this.#frames.allow(MAX_FRAME_OCTETS);
    this.#wire.welcome(command.rid, ENGINE_VERSION);
  }

  #serve(command: Command): void {
    const { rid, verb, tokens } = command;
    const [first = ""] = tokens;
    switch (verb) {
      case "ping":
        this.#wire.ok(rid, "|pong");
        return;
      case "route":
        // drachtio-srf sends all its routes again with each new one.
        this.#routed.add(routeKey(first));
        this.#wire.ok(rid);
        return;
      case "remove_route":
        this.#routed.delete(routeKey(first));
        this.#wire.ok(rid);
        return;
      case "sip":
        this.#sip(command);
        return;
      case "proxy":
        this.#proxy.command(rid, tokens, command.sip ?? "");
        return;
      default:
        this.#wire.nok(rid, `unknown verb: ${verb}`);
    }
  }

  #sip(command: Command): void {
    const { rid, tokens } = command;
    const [txnId = "", dialogId = "", hop = ""] = tokens;
    const text = readSipText(command.sip ?? "");
    if (!text.ok) {
      this.#wire.nok(rid, text.error);
    } else if (!text.value.startLine.startsWith("SIP/")) {
      this.#uac.command(rid, { txnId, dialogId, hop }, text.value);
    } else if (txnId === "") {
      this.#wire.nok(rid, "transaction id missing");
    } else {
      this.#uas.respond(rid, txnId, text.value);
    }
  }

  get isAuthenticated(): boolean {
    return this.#isAuthenticated && !this.#isClosed;
  }

  /** Whether requests of this method outside a dialog may go to this connection. */
  serves(method: string): boolean {
    if (!this.isAuthenticated) return false;
    return this.#options.delivery === "all" || this.#routed.has(method);
  }

  /** Whether the client asked for call records of this kind. */
  wantsRecord(record: CallRecord): boolean {
    return this.isAuthenticated && this.#routed.has(recordToken(record));
  }

  deliverRecord(record: CallRecord): void {
    this.#wire.record(record);
  }

  deliverInvite(invite: UasInvite): void {
    this.#uas.invite(invite);
  }

  deliverRequest(incoming: ServerRequest): void {
    this.#uas.request(incoming);
  }
}

/** Methods are asked for in lower case, call records by `cdr:` and their kind. */
function routeKey(verb: string): string {
  return verb.startsWith("cdr:") ? verb : verb.toUpperCase();
}
