/** One registered device of a user (a binding of the registrar). */
export interface DeviceView {
  /** Contact URI. */
  readonly contact: string;
  /** Name its owner gave it; travels as the Contact parameter `device-name`. */
  readonly name?: string;
  /** Value of `+sip.instance` (RFC 5626 §4.1), without quotes and angle brackets. */
  readonly instanceId?: string;
  readonly isThisDevice: boolean;
}
