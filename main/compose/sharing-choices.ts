import type { SharingChoice } from "../../shared/model/sharing.ts";
import { sameIpAddress } from "../base/host-port.ts";
import { err, ok, type Result } from "../base/result.ts";

/** One address as the system lists it under its interface. */
export interface InterfaceAddress {
  readonly address: string;
  readonly family: string;
  readonly internal: boolean;
}

export type Interfaces = Readonly<Record<string, readonly InterfaceAddress[] | undefined>>;

const REACHES: readonly SharingChoice["reach"][] = ["network", "linkLocal", "loopback"];

/**
 * The addresses at which a network can be shared, the likeliest first. Link-local addresses of IPv6 are left out: each
 * machine names the interface that belongs to them in its own way, so no link can hold one (RFC 4007 §6).
 */
export function sharingChoices(interfaces: Interfaces): readonly SharingChoice[] {
  const all = Object.entries(interfaces).flatMap(([interfaceName, addresses = []]) =>
    addresses.map((one): SharingChoice => {
      const family = one.family === "IPv6" ? 6 : 4;
      return { interfaceName, address: one.address, family, reach: reachOf(one) };
    }),
  );
  const usable = all.filter(({ family, reach }) => family === 4 || reach !== "linkLocal");
  return usable.toSorted((a, b) => rank(a) - rank(b));
}

/** Why no address was found by itself. */
export type NoChoice =
  | { readonly kind: "none" }
  | { readonly kind: "several"; readonly choices: readonly SharingChoice[] }
  | { readonly kind: "unknown"; readonly choices: readonly SharingChoice[] };

/**
 * The address that was asked for by interface or by itself; without either the one of the only interface that reaches
 * others.
 */
export function chooseAddress(
  choices: readonly SharingChoice[],
  asked: { readonly interfaceName?: string; readonly address?: string } = {},
): Result<SharingChoice, NoChoice> {
  const { interfaceName, address } = asked;
  if (interfaceName !== undefined || address !== undefined) {
    const found = choices.find(
      (one) =>
        (interfaceName === undefined || one.interfaceName === interfaceName) &&
        (address === undefined || sameIpAddress(one.address, address)),
    );
    return found === undefined ? err({ kind: "unknown", choices }) : ok(found);
  }
  const outside = choices.filter(({ reach }) => reach === "network");
  const [first] = outside;
  if (first === undefined) return err({ kind: "none" });
  const isOnly = outside.every((one) => one.interfaceName === first.interfaceName);
  return isOnly ? ok(first) : err({ kind: "several", choices: outside });
}

function reachOf({ address, internal }: InterfaceAddress): SharingChoice["reach"] {
  if (internal) return "loopback";
  return /^169\.254\./.test(address) || /^fe[89ab][0-9a-f]:/i.test(address)
    ? "linkLocal"
    : "network";
}

function rank({ reach, family }: SharingChoice): number {
  return REACHES.indexOf(reach) * 2 + (family === 4 ? 0 : 1);
}
