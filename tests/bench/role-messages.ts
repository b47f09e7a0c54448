/** What the bench tells its processes, and what they answer, over the IPC channel of `fork`. */

/** How octets get from file to file. */
export type CopyKind = "raw" | "msrp" | "msrp-hash";

/** Parent to child, once. */
export interface StartRole {
  readonly role: "sender" | "relay" | "receiver";
  readonly kind: CopyKind;
  /** File to read (sender) or folder to write to (receiver). */
  readonly path: string;
  readonly sizeOctets: number;
  readonly sha1: string;
}

/** Child to parent: where it listens. MSRP: URIs, `[towards the sender, towards the receiver]` for a relay. */
export interface RoleReady {
  readonly event: "ready";
  readonly port: number;
  readonly uris: readonly string[];
}

/** Parent to child: its neighbours, and for the sender the sign to go. */
export interface GoRole {
  /** Port to connect to; 0 where it does not connect. */
  readonly nextPort: number;
  /** URI of the neighbour towards the sender and towards the receiver; empty where there is none. */
  readonly previousUri: string;
  readonly nextUri: string;
}

/** Child to parent when its part is done and durable as far as the kind of copy promises. */
export interface RoleDone {
  readonly event: "done";
  readonly ok: boolean;
  readonly detail: string;
  /** CPU time since the sign to go. */
  readonly cpuS: number;
  readonly peakRssMiB: number;
}
