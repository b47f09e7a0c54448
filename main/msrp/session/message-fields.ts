/** Which responses the sender of a SEND wants (RFC 4975 §7.1.1); absent is `yes`. */
export type FailureReport = "yes" | "partial" | "no";

export interface HeaderLine {
  readonly name: string;
  readonly value: string;
}
