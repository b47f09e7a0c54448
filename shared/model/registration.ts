import type { DeviceView } from "./device.ts";

/** This device is known to its home network until `expiresS` seconds have passed. */
export interface RegistrationView {
  /** The user's public identity. */
  readonly aor: string;
  /** Contact URI under which this device is reached. */
  readonly contact: string;
  readonly expiresS: number;
  readonly transport: "udp" | "tcp" | "tls";
  /** The user's registered devices as the registrar lists them, this one first. */
  readonly devices: readonly DeviceView[];
}

/** Why the device is not registered. `status` 0: no answer reached us at all. */
export interface RegistrationFailedView {
  readonly status: number;
  /** A sentence for people. */
  readonly reason: string;
  /** Milliseconds until the next attempt; absent when none follows by itself. */
  readonly retryMs?: number;
}
