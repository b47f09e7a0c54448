import { useSyncExternalStore } from "react";
import type { PageName } from "../../shared/ipc/contract.ts";

/** Where the window is. Kept in the hash, so that a reload comes back to it; the window's origin is never looked at. */
export interface Place {
  readonly page: PageName;
  /** What the page was opened with: `card`, `to`, `peer`, `q`, … */
  readonly params: Readonly<Record<string, string>>;
}

export const PAGE_NAMES: readonly PageName[] = [
  ...(["send", "transfers", "history", "people", "devices", "settings"] as const),
];

/** @param hash for example `#/history?peer=sip%3Abob%40b.example` */
export function readPlace(hash: string): Place {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split("?", 2);
  const page = PAGE_NAMES.find((name) => name === path) ?? "transfers";
  return { page, params: Object.fromEntries(new URLSearchParams(query)) };
}

export function writePlace({ page, params }: Place): string {
  const query = new URLSearchParams(params).toString();
  return `#/${page}${query === "" ? "" : `?${query}`}`;
}

export function navigate(page: PageName, params: Place["params"] = {}): void {
  const hash = writePlace({ page, params });
  if (window.location.hash !== hash) window.location.hash = hash;
}

let known: { readonly hash: string; readonly place: Place } | undefined;

function place(): Place {
  const { hash } = window.location;
  if (known?.hash !== hash) known = { hash, place: readPlace(hash) };
  return known.place;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => {
    window.removeEventListener("hashchange", listener);
  };
}

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, place);
}
