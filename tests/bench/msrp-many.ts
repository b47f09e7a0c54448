import { join } from "node:path";
import { systemClock } from "../../main/base/clock.node.ts";
import { FileReceiver } from "../../main/cpm/file/file-receiver.ts";
import { FileSender } from "../../main/cpm/file/file-sender.ts";
import { sendSideBySide } from "../../main/cpm/file/side-by-side.ts";
import type { MsrpSession } from "../../main/msrp/session/session.ts";
import { type SystemFiles, systemFiles } from "../../main/storage/files.node.ts";
import { type Leg, NO_RECEIVER, openLeg } from "./msrp-copy.ts";
import type { StartRole } from "./role-messages.ts";

/** As the client does it: offers of so many files, one connection each. */
const FILES_PER_OFFER = 100;

const clock = systemClock();

/** One conversation of many files, as several offers one after the other. */
export async function msrpSendMany(legs: readonly Leg[], start: StartRole): Promise<string> {
  const files = systemFiles();
  for (const [first, offer] of offersOf(legs)) {
    const sessions = offer.map((leg) => openLeg(leg, "active", NO_RECEIVER, `offer ${first}`));
    const failed = await sendOffer(sessions, first, files, start);
    await Promise.all(sessions.map((session) => session.close()));
    if (failed !== "") return failed;
  }
  return "";
}

async function sendOffer(
  sessions: readonly MsrpSession[],
  first: number,
  files: SystemFiles,
  start: StartRole,
): Promise<string> {
  let failed = "";
  await sendSideBySide(
    [...sessions.entries()],
    () => start.sizeOctets,
    async ([i, session]) => {
      const detail = await sendOne(session, join(start.path, `${first + i}.bin`), files);
      if (detail !== "") failed = detail;
    },
  );
  return failed;
}

async function sendOne(session: MsrpSession, path: string, files: SystemFiles): Promise<string> {
  const source = await files.openSource(path);
  if (!source.ok) return source.error.message;
  const sender = new FileSender(clock, {
    source: source.value,
    session,
    contentType: "application/octet-stream",
    isPeerOurs: true,
    onAcknowledged: () => undefined,
  });
  const outcome = await sender.run();
  await source.value.close();
  return outcome.kind === "complete" ? "" : JSON.stringify(outcome);
}

export async function msrpReceiveMany(legs: readonly Leg[], start: StartRole): Promise<string> {
  const files = systemFiles();
  for (const [first, offer] of offersOf(legs)) {
    const names = offer.map((_, i) => `${first + i}.bin`);
    const outcomes = await Promise.all(
      offer.map((leg, i) => receiveOne(leg, names[i] ?? "", files, start)),
    );
    const failed = outcomes.find((detail) => detail !== "");
    if (failed !== undefined) return failed;
  }
  await files.close();
  return "";
}

async function receiveOne(
  leg: Leg,
  suggestedName: string,
  files: SystemFiles,
  start: StartRole,
): Promise<string> {
  const { path: folder, sizeOctets, sha1 } = start;
  const hashes = [{ algorithm: "sha-1", hex: sha1 }];
  const part = await files.createPart({
    folder,
    suggestedName,
    sizeOctets,
    algorithms: ["sha-1"],
  });
  if (!part.ok) return part.error.message;
  const receiver = new FileReceiver(clock, {
    part: part.value,
    sizeOctets,
    hashes,
    onReceived: () => undefined,
    onBegun: () => undefined,
  });
  openLeg(leg, "passive", receiver);
  const outcome = await receiver.outcome;
  return outcome.kind === "complete" ? "" : JSON.stringify(outcome);
}

/** Each offer with the number of its first file. */
function* offersOf(legs: readonly Leg[]): Generator<readonly [number, readonly Leg[]]> {
  for (let first = 0; first < legs.length; first += FILES_PER_OFFER)
    yield [first, legs.slice(first, first + FILES_PER_OFFER)];
}
