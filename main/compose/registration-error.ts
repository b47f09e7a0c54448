import type { RegistrationFailedView } from "../../shared/model/registration.ts";
import { UserError } from "./user-error.ts";

/** Why the device is not in its network, in words for people. */
export function registrationError(
  { status, reason }: RegistrationFailedView,
  core: string,
): UserError {
  if (status === 401 || status === 407 || status === 403) {
    return new UserError(
      "authentication",
      "The core did not accept your password.",
      "Check --as, and --password-file or CPM_PASSWORD.",
    );
  }
  if (status === 404) {
    return new UserError(
      "unknown-user",
      "The core does not know this user.",
      "Check --as and --core.",
    );
  }
  const message =
    status === 0 ? `The network does not answer at ${core}.` : `Not registered: ${reason}`;
  const action = "Check --core, and that the network runs (`cpm network up`).";
  return new UserError("network", message, action);
}
