import { aorOf, parseUri } from "../../sip/grammar/uri.ts";
import type { Gruus } from "./gruu.ts";
import type { Binding, LocationService } from "./location-service.ts";
import type { OwnAddresses } from "./own-addresses.ts";

/** Whom a Request-URI of the home domain means. */
export interface HomeTarget {
  /** Empty for a temporary GRUU that stands for nothing any more. */
  readonly aor: string;
  /** The URI means one device of the user (RFC 5627). */
  readonly isGruu: boolean;
  readonly bindings: readonly Binding[];
}

export interface HomeTargetParts {
  readonly own: OwnAddresses;
  readonly locations: LocationService;
  readonly gruus: Gruus;
}

/** All bindings of an address, or those of the one device that a GRUU names (RFC 5627 §5.4). */
export function homeTarget(text: string, { own, locations, gruus }: HomeTargetParts): HomeTarget {
  const uri = parseUri(text);
  if (!uri.ok) return { aor: "", isGruu: false, bindings: [] };
  const home = uri.value.kind === "sip" && own.isHomeUser(uri.value) ? uri.value : undefined;
  const gruu = home === undefined ? undefined : gruus.read(home);
  if (gruu === undefined) {
    const aor = aorOf(uri.value);
    return { aor, isGruu: false, bindings: locations.bindingsOf(aor) };
  }
  const aor =
    gruu.kind === "public" ? aorOf(uri.value) : (locations.aorOfBinding(gruu.bindingId) ?? "");
  const bindings = locations
    .bindingsOf(aor)
    .filter((one) =>
      gruu.kind === "public" ? one.instance === gruu.instance : one.bindingId === gruu.bindingId,
    );
  return { aor, isGruu: true, bindings };
}
