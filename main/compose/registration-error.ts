import type { ProtectionProblem, RegistrationFailedView } from "../../shared/model/registration.ts";
import { UserError } from "./user-error.ts";

/** Why the device is not in its network, in words for people. */
export function registrationError(
  { status, reason, protection }: RegistrationFailedView,
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
  if (protection !== undefined) {
    return new UserError("network", `${reason} (${core})`, PROTECTION_ACTIONS[protection]);
  }
  const message =
    status === 0 ? `The network does not answer at ${core}.` : `Not registered: ${reason}`;
  const action = "Check --core, and that the network runs (`cpm network up`).";
  return new UserError("network", message, action);
}

const PROTECTION_ACTIONS: Readonly<Record<ProtectionProblem, string>> = {
  wrongCertificateName: "Write --core with the name that the certificate is for.",
  certificateExpired: "Check this computer's clock, and ask whoever runs the core.",
  certificateUnknown: "Give its fingerprint, from whoever runs the core, with --core-fingerprint.",
  certificateDiffers:
    "Ask whoever runs the core for its fingerprint; do not take it from elsewhere.",
  noTls: "Check the port in --core; without ;transport=tls nothing would be protected.",
};
