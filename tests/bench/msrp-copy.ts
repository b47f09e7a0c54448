import { open } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../../main/base/clock.node.ts";
import { type MsrpUri, parseMsrpUri } from "../../main/base/msrp-uri.ts";
import { systemRandom } from "../../main/base/random.node.ts";
import { systemSockets } from "../../main/base/sockets.node.ts";
import { FileReceiver } from "../../main/cpm/file/file-receiver.ts";
import { FileSender } from "../../main/cpm/file/file-sender.ts";
import { MsrpEndpoint } from "../../main/msrp/endpoint.ts";
import type {
  ChunkSink,
  IncomingChunk,
  MessageReceiver,
  MsrpSession,
} from "../../main/msrp/session/session.ts";
import { MediaRelay } from "../../main/network/pf/media-relay.ts";
import { systemFiles } from "../../main/storage/files.node.ts";
import type { StartRole } from "./role-messages.ts";

const clock = systemClock();

export async function openEndpoint({
  maxChunkOctets,
  identity,
}: Pick<StartRole, "maxChunkOctets" | "identity">): Promise<MsrpEndpoint> {
  const opened = await MsrpEndpoint.open(
    {
      sockets: systemSockets(),
      clock,
      random: systemRandom(),
      log: { write: () => undefined },
      trace: { stamp: () => ({ t: 0n, n: 0 }), record: () => undefined },
    },
    {
      listen: { host: "127.0.0.1", port: 0 },
      ...(maxChunkOctets === undefined ? {} : { limits: { maxChunkOctets } }),
      ...(identity === undefined ? {} : { tls: { identity } }),
    },
  );
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

export interface Leg {
  readonly endpoint: MsrpEndpoint;
  readonly localUri: MsrpUri;
  readonly remoteUri: string;
}

function uriOf(text: string): MsrpUri {
  const parsed = parseMsrpUri(text);
  if (!parsed.ok) throw new Error(`not an MSRP URI: ${text}`);
  return parsed.value;
}

export function openLeg(
  leg: Leg,
  role: "active" | "passive",
  receiver: MessageReceiver,
  connectionGroup = "",
): MsrpSession {
  const { endpoint, localUri, remoteUri } = leg;
  const remotePath = [uriOf(remoteUri)];
  // All ends have the same certificate here.
  const fingerprints = endpoint.fingerprint === undefined ? [] : [endpoint.fingerprint];
  const session = { localUri, remotePath, role, receiver, connectionGroup, fingerprints };
  return endpoint.session(session);
}

export const NO_RECEIVER: MessageReceiver = { begin: () => ({ reject: 413 }) };

/** Sends as the client does, and waits for the REPORT as it does. */
export async function msrpSend(leg: Leg, path: string): Promise<string> {
  const source = await systemFiles().openSource(path);
  if (!source.ok) throw new Error(source.error.message);
  const session = openLeg(leg, "active", NO_RECEIVER);
  const sender = new FileSender(clock, {
    source: source.value,
    session,
    contentType: "application/octet-stream",
    isPeerOurs: true,
    onAcknowledged: () => undefined,
  });
  const outcome = await sender.run();
  await session.close();
  return outcome.kind === "complete"
    ? ""
    : `${outcome.kind} ${"reason" in outcome ? outcome.reason : ""}`;
}

/** Receives as the client does: hidden file, hash, publication, REPORT. */
export async function msrpReceiveHashed(
  leg: Leg,
  file: { readonly folder: string; readonly sizeOctets: number; readonly sha1: string },
): Promise<string> {
  const files = systemFiles();
  const { folder, sizeOctets, sha1 } = file;
  const part = await files.createPart({
    folder,
    suggestedName: "received.bin",
    sizeOctets,
    algorithms: ["sha-1"],
  });
  if (!part.ok) throw new Error(part.error.message);
  const receiver = new FileReceiver(clock, {
    part: part.value,
    sizeOctets,
    hashes: [{ algorithm: "sha-1", hex: sha1 }],
    onReceived: () => undefined,
    onBegun: () => undefined,
  });
  const session = openLeg(leg, "passive", receiver);
  const ended = closedOf(session);
  const outcome = await receiver.outcome;
  await ended;
  await files.close();
  return outcome.kind === "complete" ? "" : outcome.kind;
}

/** Receives into a file without looking at it: what MSRP itself costs. */
export async function msrpReceivePlain(leg: Leg, folder: string): Promise<string> {
  const writer = await PlainWriter.open(join(folder, "received.bin"));
  const session = openLeg(leg, "passive", writer);
  await closedOf(session);
  await writer.close();
  return writer.isComplete ? "" : "incomplete";
}

/** Two legs of a Participating Function and its own media relay between them, in both directions. */
export async function msrpRelay(previous: Leg, next: Leg): Promise<void> {
  const legs: { near?: MsrpSession; far?: MsrpSession } = {};
  const near = openLeg(previous, "passive", new MediaRelay(clock, () => legs.far));
  const far = openLeg(next, "active", new MediaRelay(clock, () => legs.near));
  legs.near = near;
  legs.far = far;
  far.events.on("report", (report) => {
    near.report(report);
  });
  await closedOf(near);
  await far.close();
}

function closedOf(session: MsrpSession): Promise<void> {
  return new Promise((resolve) => {
    session.events.on("closed", () => {
      resolve();
    });
  });
}

const HIGH_OCTETS = 1_048_576;

class PlainWriter implements MessageReceiver {
  readonly #handle: Awaited<ReturnType<typeof open>>;
  #pieces: Buffer[] = [];
  #position = 0;
  #waitingOctets = 0;
  #writing: Promise<void> | undefined;
  #session: MsrpSession | undefined;
  isComplete = false;

  private constructor(handle: Awaited<ReturnType<typeof open>>) {
    this.#handle = handle;
  }

  static async open(path: string): Promise<PlainWriter> {
    return new PlainWriter(await open(path, "w"));
  }

  begin(chunk: IncomingChunk): ChunkSink {
    this.#session = chunk.session;
    return {
      write: (bytes) => {
        this.#pieces.push(bytes);
        this.#waitingOctets += bytes.length;
        this.#writing ??= this.#run();
        return this.#waitingOctets < HIGH_OCTETS;
      },
      end: (flag, reply) => {
        void this.#end(chunk, flag === "$", reply);
      },
      broken: () => undefined,
    };
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#handle.close();
  }

  async #end(
    chunk: IncomingChunk,
    isLast: boolean,
    reply: (status: number) => void,
  ): Promise<void> {
    // As the client does it (RFC 4975 §7.2): at once. Only the end of the message waits for the disk.
    if (!isLast) {
      reply(200);
      return;
    }
    await this.#writing;
    reply(200);
    this.isComplete = this.#position === chunk.totalOctets;
    chunk.session.report({
      messageId: chunk.messageId,
      range: { start: 1, end: this.#position, total: this.#position },
      status: 200,
    });
  }

  async #run(): Promise<void> {
    while (this.#pieces.length > 0) {
      const pieces = this.#pieces;
      this.#pieces = [];
      const { bytesWritten } = await this.#handle.writev(pieces, this.#position);
      this.#position += bytesWritten;
      this.#waitingOctets -= bytesWritten;
      this.#session?.resumeReading();
    }
    this.#writing = undefined;
  }
}
