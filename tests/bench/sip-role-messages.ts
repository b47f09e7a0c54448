/** What the SIP bench tells its processes, and what they answer, over the IPC channel of `fork`. */

/** Parent to child, once. */
export interface StartSipRole {
  readonly role: "codec" | "server" | "client" | "echo-server" | "echo-client";
  readonly durationMs: number;
  /** Requests under way at one time. */
  readonly window: number;
}

/** Child to parent. */
export interface SipRoleReady {
  readonly event: "ready";
  readonly port: number;
}

/** Parent to child: the sign to go, with the server's port; to a server a second time: the sign to stop. */
export interface SipRoleGo {
  readonly port: number;
}

/** Child to parent, last. */
export interface SipRoleDone {
  readonly event: "done";
  readonly perSecond: number;
  /** What was done while `cpuS` was spent; 0 of a server, which does as much as its client. */
  readonly count: number;
  readonly delayP99Ms: number;
  readonly cpuS: number;
  readonly peakRssMiB: number;
}
