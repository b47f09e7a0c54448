/** Longest address that the border takes. */
const MAX_ADDRESS = 512;
const ADDRESS = /^(?:sip:[^\s@:;?<>"/]{1,128}@[\w.[\]:-]{1,255}|tel:\+?[\d().-]{2,40})$/;

/**
 * The one thing a `cpm:` link may say: whom to send to (`cpm:bob@b.example`, `cpm:sip:bob@b.example`,
 * `cpm:tel:+4912345`). Anyone can write a link, so all else in it makes it void.
 * @returns a SIP or tel URI
 */
export function parseLink(link: string): string | undefined {
  if (link.length > MAX_ADDRESS) return undefined;
  const scheme = /^cpm:(?:\/\/)?/i.exec(link)?.[0];
  if (scheme === undefined) return undefined;
  const text = decoded(link.slice(scheme.length).replace(/\/$/, ""));
  if (text === undefined) return undefined;
  const address = /^(?:sip|tel):/i.test(text)
    ? `${text.slice(0, 4).toLowerCase()}${text.slice(4)}`
    : `sip:${text}`;
  return ADDRESS.test(address) ? address : undefined;
}

/** `cpm:` with nothing behind it: a new offer is to be begun. */
export function isNewOffer(link: string): boolean {
  return /^cpm:(?:\/\/)?\/?$/i.test(link);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
