import { formatAddress } from "../../../shared/format/person.ts";
import type { RequestFailure } from "../../../shared/ipc/contract.ts";
import type { SignInFailureCode } from "../../../shared/model/app-state.ts";
import type { RegistrationFailedView } from "../../../shared/model/registration.ts";
import { type HostPort, isIpAddress, parseHostPort } from "../../base/host-port.ts";

export type SignInFailure = RequestFailure & { readonly code: SignInFailureCode };

const SIP_PORT = 5060;

export function signInCode(status: number): SignInFailureCode {
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

/** Why the registrar did not take us, in the words of the window. */
export function registrationFailure(
  { status, reason }: RegistrationFailedView,
  account: { readonly aor: string; readonly core: string },
): SignInFailure {
  const code = signInCode(status);
  switch (code) {
    case "wrongPassword":
      return signInFailure(code, "The core did not accept your password.", "Enter it again.");
    case "unknownUser":
      return signInFailure(
        code,
        `The core does not know ${formatAddress(account.aor)}.`,
        "Check the address.",
      );
    case "noAnswer":
      return signInFailure(
        code,
        `The network does not answer at ${account.core}.`,
        "Check the server, and that the network runs.",
      );
    default:
      return signInFailure(code, reason, "Try again later.");
  }
}

export function signInFailure(
  code: SignInFailureCode,
  message: string,
  action: string,
): SignInFailure {
  return { code, message, action };
}

/** `host`, `host:port`, `[::1]:5060`; undefined when it is none of them. */
export function readServer(text: string): HostPort | undefined {
  const trimmed = text.trim().replace(/^sips?:/i, "");
  const isBareIpv6 = trimmed.split(":").length > 2 && !trimmed.startsWith("[");
  const withPort = isBareIpv6 ? `[${trimmed}]` : trimmed;
  const address = parseHostPort(
    /\]$|^[^:]+$/.test(withPort) ? `${withPort}:${String(SIP_PORT)}` : withPort,
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
