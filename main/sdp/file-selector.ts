import type { FileHash } from "../base/files.ts";

/** What describes a file (RFC 5547 §6, `file-selector`). Absent parts were not offered. */
export interface FileSelector {
  /** Decoded, but otherwise as the peer wrote it: never a path to use. */
  readonly name?: string;
  /** MIME type with its parameters as Content-Type writes them. */
  readonly type?: string;
  /** Octets of the file itself, not of a CPIM wrapper. */
  readonly sizeOctets?: number;
  /** Hexadecimal in lower case; several algorithms are possible. */
  readonly hashes: readonly FileHash[];
}
