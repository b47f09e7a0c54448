import { parseFingerprint } from "../../../shared/format/fingerprint.ts";
import type { RequestArguments } from "../../../shared/ipc/contract.ts";
import { formatHostPort } from "../../base/host-port.ts";
import { present } from "../../base/present.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { said } from "../words/phrase.ts";
import { type AccountRecord, readAor } from "./account-record.ts";
import { readServer, type SignInFailure, signInFailure } from "./sign-in.ts";

/** The account that a window asks for, or what cannot be right about it. */
export function connectRecord(
  args: RequestArguments<"account.connect">,
): Result<AccountRecord, SignInFailure> {
  const { displayName, deviceName, transport } = args;
  const aor = readAor(args.aor);
  if (aor === undefined) {
    const message = said("failures.badAddress", { text: args.aor });
    return err(signInFailure("badAddress", message, said("actions.writeAddress")));
  }
  const core = readServer(args.server, transport);
  if (core === undefined) {
    const message = said("account.noServer", { text: args.server });
    return err(signInFailure("badServer", message, said("actions.writeServer")));
  }
  const fingerprint = parseFingerprint(args.fingerprint ?? "");
  if (args.fingerprint !== undefined && fingerprint === undefined) {
    const message = said("account.noFingerprint");
    return err(signInFailure("certificateDiffers", message, said("actions.askForFingerprint")));
  }
  return ok({
    ...{ aor, displayName, deviceName, transport, isBuiltIn: false },
    ...{ core: formatHostPort(core), ...present({ fingerprint }) },
  });
}
