import { systemClock } from "../../../main/base/clock.node.ts";
import { formatHostPort } from "../../../main/base/host-port.ts";
import { formatMsrpUri, type MsrpUri, parseMsrpUri } from "../../../main/base/msrp-uri.ts";
import { openSipStack, SERVER_TRANSACTIONS } from "../../../main/compose/sip-stack.node.ts";
import { openSrf } from "../../../main/drachtio/srf.node.ts";
import type { Srf, SrfDialog } from "../../../main/drachtio/srf.ts";
import { MsrpEndpoint } from "../../../main/msrp/endpoint.ts";
import type { OutgoingMessage } from "../../../main/msrp/session/outgoing-message.ts";
import type { MessageReceiver } from "../../../main/msrp/session/session.ts";
import {
  ABUSE_DOMAIN,
  ABUSE_PASSWORD,
  type CallsDone,
  type CallsOpen,
  type CallsRole,
} from "./messages.ts";

const HALF = Buffer.alloc(2048, 7);
const ICSI = "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.filetransfer";
const TAG = '+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.filetransfer"';
const WINDOW = 16;

interface Party {
  readonly aor: string;
  readonly srf: Srf;
  readonly msrp: MsrpEndpoint;
}

interface Call {
  readonly dialog: SrfDialog;
  readonly message: OutgoingMessage;
}

/** Many sessions that all are half done, then all of them to their end. */
export class Calls {
  readonly #role: CallsRole;
  readonly #calls: Call[] = [];
  /** Octets that have arrived, of all. */
  #octets = 0;

  constructor(role: CallsRole) {
    this.#role = role;
  }

  async open(): Promise<CallsOpen> {
    const called = await this.#party("called0");
    this.#answerAll(called);
    const { callers, perCaller } = this.#role;
    const parties: Party[] = [];
    for (let i = 0; i < callers; i += 1) parties.push(await this.#party(`caller${String(i)}`));
    const waiting = parties.flatMap((party) => Array.from({ length: perCaller }, () => party));
    const work = Array.from({ length: WINDOW }, async () => {
      for (let party = waiting.shift(); party !== undefined; party = waiting.shift()) {
        const call = await this.#call(party);
        if (call !== undefined) this.#calls.push(call);
      }
    });
    await Promise.all(work);
    const expected = this.#calls.length * HALF.length;
    for (let i = 0; i < 200 && this.#octets < expected; i += 1) await pause(50);
    return { open: Math.floor(this.#octets / HALF.length) };
  }

  async finish(): Promise<CallsDone> {
    for (const { message } of this.#calls) {
      message.write(HALF);
      message.finish();
    }
    const outcomes = await Promise.all(this.#calls.map(({ message }) => message.outcome));
    await Promise.all(this.#calls.map(({ dialog }) => dialog.bye()));
    return { whole: outcomes.filter(({ kind }) => kind === "acknowledged").length };
  }

  async #party(name: string): Promise<Party> {
    const stack = await openSipStack({
      ...{ element: name, listen: { host: "127.0.0.1", port: 0 } },
      maxTransactions: SERVER_TRANSACTIONS,
    });
    const msrp = await MsrpEndpoint.open(stack.ports, { listen: { host: "127.0.0.1", port: 0 } });
    if (!msrp.ok) throw new Error(msrp.error.message);
    const srf = openSrf(stack.transactions, stack.ports, {
      contactUser: name,
      credentials: {
        ...{ username: name, password: ABUSE_PASSWORD, realm: ABUSE_DOMAIN, allowMd5: false },
      },
      outboundHop: this.#hop,
    });
    const aor = `sip:${name}@${ABUSE_DOMAIN}`;
    const contact = `<sip:${name}@${formatHostPort(srf.local)};transport=tcp>;${TAG}`;
    const answer = await srf.request({
      ...{ method: "REGISTER", uri: `sip:${ABUSE_DOMAIN}`, from: `<${aor}>`, to: `<${aor}>` },
      headers: [
        { name: "Contact", value: contact },
        { name: "Expires", value: "600" },
      ],
    });
    if (!answer.ok || answer.value.status !== 200) throw new Error(`${name} is not registered`);
    return { aor, srf, msrp: msrp.value };
  }

  get #hop(): string {
    return `sip:127.0.0.1:${String(this.#role.core)};transport=tcp;lr`;
  }

  #answerAll({ srf, msrp }: Party): void {
    const receiver: MessageReceiver = {
      begin: () => ({
        write: (bytes) => {
          this.#octets += bytes.length;
          return true;
        },
        end: (_, reply) => {
          reply(200);
        },
        broken: () => undefined,
      }),
    };
    srf.onInvite((invite) => {
      const localUri = msrp.newUri();
      const remotePath = [pathIn(invite.request.body)];
      msrp.session({ localUri, remotePath, role: "passive", receiver });
      const content = sdpOf(localUri, "passive", transferIdIn(invite.request.body));
      void invite.accept({ headers: [], body: { contentType: "application/sdp", content } });
    });
  }

  async #call({ aor, srf, msrp }: Party): Promise<Call | undefined> {
    const localUri = msrp.newUri();
    const id = localUri.sessionId ?? "";
    const uac = srf.invite({
      ...{ uri: `sip:called0@${ABUSE_DOMAIN}`, from: `<${aor}>` },
      headers: [
        { name: "Accept-Contact", value: `*;${TAG}` },
        { name: "P-Preferred-Service", value: ICSI },
        { name: "Conversation-ID", value: `c-${id}` },
        { name: "Contribution-ID", value: id },
      ],
      body: {
        contentType: "application/sdp",
        content: sdpOf(localUri, "active", id.slice(0, 32).padEnd(32, "0")),
      },
    });
    const outcome = await uac.outcome;
    if (outcome.kind !== "answered") return undefined;
    const session = msrp.session({
      ...{ localUri, remotePath: [pathIn(outcome.response.body)], role: "active" },
      ...{ receiver: NOTHING, connectionGroup: id },
    });
    const message = session.send({
      ...{ contentType: "image/jpeg", totalOctets: HALF.length * 2 },
      ...{ successReport: false, failureReport: "yes" },
    });
    message.write(HALF);
    message.endChunk();
    return { dialog: outcome.dialog, message };
  }
}

const NOTHING: MessageReceiver = { begin: () => ({ reject: 413 }) };

function sdpOf(uri: MsrpUri, setup: "active" | "passive", transferId: string): Buffer {
  const lines = [
    ...["v=0", `o=- 1 1 IN IP4 ${uri.host}`, "s=-", `c=IN IP4 ${uri.host}`, "t=0 0"],
    ...[`m=message ${String(uri.port)} TCP/MSRP *`, `a=setup:${setup}`, "a=accept-types:*"],
    ...[setup === "active" ? "a=sendonly" : "a=recvonly", `a=path:${formatMsrpUri(uri)}`],
    `a=file-selector:name:"a.jpg" type:image/jpeg size:${String(HALF.length * 2)}`,
    `a=file-transfer-id:${transferId}`,
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n`);
}

function pathIn(body: Buffer): MsrpUri {
  const uri = parseMsrpUri(/a=path:(\S+)/.exec(body.toString())?.[1] ?? "");
  if (!uri.ok) throw new Error("no path");
  return uri.value;
}

function transferIdIn(body: Buffer): string {
  return /a=file-transfer-id:(\S+)/.exec(body.toString())?.[1] ?? "";
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    systemClock().startTimer(ms, resolve);
  });
}
