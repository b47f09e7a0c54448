import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { HostPort } from "../../../main/base/host-port.ts";

const ICSI = "urn:urn-7:3gpp-service.ims.icsi.oma.cpm.filetransfer";
const TAG = '+g.3gpp.icsi-ref="urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.filetransfer"';
const CONTACT = "Contact: <sip:foreign@[local_ip]:[local_port];transport=[transport]>";
const COMPACT: ReadonlyMap<string, string> = new Map([
  ...([
    ["Via", "v"],
    ["From", "f"],
    ["To", "t"],
  ] as const),
  ...([
    ["Call-ID", "i"],
    ["Contact", "m"],
    ["Accept-Contact", "a"],
  ] as const),
  ...([
    ["Supported", "k"],
    ["Content-Type", "c"],
    ["Content-Length", "l"],
  ] as const),
]);

/** How a foreign client writes, and whom it talks to. Lines are header lines as SIPp is given them. */
export interface ForeignHabits {
  /** Address-of-record of its user. */
  readonly aor: string;
  /** Whom it calls: the address-of-record. */
  readonly to?: string;
  /** Where the request goes when that is not `to`. */
  readonly uri?: string;
  /** The core wants a proof of every INVITE. */
  readonly isChallenged?: boolean;
  /** It is on TCP. */
  readonly isStream?: boolean;
  /** Where its MSRP side listens. */
  readonly msrp?: { readonly local: HostPort; readonly path: string };
  readonly sizeOctets?: number;
  /** `sha-1:…` as SDP writes it. */
  readonly hash?: string;
  /** Of a callee or of a refusal that is waited for. */
  readonly status?: number;
  readonly editInvite?: (lines: readonly string[]) => readonly string[];
  readonly editSdp?: (lines: readonly string[]) => readonly string[];
  /** Of its 200. */
  readonly editAnswer?: (lines: readonly string[]) => readonly string[];
  readonly editAnswerSdp?: (lines: readonly string[]) => readonly string[];
}

/** A scenario of this folder with its `{{pieces}}` put in. */
export function scenarioText(name: string, habits: ForeignHabits): string {
  const file = fileURLToPath(new URL(`${name}.xml`, import.meta.url));
  return readFileSync(file, "utf8").replaceAll(
    /\{\{([a-z-]+)(?: (\w+))?\}\}/g,
    (_all, piece: string, argument: string | undefined) => {
      const make = PIECES[piece];
      if (make === undefined) throw new Error(`no piece ${piece}`);
      return make(habits, argument);
    },
  );
}

type Piece = (habits: ForeignHabits, argument: string | undefined) => string;

const PIECES: Readonly<Record<string, Piece>> = {
  mark: (_habits, name) => `<nop><action><exec command="touch ${name ?? ""}"/></action></nop>`,
  status: ({ status }) => String(status ?? 0),
  // ---- as a caller ----
  offer: (habits) =>
    habits.isChallenged === true
      ? [invite(habits, 1), CHALLENGED, ackRefusal(habits, 1), invite(habits, 2)].join("\n")
      : invite(habits, 2),
  again: (habits) => `${invite(habits, 2)}\n<recv response="180"/>`,
  ack: (habits, cseq) => within(habits, "ACK", cseq ?? "2"),
  "ack-refusal": (habits) => ackRefusal(habits, 2),
  bye: (habits, cseq) => within(habits, "BYE", cseq ?? "3"),
  cancel: (habits) =>
    send('start_txn="cancel" retrans="500"', [
      `CANCEL ${target(habits)} SIP/2.0`,
      via("invite-2"),
      ...caller(habits, "2 CANCEL"),
    ]),
  reinvite: (habits, cseq) => within(habits, "INVITE", cseq ?? "3", offerSdp(habits)),
  register: ({ aor, isStream }) => {
    const transport = isStream === true ? "tcp" : "udp";
    const contact = `<sip:foreign@[local_ip]:[local_port];transport=${transport}>;${TAG}`;
    const domain = aor.slice(aor.indexOf("@") + 1);
    const lines = (cseq: number): readonly string[] => [
      `REGISTER sip:${domain} SIP/2.0`,
      via(`register-${String(cseq)}`),
      ...["Max-Forwards: 70", `From: <${aor}>;tag=[pid]r`, `To: <${aor}>`, "Call-ID: [call_id]"],
      ...[`CSeq: ${String(cseq)} REGISTER`, `Contact: ${contact}`, "Expires: 600"],
    ];
    return [
      send('retrans="500"', lines(1)),
      '<recv response="401" auth="true"/>',
      send('retrans="500"', [...lines(2), "[authentication]"]),
      '<recv response="200"/>',
    ].join("\n");
  },
  // ---- as a callee ----
  invited: () => `<recv request="INVITE" rrs="true"><action>
    <ereg regexp="(Via: [[:print:]]*[[:cntrl:]]+)+" search_in="msg" assign_to="vias"/>
    <ereg regexp="(Record-Route: [[:print:]]*[[:cntrl:]]+)+" search_in="msg" assign_to="recorded"/>
    <ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="number"/>
    <ereg regexp="[[:print:]]+" search_in="hdr" header="From:" assign_to="calling"/>
    <ereg regexp="[[:print:]]+" search_in="hdr" header="To:" assign_to="called"/>
    <ereg regexp="a=file-selector:[[:print:]]*" search_in="msg" assign_to="selector"/>
    <ereg regexp="a=file-transfer-id:[[:print:]]*" search_in="msg" assign_to="transfer"/>
  </action></recv>
  <Reference variables="vias,recorded,number,calling,called,selector,transfer"/>`,
  ringing: () => response("180 Ringing", { isToInvite: true }),
  ok: () => response("200 OK", { isToInvite: false }),
  refusal: ({ status }, fixed) =>
    response(`${fixed ?? String(status)} No`, { isToInvite: true, hasContact: false }),
  answer: (habits) => {
    const lines = ["User-Agent: Foreign/1.0", "Content-Type: application/sdp"];
    const edit = habits.editAnswer ?? same;
    const sdp = (habits.editAnswerSdp ?? same)(answerSdp(habits));
    return response("200 OK", { isToInvite: true, edit, lines, sdp });
  },
  "callee-reinvite": (habits, cseq) => calleeRequest("INVITE", cseq, answerSdp(habits)),
  "callee-ack": (_habits, cseq) => calleeRequest("ACK", cseq),
};

const CHALLENGED = '<recv response="100" optional="true"/>\n<recv response="407" auth="true"/>';

function same(lines: readonly string[]): readonly string[] {
  return lines;
}

function send(attributes: string, lines: readonly string[], sdp: readonly string[] = []): string {
  // What a client that writes compact forms does to the last line, too.
  const length = lines.some((line) => line.startsWith("i: ")) ? "l" : "Content-Length";
  const text = [...lines, `${length}: [len]`, "", ...sdp, ""].join("\n");
  return `<send ${attributes}><![CDATA[\n\n${text}\n]]></send>`;
}

function via(branch: string): string {
  return `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK-[pid]-${branch}`;
}

function target({ uri, to }: ForeignHabits): string {
  return uri ?? to ?? "";
}

function caller(
  { aor, to }: ForeignHabits,
  cseq: string,
  toTag = "",
  toLine?: string,
): readonly string[] {
  return [
    "Max-Forwards: 70",
    `From: "Foreign" <${aor}>;tag=[pid]f`,
    toLine ?? `To: <${to ?? ""}>${toTag}`,
    ...["Call-ID: [call_id]", `CSeq: ${cseq}`],
  ];
}

function invite(habits: ForeignHabits, cseq: number): string {
  const lines = [
    via(`invite-${String(cseq)}`),
    ...caller(habits, `${String(cseq)} INVITE`),
    `${CONTACT};${TAG}`,
    `Accept-Contact: *;${TAG}`,
    `P-Preferred-Service: ${ICSI}`,
    "Conversation-ID: 6a1b1c1d-1e1f-4a1b-8c1d-[pid]",
    "Contribution-ID: abcdef0123456789-[pid]",
    "User-Agent: Foreign/1.0",
    "Supported: timer",
    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS",
    "Content-Type: application/sdp",
  ];
  const proof = cseq > 1 && habits.isChallenged === true ? ["[authentication]"] : [];
  const edited = (habits.editInvite ?? same)([...lines, ...proof]);
  return send('retrans="500"', [`INVITE ${target(habits)} SIP/2.0`, ...edited], offerSdp(habits));
}

function ackRefusal(habits: ForeignHabits, cseq: number): string {
  return send("", [
    `ACK ${target(habits)} SIP/2.0`,
    via(`invite-${String(cseq)}`),
    ...caller(habits, `${String(cseq)} ACK`, "[peer_tag_param]"),
  ]);
}

/** A request of the caller inside its dialog. */
function within(
  habits: ForeignHabits,
  method: string,
  argument: string,
  sdp?: readonly string[],
): string {
  const isHeld = argument === "held";
  const cseq = isHeld ? (method === "ACK" ? "2" : "3") : argument;
  const to = isHeld ? "To: [$answerer]" : undefined;
  const branch = `${method.toLowerCase()}-${cseq}`;
  return send(
    method === "ACK" ? "" : 'retrans="500"',
    [
      `${method} [next_url] SIP/2.0`,
      ...[via(branch), "[routes]", ...caller(habits, `${cseq} ${method}`, "[peer_tag_param]", to)],
      ...(sdp === undefined ? [] : [CONTACT, "Content-Type: application/sdp"]),
    ],
    sdp,
  );
}

/** A request of the callee inside the dialog: From and To change places. */
function calleeRequest(method: string, cseq = "1", sdp?: readonly string[]): string {
  const branch = `callee-${method.toLowerCase()}-${cseq}`;
  return send(
    method === "ACK" ? "" : 'retrans="500"',
    [
      `${method} [next_url] SIP/2.0`,
      ...[via(branch), "[routes]", "Max-Forwards: 70"],
      ...["From: [$called];tag=[pid]c", "To: [$calling]", "Call-ID: [call_id]"],
      `CSeq: ${cseq} ${method}`,
      ...(sdp === undefined ? [] : [CONTACT, "Content-Type: application/sdp"]),
    ],
    sdp,
  );
}

interface ResponseParts {
  /** Not to the request that came last, but to the INVITE before it. */
  readonly isToInvite: boolean;
  readonly hasContact?: boolean;
  readonly lines?: readonly string[];
  readonly sdp?: readonly string[];
  readonly edit?: (lines: readonly string[]) => readonly string[];
}

function response(status: string, parts: ResponseParts): string {
  const { isToInvite, hasContact = isToInvite, lines = [], sdp, edit = same } = parts;
  const own = [
    ...(isToInvite ? ["[$vias]From: [$calling]"] : ["[last_Via:]", "[last_From:]"]),
    isToInvite ? "To: [$called];tag=[pid]c" : "[last_To:]",
    ...["Call-ID: [call_id]", isToInvite ? "CSeq: [$number] INVITE" : "[last_CSeq:]"],
    ...(hasContact ? [`[$recorded]${CONTACT};${TAG}`] : []),
    ...lines,
  ];
  return send("", [`SIP/2.0 ${status}`, ...edit(own)], sdp);
}

function sdpHead(host: string): readonly string[] {
  return [...["v=0", `o=- 3890000000 1 IN IP4 ${host}`, "s=-"], ...[`c=IN IP4 ${host}`, "t=0 0"]];
}

function offerSdp(habits: ForeignHabits): readonly string[] {
  const { msrp, sizeOctets = 0, hash, editSdp = same } = habits;
  return editSdp([
    ...sdpHead(msrp?.local.host ?? "127.0.0.1"),
    `m=message ${String(msrp?.local.port ?? 9)} TCP/MSRP *`,
    ...["a=sendonly", "a=setup:passive", "a=accept-types:*"],
    `a=path:${msrp?.path ?? "msrp://127.0.0.1:9/none;tcp"}`,
    `a=file-selector:name:"plan.pdf" type:application/pdf size:${String(sizeOctets)}${hash === undefined ? "" : ` hash:${hash}`}`,
    "a=file-transfer-id:foreign-[pid]",
    "a=file-disposition:attachment",
  ]);
}

function answerSdp({ msrp }: ForeignHabits): readonly string[] {
  return [
    ...sdpHead(msrp?.local.host ?? "127.0.0.1"),
    `m=message ${String(msrp?.local.port ?? 9)} TCP/MSRP *`,
    ...["a=recvonly", "a=setup:passive", "a=accept-types:*"],
    `a=path:${msrp?.path ?? "msrp://127.0.0.1:9/none;tcp"}`,
    ...["[$selector]", "[$transfer]"],
  ];
}

/** Without the header lines of these names. */
export function without(
  ...names: readonly string[]
): (lines: readonly string[]) => readonly string[] {
  return (lines) =>
    lines.filter(
      (line) => !names.some((name) => line.toLowerCase().startsWith(name.toLowerCase())),
    );
}

/** Every header that has a compact form is written in it (RFC 3261 §7.3.3). */
export function compact(lines: readonly string[]): readonly string[] {
  return lines.map((line) => {
    const colon = line.indexOf(":");
    const short = COMPACT.get(line.slice(0, colon));
    return short === undefined ? line : short + line.slice(colon);
  });
}
