import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";
import type { HostPort } from "../base/host-port.ts";
import type { NetworkPlace, WayToCore } from "./address-follower.ts";

/** The address of this machine from which the system would reach the core, and the core's own. Nothing is sent. */
export async function wayToCore(core: HostPort): Promise<WayToCore | undefined> {
  const socket = createSocket(core.host.includes(":") ? "udp6" : "udp4");
  try {
    return await new Promise((found, fail) => {
      socket.once("error", fail);
      // Where the name is not known it is this function that hears of it.
      socket.connect(core.port, core.host, (error?: Error) => {
        if (error instanceof Error) fail(error);
        else found({ host: socket.address().address, coreAddress: socket.remoteAddress().address });
      });
    });
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}

/** The machine's own place. */
export function systemPlace(core: HostPort): NetworkPlace {
  return {
    addresses: () =>
      Object.values(networkInterfaces()).flatMap((all) =>
        (all ?? []).map(({ address }) => address),
      ),
    wayToCore: () => wayToCore(core),
  };
}
