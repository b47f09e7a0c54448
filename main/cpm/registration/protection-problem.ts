import type { ProtectionProblem } from "../../../shared/model/registration.ts";
import { tlsFailureIn } from "../../base/tls-errors.ts";
import type { SipFailure } from "../../drachtio/srf.ts";

/** What kept a request from a core over TLS; undefined: something else, or the network itself. */
export function protectionProblem({ kind, message }: SipFailure): ProtectionProblem | undefined {
  if (kind !== "transport") return undefined;
  switch (tlsFailureIn(message)) {
    case undefined:
      return undefined;
    case "TLS_WRONG_NAME":
      return "wrongCertificateName";
    case "TLS_EXPIRED":
    case "TLS_NOT_YET_VALID":
      return "certificateExpired";
    case "TLS_UNKNOWN_ISSUER":
      return "certificateUnknown";
    case "TLS_WRONG_FINGERPRINT":
      return "certificateDiffers";
    default:
      return "noTls";
  }
}

export const PROTECTION_REASONS: Readonly<Record<ProtectionProblem, string>> = {
  wrongCertificateName: "The core's certificate is for another name. Nothing was sent to it.",
  certificateExpired: "The core's certificate is not valid at this time. Nothing was sent to it.",
  certificateUnknown: "Nobody vouches for the core's certificate. Nothing was sent to it.",
  certificateDiffers:
    "The core shows another certificate than yours names. Nothing was sent to it.",
  noTls: "The core offers no protected connection. Nothing was sent to it.",
};
