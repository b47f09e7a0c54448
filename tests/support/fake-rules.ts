import type { Link } from "./fake-link.ts";

/** Takes a rule back. */
export type Heal = () => void;

/**
 * Which datagrams of a link a rule strikes: all, the n-th (or several) since the rule was made, counted from 1, or
 * those the test chooses.
 */
export type Which = "all" | number | readonly number[] | ((bytes: Buffer, n: number) => boolean);

export interface DatagramRule {
  readonly link: Link;
  readonly which: Which;
  readonly fate: Fate;
  seen: number;
}

type Fate =
  | { readonly do: "lose" }
  | { readonly do: "duplicate"; readonly afterMs: number }
  | { readonly do: "delay"; readonly byMs: number }
  | { readonly do: "hold" };

export function strikes(rule: DatagramRule, bytes: Buffer): boolean {
  const { which, seen } = rule;
  if (which === "all") return true;
  if (typeof which === "number") return which === seen;
  if (typeof which === "function") return which(bytes, seen);
  return which.includes(seen);
}

export function addTo<T>(list: T[], entry: T): Heal {
  list.push(entry);
  return () => {
    const at = list.indexOf(entry);
    if (at >= 0) list.splice(at, 1);
  };
}
