import { join } from "node:path";
import { systemClock } from "../../main/base/clock.node.ts";
import { FileReceiver } from "../../main/cpm/file/file-receiver.ts";
import { FileSender } from "../../main/cpm/file/file-sender.ts";
import { sendSideBySide } from "../../main/cpm/file/side-by-side.ts";
import type { MsrpSession } from "../../main/msrp/session/session.ts";
import { type SystemFiles, systemFiles } from "../../main/storage/files.node.ts";
import { type Leg, NO_RECEIVER, openLeg } from "./msrp-copy.ts";
import type { StartRole } from "./role-messages.ts";

/** As the client does it (docs/decisions/0007): offers of so many files, one connection each, so many at a time. */
const FILES_PER_OFFER = 100;
const OFFERS_AT_A_TIME = 2;

const clock = systemClock();

/** One conversation of many files. */
export function msrpSendMany(legs: readonly Leg[], start: StartRole): Promise<string> {
  const files = systemFiles();
  return eachOffer(legs, async (first, offer) => {
    const sessions = offer.map((leg) => openLeg(leg, "active", NO_RECEIVER, `offer ${first}`));
    const failed = await sendOffer(sessions, first, files, start);
    await Promise.all(sessions.map((session) => session.close()));
    return failed;
  });
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
  const failed = await eachOffer(legs, async (first, offer) => {
    const outcomes = await Promise.all(
      offer.map((leg, i) => receiveOne(leg, `${first + i}.bin`, files, start)),
    );
    return outcomes.find((detail) => detail !== "") ?? "";
  });
  await files.close();
  return failed;
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

/** @returns what failed, or nothing */
async function eachOffer(
  legs: readonly Leg[],
  run: (first: number, offer: readonly Leg[]) => Promise<string>,
): Promise<string> {
  const offers = offersOf(legs);
  let failed = "";
  const lane = async (): Promise<void> => {
    for (let next = offers.shift(); next !== undefined && failed === ""; next = offers.shift())
      failed = (await run(...next)) || failed;
  };
  await Promise.all(Array.from({ length: OFFERS_AT_A_TIME }, lane));
  return failed;
}

/** Each offer with the number of its first file. */
function offersOf(legs: readonly Leg[]): (readonly [number, readonly Leg[]])[] {
  const count = Math.ceil(legs.length / FILES_PER_OFFER);
  return Array.from({ length: count }, (_, i) => {
    const first = i * FILES_PER_OFFER;
    return [first, legs.slice(first, first + FILES_PER_OFFER)];
  });
}
