import { formatHostPort, type HostPort } from "../base/host-port.ts";
import { registrationError } from "../compose/registration-error.ts";
import type { CpmClient } from "../cpm/client.ts";
import { CommandError, EXIT } from "./exit-code.ts";
import { aborted } from "./stop-signal.node.ts";

/** Registers; throws what the command ends with when that fails or is interrupted. */
export async function startDevice(
  client: CpmClient,
  core: HostPort,
  stop: AbortSignal,
): Promise<void> {
  const started = await Promise.race([client.start(), aborted(stop)]);
  if (started === undefined) {
    throw new CommandError(EXIT.interrupted, "Interrupted before the network answered.", {
      ...{ code: "interrupted", action: "" },
    });
  }
  if (!started.ok) throw registrationError(started.error, formatHostPort(core));
}
