import type { Clock, Log, Timer } from "../base/ports.ts";
import type { CpmClient } from "../cpm/client.ts";
import type { MsrpEndpoint } from "../msrp/endpoint.ts";
import type { TransportLayer } from "../sip/transport/transport-layer.ts";

/** This machine's place in its networks. */
export interface NetworkPlace {
  /** Of all interfaces, in any order that stays the same while they do. Cheap. */
  addresses(): readonly string[];
  /** How the core is reached now; undefined: not at all. Sends nothing. */
  wayToCore(): Promise<WayToCore | undefined>;
}

export interface WayToCore {
  /** The address of ours that the system would send from. */
  readonly host: string;
  readonly coreAddress: string;
}

export interface AddressFollowerHandlers {
  /** Goes over to that address. False: it could not be had, and is tried again. */
  onMoved(way: WayToCore): Promise<boolean>;
  /** The address that had been gone is here again. */
  onBack(): void;
}

/** Often enough for five seconds from a change to a registration. */
export const LOOK_EVERY_MS = 2000;

/**
 * Watches whether the core is still reached from the address that everything is bound to: laptops change networks while
 * files move. Looks at the interfaces now and then, since no system tells all changes, and at once when asked to.
 */
export class AddressFollower {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #place: NetworkPlace;
  readonly #handlers: AddressFollowerHandlers;
  #host: string;
  #seen: string;
  #isLost = false;
  /** Something has gone wrong: the system is asked although the interfaces are as they were. */
  #isDoubtful = false;
  #isLooking = false;
  #isStopped = false;
  #timer: Timer | undefined;

  /** @param host everything is bound to it now */
  constructor(
    ports: { readonly clock: Clock; readonly log: Log },
    place: NetworkPlace,
    host: string,
    handlers: AddressFollowerHandlers,
  ) {
    this.#clock = ports.clock;
    this.#log = ports.log;
    this.#place = place;
    this.#host = host;
    this.#handlers = handlers;
    this.#seen = this.#signature();
    this.#again();
  }

  /** After a sleep, or when something could not be sent. */
  look(): void {
    this.#isDoubtful = true;
    void this.#look();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #again(): void {
    this.#timer?.cancel();
    if (this.#isStopped) return;
    this.#timer = this.#clock.startTimer(LOOK_EVERY_MS, () => {
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    if (this.#isLooking || this.#isStopped) return;
    this.#isLooking = true;
    const seen = this.#signature();
    if (seen !== this.#seen || this.#isLost || this.#isDoubtful) {
      this.#seen = seen;
      this.#isDoubtful = false;
      await this.#follow(await this.#place.wayToCore());
    }
    this.#isLooking = false;
    this.#again();
  }

  async #follow(way: WayToCore | undefined): Promise<void> {
    if (this.#hasStopped()) return;
    const wasLost = this.#isLost;
    this.#isLost = way === undefined;
    if (way === undefined) {
      if (!wasLost) this.#log.write("info", "there is no way to the core");
      return;
    }
    if (way.host === this.#host) {
      if (wasLost) this.#handlers.onBack();
      return;
    }
    this.#log.write("info", "this machine has another address", { host: way.host });
    if (await this.#handlers.onMoved(way)) this.#host = way.host;
    else this.#isLost = true;
  }

  /** Asked anew after a wait. */
  #hasStopped(): boolean {
    return this.#isStopped;
  }

  #signature(): string {
    return this.#place.addresses().join(" ");
  }
}

/** What of a device is bound to an address. */
export interface BoundDevice {
  readonly transport: TransportLayer;
  readonly msrp: MsrpEndpoint;
  readonly client: CpmClient;
}

/** A device that goes over to another address of its machine when it has one. */
export function followAddress(
  ports: { readonly clock: Clock; readonly log: Log },
  place: NetworkPlace,
  { transport, msrp, client }: BoundDevice,
): AddressFollower {
  const follower = new AddressFollower(ports, place, transport.local.host, {
    onMoved: async (way) => {
      // Signalling first: whatever loses its connection by the next line says so over it.
      const hasMoved = (await transport.moveTo(way.host)).ok && (await msrp.moveTo(way.host)).ok;
      if (hasMoved) client.moved(way.coreAddress);
      return hasMoved;
    },
    onBack: () => {
      void client.refresh();
    },
  });
  transport.events.on("unreachable", ({ error }) => {
    // Somebody has that address, and only does not listen.
    if (error.code !== "ECONNREFUSED") follower.look();
  });
  return follower;
}
