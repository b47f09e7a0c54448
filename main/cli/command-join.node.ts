import { formatAddress } from "../../shared/format/person.ts";
import { formatHostPort } from "../base/host-port.ts";
import { openClient } from "../compose/open-client.node.ts";
import { profileName } from "../compose/profile.node.ts";
import { clientSetup } from "./client-options.node.ts";
import { EXIT, type ExitCode, usageError } from "./exit-code.ts";
import { givenLink, keepJoined } from "./joined-account.node.ts";
import { Output } from "./output.node.ts";
import { startDevice } from "./start-device.node.ts";
import { stopSignal } from "./stop-signal.node.ts";

export interface JoinCommandFlags {
  readonly profile: string;
  readonly device?: string;
  readonly json?: boolean;
}

/** `cpm join`: signs in with a link once, and keeps the account in the profile where that works. */
export async function runJoinCommand(
  file: string | undefined,
  flags: JoinCommandFlags,
): Promise<ExitCode> {
  const output = new Output({ isJson: flags.json === true, profile: profileName(flags.profile) });
  const join = givenLink(file === undefined ? {} : { joinFile: file });
  if (join === undefined) {
    throw usageError(
      "There is no link to join.",
      "Name a file that holds it, - for stdin, or set CPM_JOIN.",
    );
  }
  const { aor, fingerprint, host, port, name } = join;
  const server = formatHostPort({ host, port });
  output.hint(`${name ?? "A network"} at ${server}, certificate ${fingerprint}`);
  const setup = clientSetup({ ...flags, ...(file === undefined ? {} : { joinFile: file }) }, join);
  const stop = stopSignal();
  const open = await openClient(setup);
  try {
    await startDevice(open.client, { host, port }, stop);
    await keepJoined(flags.profile, join);
  } finally {
    await open.close();
  }
  output.event("joined", { aor, server, fingerprint, ...(name === undefined ? {} : { name }) });
  output.say(`Joined ${name ?? server} as ${formatAddress(aor)}.`);
  output.hint(`From now on --profile ${flags.profile} is enough: it needs no --as and no --core.`);
  return EXIT.done;
}
