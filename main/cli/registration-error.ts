import type { RegistrationFailedView } from "../../shared/model/registration.ts";
import { CommandError, EXIT } from "./exit-code.ts";

/** Why the device is not in its network, in words for people. */
export function registrationError(
  { status, reason }: RegistrationFailedView,
  core: string,
): CommandError {
  if (status === 401 || status === 407 || status === 403) {
    return new CommandError(EXIT.network, "The core did not accept your password.", {
      ...{ code: "authentication", action: "Check --as, and --password-file or CPM_PASSWORD." },
    });
  }
  if (status === 404) {
    return new CommandError(EXIT.network, "The core does not know this user.", {
      ...{ code: "unknown-user", action: "Check --as and --core." },
    });
  }
  const message =
    status === 0 ? `The network does not answer at ${core}.` : `Not registered: ${reason}`;
  const action = "Check --core, and that the network runs (`cpm network up`).";
  return new CommandError(EXIT.network, message, { code: "network", action });
}
