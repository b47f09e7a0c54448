import type { OfferId } from "../../../shared/model/offer.ts";
import type { FileHash, FilePart } from "../../base/files.ts";
import type { MsrpUri } from "../../base/msrp-uri.ts";
import type { MsrpSession } from "../../msrp/session/session.ts";
import { CpimUnwrapper } from "./cpim-unwrapper.ts";
import { FileReceiver } from "./file-receiver.ts";
import { sessionFailure } from "./media-security.ts";
import type { MediaWay } from "./media-way.ts";
import type { OfferContext } from "./offer-context.ts";
import { ProgressMeter } from "./progress-meter.ts";
import type { SilenceWatch } from "./silence-watch.ts";

/** One m= line on which a file is received. */
export interface ReceiveLine {
  readonly id: OfferId;
  /** Of the file in the offer, for its user. */
  readonly index: number;
  readonly sizeOctets: number;
  readonly hashes: readonly FileHash[];
  readonly part: FilePart;
  readonly uri: MsrpUri;
  readonly remotePath: readonly MsrpUri[];
  readonly way: MediaWay;
  readonly connectionGroup: string;
  /** 0-based place at which the message begins; default 0. */
  readonly fromOctet?: number;
  readonly onBegun: () => void;
  /** The disk is full: whoever owns the session ends it and halts the file. */
  readonly onFull: () => void;
  /** There was no room from the start: `onFull` is not called. */
  readonly isFull?: boolean;
  /** Of all lines of the session. */
  readonly silence: SilenceWatch;
}

export interface Receiving {
  readonly session: MsrpSession;
  readonly receiver: FileReceiver;
}

/** Opens the session of a file and waits for its octets. */
export function openReceiving(context: OfferContext, line: ReceiveLine): Receiving {
  const { clock, msrp } = context.ports;
  const { id, index, part, sizeOctets, fromOctet = 0 } = line;
  const meter = new ProgressMeter(
    clock,
    ({ octets, octetsPerS }) => {
      context.emit("progress", { id, index, octets, sizeOctets, octetsPerS });
    },
    part.receivedOctets,
  );
  const receiver = new FileReceiver(clock, {
    ...{ part, sizeOctets, fromOctet, hashes: line.hashes },
    onReceived: (octets) => {
      line.silence.heard();
      // Every octet is here: what follows is the check.
      if (octets === sizeOctets) meter.finish(octets);
      else meter.update(octets);
    },
    onBegun: line.onBegun,
    onFull: line.onFull,
    isFull: line.isFull === true,
  });
  const session = msrp.session({
    localUri: line.uri,
    remotePath: line.remotePath,
    ...line.way,
    receiver: new CpimUnwrapper(receiver),
    connectionGroup: line.connectionGroup,
  });
  session.events.on("closed", ({ failure }) => {
    if (failure !== undefined) receiver.connectionLost(sessionFailure(failure));
  });
  void session.bound.then((bound) => {
    if (!bound.ok) receiver.stop(sessionFailure(bound.error));
  });
  const unwatch = line.silence.add(() => {
    receiver.halt(sessionFailure({ kind: "connection-lost", message: "nothing came any more" }));
    // The sender, if it is still there, hears of it by this: not of a refusal.
    void session.close();
  });
  void receiver.outcome.then((outcome) => {
    unwatch();
    if (outcome.kind === "complete") meter.finish(sizeOctets);
  });
  return { session, receiver };
}
