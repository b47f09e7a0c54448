/** What the bench tells its processes, and what they answer, over the IPC channel of `fork`. */

import type { TlsIdentity } from "../../main/base/ports.ts";

/** How octets get from file to file. */
export type CopyKind = "raw" | "msrp" | "msrp-hash";

/** Parent to child, once. */
export interface StartRole {
  readonly role: "sender" | "relay" | "receiver";
  readonly kind: CopyKind;
  /** File to read, or folder of files to read (sender), or folder to write to (receiver). */
  readonly path: string;
  /** Of each file. */
  readonly sizeOctets: number;
  readonly sha1: string;
  /** More than one: they are `0.bin`, `1.bin` and so on below `path`, each in a session of its own. */
  readonly files: number;
  /** No chunk is longer. */
  readonly maxChunkOctets?: number;
  /** Over TLS, all ends with this certificate. */
  readonly identity?: TlsIdentity;
}

/** Child to parent: where it listens. MSRP: one URI a file towards the sender, one towards the receiver. */
export interface RoleReady {
  readonly event: "ready";
  readonly port: number;
  readonly nearUris: readonly string[];
  readonly farUris: readonly string[];
}

/** Parent to child: its neighbours, and for the sender the sign to go. */
export interface GoRole {
  /** Port to connect to; 0 where it does not connect. */
  readonly nextPort: number;
  /** URIs of the neighbour towards the sender and towards the receiver; empty where there is none. */
  readonly previousUris: readonly string[];
  readonly nextUris: readonly string[];
}

/** Child to parent when its part is done and durable as far as the kind of copy promises. */
export interface RoleDone {
  readonly event: "done";
  readonly ok: boolean;
  readonly detail: string;
  /** CPU time since the sign to go. */
  readonly cpuS: number;
  readonly peakRssMiB: number;
  /** How late the event loop was, 99th percentile since the sign to go. */
  readonly delayP99Ms: number;
}
