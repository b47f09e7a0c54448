/**
 * How one file ended on this device.
 * `declined`: the receiver did not take it. `interrupted`: it stopped before the last octet. `failed`: it cannot be
 * had as offered (with `verified: false`, the octets came but differ from the offer's hash).
 */
export type FileState = "complete" | "failed" | "declined" | "interrupted";

/**
 * How an offer ended as a whole.
 * `verified`: every accepted file is proven to be stored with the right hash. `confirmed`: every octet was
 * acknowledged, but nobody we know vouches for the hash. `partly`: some files complete, others not.
 */
export type TransferState =
  | "verified"
  | "confirmed"
  | "partly"
  | "failed"
  | "interrupted"
  | "declined"
  | "noanswer"
  | "cancelled";
