import { type JoinLink, parseJoinQuery } from "./join-link.ts";
import { percentDecoded } from "./percent.ts";

/** Longest `cpm:` link that is looked at. */
export const MAX_LINK = 1024;
/** Longest address that the border takes. */
const MAX_ADDRESS = 512;
const ADDRESS = /^(?:sip:[^\s@:;?<>"/]{1,128}@[\w.[\]:-]{1,255}|tel:\+?[\d().-]{2,40})$/;
const SCHEME = /^cpm:(?:\/\/)?/i;
const JOIN = /^join\/?\?/i;

/** What a `cpm:` link asks for. Whatever it is, the user is asked first. */
export type CpmLink =
  /** Nothing is named: a new offer is to be begun. */
  | { readonly kind: "newOffer" }
  /** An offer to this SIP or tel URI is to be begun. */
  | { readonly kind: "offer"; readonly to: string }
  /** The network of somebody nearby is to be joined. */
  | { readonly kind: "join"; readonly join: JoinLink }
  | { readonly kind: "void" };

/**
 * Reads a `cpm:` link: `cpm:bob@b.example`, `cpm:sip:bob@b.example`, `cpm:tel:+4912345`, `cpm:join?…`, or `cpm:` alone.
 * Anyone can write a link, so one with anything else in it is void.
 */
export function parseLink(link: string): CpmLink {
  const scheme = link.length > MAX_LINK ? undefined : SCHEME.exec(link)?.[0];
  if (scheme === undefined) return { kind: "void" };
  const rest = link.slice(scheme.length);
  const query = JOIN.exec(rest)?.[0];
  if (query !== undefined) {
    const join = parseJoinQuery(rest.slice(query.length));
    return join === undefined ? { kind: "void" } : { kind: "join", join };
  }
  const address = rest.replace(/\/$/, "");
  if (address === "") return { kind: "newOffer" };
  const to = link.length > MAX_ADDRESS ? undefined : readAddress(address);
  return to === undefined ? { kind: "void" } : { kind: "offer", to };
}

function readAddress(encoded: string): string | undefined {
  const text = percentDecoded(encoded);
  if (text === undefined) return undefined;
  const address = /^(?:sip|tel):/i.test(text)
    ? `${text.slice(0, 4).toLowerCase()}${text.slice(4)}`
    : `sip:${text}`;
  return ADDRESS.test(address) ? address : undefined;
}
