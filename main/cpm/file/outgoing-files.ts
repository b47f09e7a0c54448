import type { FileIcon } from "../../../shared/model/offer.ts";
import type { FileHashes, FileSource, Files } from "../../base/files.ts";
import type { MsrpUri } from "../../base/msrp-uri.ts";
import type { Random } from "../../base/ports.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { randomToken } from "../../base/tokens.ts";
import type { SipBody } from "../../drachtio/srf.ts";
import { buildFileOffer, type OfferedFile } from "../../sdp/file-offer.ts";
import type { FileSeries } from "../../sdp/file-series.ts";
import { serializeSdp } from "../../sdp/serialize.ts";
import type { Origin, SessionDescription } from "../../sdp/session-description.ts";
import { buildMultipart } from "../body/multipart.ts";
import { mediaTypeOf } from "./media-type.ts";

/** A file held open, hashed, and ready to be offered. */
export interface PreparedFile {
  /** Its place among the files of the offer. */
  readonly index: number;
  readonly source: FileSource;
  readonly hashes: FileHashes;
  readonly type: string;
  readonly transferId: string;
  readonly uri: MsrpUri;
  readonly icon?: FileIcon;
}

/** Why a file cannot be offered. */
export interface OfferError {
  readonly kind:
    | "no-files"
    | "too-many-files"
    | "source"
    | "too-large"
    | "bad-address"
    | "not-running"
    /** Withdrawn while its files were read. */
    | "cancelled";
  /** For people; names the file where it is about one. */
  readonly message: string;
  readonly path?: string;
}

export interface OpenedFile {
  readonly source: FileSource;
  readonly hashes: FileHashes;
}

export interface OpenOptions {
  readonly maxSizeOctets: number | undefined;
  readonly signal: AbortSignal;
  /** Octets of all files hashed so far. */
  readonly onHashed?: ((octets: number) => void) | undefined;
}

/**
 * Opens and hashes the files in order; the sender's size limit comes first, so that a file too large is neither read
 * nor offered (OMA CPM Conv_Fnct §7.4). On failure everything opened is closed again.
 */
export async function openFiles(
  files: Files,
  paths: readonly string[],
  options: OpenOptions,
): Promise<Result<readonly OpenedFile[], OfferError>> {
  const opened: OpenedFile[] = [];
  let doneOctets = 0;
  for (const path of paths) {
    const onHashed = (octets: number): void => {
      options.onHashed?.(doneOctets + octets);
    };
    const one = await openFile(files, path, { ...options, onHashed });
    if (!one.ok) {
      await closeFiles(opened);
      return one;
    }
    opened.push(one.value);
    doneOctets += one.value.source.sizeOctets;
    options.onHashed?.(doneOctets);
  }
  return ok(opened);
}

async function openFile(
  files: Files,
  path: string,
  { maxSizeOctets, signal, onHashed }: OpenOptions,
): Promise<Result<OpenedFile, OfferError>> {
  if (signal.aborted) return err(withdrawn(path));
  const source = await files.openSource(path);
  if (!source.ok) return err({ kind: "source", message: source.error.message, path });
  if (maxSizeOctets !== undefined && source.value.sizeOctets > maxSizeOctets) {
    await source.value.close();
    const message = `${source.value.name} is larger than this device may send.`;
    return err({ kind: "too-large", message, path });
  }
  const hashes = await files.hash(source.value, signal, onHashed);
  if (hashes.ok) return ok({ source: source.value, hashes: hashes.value });
  await source.value.close();
  if (hashes.error.kind === "cancelled") return err(withdrawn(path));
  return err({ kind: "source", message: hashes.error.message, path });
}

function withdrawn(path: string): OfferError {
  return { kind: "cancelled", message: "The offer was cancelled before it was sent.", path };
}

export async function closeFiles(opened: readonly OpenedFile[]): Promise<void> {
  for (const { source } of opened) await source.close();
}

/** Adds what each file needs of its own: a fresh URI and a fresh id, never used twice (RFC 5547 §8.1). */
export function prepareFile(
  opened: OpenedFile,
  own: Pick<PreparedFile, "index" | "uri" | "transferId">,
  icon: FileIcon | undefined,
): PreparedFile {
  return {
    ...opened,
    ...own,
    type: mediaTypeOf(opened.source.name),
    ...(icon === undefined ? {} : { icon }),
  };
}

/** The session description of an offer: one m= line per file (RFC 5547 §8.2). */
export function describeFiles(
  files: readonly PreparedFile[],
  own: {
    readonly origin: Origin;
    readonly host: string;
    readonly fingerprint?: string | undefined;
    readonly withIcons: boolean;
    readonly series?: FileSeries | undefined;
    /** Path through our relay, for each file. */
    readonly relayPathOf: (file: PreparedFile) => readonly MsrpUri[];
  },
): SessionDescription {
  return buildFileOffer({
    origin: own.origin,
    host: own.host,
    fingerprint: own.fingerprint,
    ...(own.series === undefined ? {} : { series: own.series }),
    setup: "actpass",
    files: files.map(
      (file): OfferedFile => ({
        uri: file.uri,
        relayPath: own.relayPathOf(file),
        transferId: file.transferId,
        selector: {
          name: file.source.name,
          type: file.type,
          sizeOctets: file.source.sizeOctets,
          hashes: [{ algorithm: "sha-1", hex: file.hashes.sha1 }],
        },
        disposition: "attachment",
        dates: { modificationMs: file.source.modifiedMs },
        ...(own.withIcons && file.icon !== undefined ? { iconCid: iconCid(file) } : {}),
      }),
    ),
  });
}

function iconCid(file: PreparedFile): string {
  return `icon-${file.transferId.slice(0, 16)}@cpm.invalid`;
}

/** What goes into the INVITE beside the description. */
export interface OfferExtras {
  readonly icons: boolean;
  /** `message/cpim` that asks for notifications (RFC 5438 §6). */
  readonly cpim?: Buffer | undefined;
}

/**
 * `application/sdp` alone; with icons multipart/related with the SDP as its root (RFC 5547 §8.8), with nothing but a
 * request for notifications multipart/mixed.
 */
export function offerBody(
  description: SessionDescription,
  files: readonly PreparedFile[],
  extras: OfferExtras,
  random: Random,
): SipBody {
  const sdp = serializeSdp(description);
  const icons = extras.icons ? iconParts(files) : [];
  const asking =
    extras.cpim === undefined
      ? []
      : [
          {
            fields: [{ name: "Content-Type", value: "message/cpim" }],
            content: extras.cpim,
          },
        ];
  if (icons.length + asking.length === 0) return { contentType: "application/sdp", content: sdp };
  const root = { fields: [{ name: "Content-Type", value: "application/sdp" }], content: sdp };
  const boundary = randomToken(random, 32);
  return icons.length === 0
    ? buildMultipart("mixed", boundary, [root, ...asking])
    : buildMultipart("related", boundary, [root, ...icons, ...asking], ';type="application/sdp"');
}

function iconParts(files: readonly PreparedFile[]): Parameters<typeof buildMultipart>[2] {
  return files.flatMap((file) =>
    file.icon === undefined
      ? []
      : [
          {
            fields: [
              { name: "Content-Type", value: file.icon.type },
              { name: "Content-Transfer-Encoding", value: "binary" },
              { name: "Content-ID", value: `<${iconCid(file)}>` },
              { name: "Content-Disposition", value: "icon" },
            ],
            content: Buffer.from(file.icon.bytes),
          },
        ],
  );
}
