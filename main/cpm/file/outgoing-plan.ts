import type { Files } from "../../base/files.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { formatFileSelector } from "../../sdp/file-selector.ts";
import { mediaTypeOf } from "./media-type.ts";
import type { OfferError } from "./outgoing-files.ts";

/** A file to be offered, looked at and not open. */
export interface PlannedFile {
  /** Its place among all. */
  readonly index: number;
  readonly path: string;
  readonly name: string;
  readonly type: string;
  readonly sizeOctets: number;
}

/** m= lines of one offer, as decision 0007 has it. */
export const MAX_OFFER_FILES = 100;
/** Octets of session description of one offer. */
const MAX_DESCRIPTION = 60 * 1024;
/** A URI of a relay, and a c= line that names it. */
const RELAY_PATH_OCTETS = 200;
/** What an m= line and its attributes hold beside the selector and the host, in octets. */
const LINE_OCTETS = 480;

/** Looks at every file, so that what cannot be sent is said before anything is read or offered. */
export async function planFiles(
  files: Files,
  paths: readonly string[],
  { maxSizeOctets, signal }: { readonly maxSizeOctets?: number; readonly signal: AbortSignal },
): Promise<Result<readonly PlannedFile[], OfferError>> {
  const planned: PlannedFile[] = [];
  for (const [index, path] of paths.entries()) {
    if (signal.aborted)
      return err({ kind: "cancelled", message: "The offer was cancelled before it was sent." });
    const source = await files.openSource(path);
    if (!source.ok) return err({ kind: "source", message: source.error.message, path });
    const { name, sizeOctets } = source.value;
    await source.value.close();
    if (maxSizeOctets !== undefined && sizeOctets > maxSizeOctets)
      return err({
        ...{ kind: "too-large", path },
        message: `${name} is larger than this device may send.`,
      });
    planned.push({ index, path, name, type: mediaTypeOf(name), sizeOctets });
  }
  return ok(planned);
}

/** Beside one URI of ours, for `partsOf`. */
export function pathOctetsOf(host: string, hasRelay: boolean): number {
  return host.length + (hasRelay ? RELAY_PATH_OCTETS : 0);
}

/**
 * The files of each offer, in order (docs/decisions/0007).
 * @param pathOctets of what stands in a=path and c= beside one URI of ours: hosts, and URIs of a relay
 */
export function partsOf(
  files: readonly PlannedFile[],
  pathOctets: number,
): readonly (readonly PlannedFile[])[] {
  const parts: PlannedFile[][] = [];
  let octets = Number.POSITIVE_INFINITY;
  for (const file of files) {
    const { name, type, sizeOctets } = file;
    const selector = formatFileSelector({ name, type, sizeOctets, hashes: [] });
    const own = LINE_OCTETS + pathOctets + Buffer.from(selector).length;
    const last = parts.at(-1);
    if (last === undefined || last.length >= MAX_OFFER_FILES || octets + own > MAX_DESCRIPTION) {
      parts.push([file]);
      octets = own;
    } else {
      last.push(file);
      octets += own;
    }
  }
  return parts;
}
