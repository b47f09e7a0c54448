import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
  ABUSE_DOMAIN,
  type CrowdReady,
  type CrowdRole,
  type FloodDone,
  type FloodRole,
} from "./messages.ts";

const FLOOD_HOST = "127.9.9.9";
const BEAT_MS = 5;
/** Writing each anew would take more of the machine than sending it. */
const DIFFERENT = 4096;
const PER_HOST = 20;
const DRIP_MS = 1000;

export async function runFlood({ core, perSecond, durationMs }: FloodRole): Promise<FloodDone> {
  const socket = createSocket("udp4");
  socket.bind(0, FLOOD_HOST);
  await once(socket, "listening");
  const { port } = socket.address();
  let heard = 0;
  socket.on("message", () => {
    heard += 1;
  });
  const requests = Array.from({ length: DIFFERENT }, (_, i) => Buffer.from(request(i, port)));
  const startMs = performance.now();
  let sent = 0;
  for (let passedMs = 0; passedMs < durationMs; passedMs = performance.now() - startMs) {
    const due = Math.floor((passedMs * perSecond) / 1000);
    for (; sent < due; sent += 1) {
      const bytes = requests[sent % DIFFERENT];
      if (bytes !== undefined) socket.send(bytes, core, "127.0.0.1");
    }
    await sleep(BEAT_MS);
  }
  await sleep(200);
  socket.close();
  return { sent, heard };
}

function request(serial: number, port: number): string {
  const method = serial % 2 === 0 ? "REGISTER" : "INVITE";
  const uri = method === "REGISTER" ? `sip:${ABUSE_DOMAIN}` : `sip:called0@${ABUSE_DOMAIN}`;
  const name = `x${String(serial)}`;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${FLOOD_HOST}:${String(port)};branch=z9hG4bK${name}`,
    "Max-Forwards: 70",
    `From: <sip:${name}@${ABUSE_DOMAIN}>;tag=${name}`,
    `To: <sip:${name}@${ABUSE_DOMAIN}>`,
    `Call-ID: ${name}@flood`,
    `CSeq: 1 ${method}`,
    `Contact: <sip:${name}@${FLOOD_HOST}:${String(port)}>`,
    "Content-Length: 0",
    "\r\n",
  ].join("\r\n");
}

/** Connects all of them, and whatever is closed anew, until the process ends. */
export async function runCrowd(role: CrowdRole): Promise<CrowdReady> {
  const { ports, tlsPorts } = role;
  const [crowd, handshakes] = [new Set<Socket>(), new Set<Socket>()];
  for (const [at, manner] of mannersOf(role).entries()) {
    const isHalf = manner === HALF;
    for (const port of isHalf ? tlsPorts : ports)
      join(isHalf ? handshakes : crowd, port, { at, manner });
    if (at % 50 === 49) await sleep(10);
  }
  await sleep(500);
  const countOf = (all: ReadonlySet<Socket>): number =>
    [...all].filter(({ readyState }) => readyState === "open").length;
  return { open: countOf(crowd), half: countOf(handshakes) };
}

function mannersOf({ slow, idle, half }: CrowdRole): readonly Manner[] {
  const times = (count: number, manner: Manner): readonly Manner[] =>
    Array.from({ length: count }, () => manner);
  return [...times(slow, SLOW), ...times(idle, IDLE), ...times(half, HALF)];
}

interface Place {
  readonly at: number;
  readonly manner: Manner;
}

/** What a connection brings: at once, and then one octet after the other. */
interface Manner {
  readonly first: Buffer;
  readonly drip: string;
}

const NOTHING = Buffer.alloc(0);
const IDLE: Manner = { first: NOTHING, drip: "" };
const SLOW: Manner = {
  first: NOTHING,
  drip: "OPTIONS sip:abuse.example SIP/2.0\r\nSubject: ".padEnd(5000, "x"),
};
/** The head of a hello that never comes whole. */
const HALF: Manner = { first: Buffer.from("1603010200010001fc0303", "hex"), drip: "" };

function join(crowd: Set<Socket>, port: number, place: Place): void {
  const host = Math.floor(place.at / PER_HOST);
  const localAddress = `127.${String(20 + Math.floor(host / 250))}.${String((host % 250) + 1)}.7`;
  const socket = connect({ host: "127.0.0.1", port, localAddress });
  crowd.add(socket);
  const { first, drip: text } = place.manner;
  if (first.length > 0) socket.write(first);
  let written = 0;
  const drip = setInterval(() => {
    if (text === "" || socket.readyState !== "open") return;
    socket.write(text.charAt(written % text.length));
    written += 1;
  }, DRIP_MS);
  socket.on("error", () => undefined).resume();
  socket.on("close", () => {
    clearInterval(drip);
    crowd.delete(socket);
    setTimeout(() => {
      join(crowd, port, place);
    }, DRIP_MS);
  });
}
