import type { MsrpUri } from "../base/msrp-uri.ts";
import type { FileSelector } from "./file-selector.ts";

/** `actpass` and `active` in offers, `active` and `passive` in answers (RFC 6135 §4.2). */
export type Setup = "active" | "passive" | "actpass";

export type Direction = "sendonly" | "recvonly" | "sendrecv" | "inactive";

/** RFC 5547 §6 `file-range`: 1-based, both ends inclusive; `*` where the end is that of the file. */
export interface FileRange {
  readonly start: number;
  readonly stop: number | "*";
}

/** RFC 5547 §6 `file-date`, as wall-clock milliseconds since 1970. */
export interface FileDates {
  readonly creationMs?: number;
  readonly modificationMs?: number;
  readonly readMs?: number;
}

/** RFC 8122: hash function in lower case, octets as upper-case pairs joined by colons. */
export interface Fingerprint {
  readonly algorithm: string;
  readonly value: string;
}

/** One `m=` line of a file offer, read. Nothing in it is to be trusted; see the storage layer for names. */
export interface FileMedia {
  /** 0-based place of the m= line among all of the description. */
  readonly index: number;
  /** 0: this file is closed or refused. */
  readonly port: number;
  /** `TCP/MSRP` or `TCP/TLS/MSRP`. */
  readonly protocol: string;
  /** The host of the media's or session's c= line: where to connect when CEMA applies (RFC 6714). */
  readonly connectionHost?: string;
  /** Leftmost is the next hop (RFC 4975 §8.2); empty only where `port` is 0. */
  readonly path: readonly MsrpUri[];
  readonly setup?: Setup;
  readonly direction: Direction;
  readonly acceptTypes: readonly string[];
  readonly acceptWrappedTypes?: readonly string[];
  readonly maxSizeOctets?: number;
  readonly isCema: boolean;
  readonly fingerprint?: Fingerprint;
  readonly selector: FileSelector;
  readonly transferId?: string;
  /** `render` is the default of RFC 5547 §6 when absent. */
  readonly disposition?: string;
  readonly dates?: FileDates;
  /** Content-ID without `cid:`, percent-decoded. */
  readonly iconCid?: string;
  readonly range?: FileRange;
  /** The `i=` line. */
  readonly title?: string;
}
