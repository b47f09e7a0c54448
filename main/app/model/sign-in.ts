import { formatAddress } from "../../../shared/format/person.ts";
import type { RequestFailure } from "../../../shared/ipc/contract.ts";
import type { RegistrationState, SignInFailureCode } from "../../../shared/model/app-state.ts";
import type { RegistrationFailedView } from "../../../shared/model/registration.ts";
import { type HostPort, isIpAddress, parseHostPort } from "../../base/host-port.ts";
import type { UserErrorKind } from "../../compose/user-error.ts";
import { type Phrase, type Said, said } from "../words/phrase.ts";

export type SignInFailure = RequestFailure<Phrase> & { readonly code: SignInFailureCode };

const SIP_PORT = 5060;
const SIPS_PORT = 5061;

export function signInCode({
  status,
  protection,
}: Pick<RegistrationFailedView, "status" | "protection">): SignInFailureCode {
  if (protection !== undefined) return protection;
  switch (status) {
    case 0:
      return "noAnswer";
    case 401:
    case 403:
    case 407:
      return "wrongPassword";
    case 404:
      return "unknownUser";
    default:
      return "refused";
  }
}

/** Why the registrar did not take us, for who has just signed in. */
export function registrationFailure(
  failed: RegistrationFailedView,
  account: { readonly aor: string; readonly core: string },
): SignInFailure {
  const code = signInCode(failed);
  switch (code) {
    case "wrongPassword":
      return signInFailure(code, said("account.wrongPassword"), said("actions.enterAgain"));
    case "unknownUser":
      return signInFailure(
        code,
        said("account.unknownUser", { address: formatAddress(account.aor) }),
        said("actions.checkAddress"),
      );
    case "noAnswer":
      return signInFailure(
        code,
        said("account.noAnswer", { core: account.core }),
        said("actions.checkNetwork"),
      );
    case "wrongCertificateName":
    case "noTls":
      return signInFailure(code, offlineReason(failed), said("actions.checkServer"));
    case "certificateUnknown":
    case "certificateDiffers":
      return signInFailure(code, offlineReason(failed), said("actions.askForFingerprint"));
    case "certificateExpired":
      return signInFailure(code, offlineReason(failed), said("actions.checkClock"));
    default:
      return signInFailure(code, offlineReason(failed), said("actions.tryLater"));
  }
}

/** Why this device is offline, in short. */
export function offlineReason({ status, protection }: RegistrationFailedView): Phrase {
  if (protection !== undefined) return said(`account.${protection}`);
  switch (status) {
    case 0:
      return said("account.silent");
    case 401:
    case 407:
      return said("account.wrongPassword");
    case 403:
      return said("account.notAllowed");
    case 404:
      return said("account.unknownHere");
    case 423:
      return said("account.tooBrief");
    case 503:
      return said("account.overloaded");
    default:
      return status >= 500
        ? said("account.networkTrouble")
        : said("account.refused", { status: String(status) });
  }
}

export function signInFailure(
  code: SignInFailureCode,
  message: Phrase,
  action: Phrase,
): SignInFailure {
  return { code, message, action };
}

/** `host`, `host:port`, `[::1]:5060`; undefined when it is none of them. */
export function readServer(
  text: string,
  transport: "udp" | "tcp" | "tls" = "udp",
): HostPort | undefined {
  const usualPort = transport === "tls" ? SIPS_PORT : SIP_PORT;
  const trimmed = text.trim().replace(/^sips?:/i, "");
  const isBareIpv6 = trimmed.split(":").length > 2 && !trimmed.startsWith("[");
  const withPort = isBareIpv6 ? `[${trimmed}]` : trimmed;
  const address = parseHostPort(
    /\]$|^[^:]+$/.test(withPort) ? `${withPort}:${String(usualPort)}` : withPort,
  );
  if (address === undefined || address.port === 0) return undefined;
  return isIpAddress(address.host) || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/i.test(address.host)
    ? address
    : undefined;
}

/** The demo user that a name stands for on the built-in network: Bob is bob; anybody else is alice. */
export function demoAorFor(name: string, demoAors: readonly string[]): string {
  const key = name.trim().toLowerCase();
  const own = demoAors.find((aor) => formatAddress(aor).split("@", 1)[0] === key);
  return own ?? demoAors[0] ?? "";
}

/** What stands in the way of the built-in network, where that is known. */
export function notStarted(
  kind: UserErrorKind | undefined,
): readonly [message: Said, action: Said] {
  switch (kind) {
    case "storage":
      return [said("account.notStartedFolder"), said("actions.freeSpace")];
    case "network":
      return [said("account.notStartedElsewhere"), said("actions.closeOthers")];
    default:
      return [said("account.notStarted"), said("actions.tryAgain")];
  }
}

/** Until the next one runs, which takes some seconds. */
export const NETWORK_ENDED: RegistrationState<Phrase> = {
  ...{ name: "offline", code: "noAnswer" },
  reason: said("account.networkEnded"),
};
