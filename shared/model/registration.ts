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

/** Why the way to the core is not protected as it has to be: nothing was sent, not even a password. */
export type ProtectionProblem =
  | "wrongCertificateName"
  /** Or not valid yet. */
  | "certificateExpired"
  /** Nobody who is believed has issued it. */
  | "certificateUnknown"
  /** Another one than the one that was named. */
  | "certificateDiffers"
  /** No TLS there, or only versions that are no protection. */
  | "noTls";

/** Why the device is not registered. `status` 0: no answer reached us at all. */
export interface RegistrationFailedView {
  readonly status: number;
  /** A sentence for people. */
  readonly reason: string;
  readonly protection?: ProtectionProblem;
  /** Milliseconds until the next attempt; absent when none follows by itself. */
  readonly retryMs?: number;
}
