/** Pages of this project that the windows link to; nothing that a peer wrote is ever opened. */
const ALLOWED_HOSTS: ReadonlySet<string> = new Set([
  // The standards; a host is added with the first link to it.
  ...["www.rfc-editor.org", "www.openmobilealliance.org"],
]);

const MAX_URL = 2048;

/**
 * Whether the system's browser or mail program may be given a link.
 * @returns the address as the URL parser understands it, and that alone may be opened
 */
export function externalLink(url: string): string | undefined {
  if (url.length > MAX_URL || !URL.canParse(url)) return undefined;
  const parsed = new URL(url);
  if (parsed.username !== "" || parsed.password !== "") return undefined;
  if (parsed.protocol === "https:")
    return parsed.port === "" && ALLOWED_HOSTS.has(parsed.hostname) ? parsed.href : undefined;
  if (parsed.protocol !== "mailto:") return undefined;
  // An address only: headers and a body of someone else's choice would be put into the user's mouth.
  return /^[\w.+-]{1,64}@[\w.-]{1,255}$/.test(parsed.pathname) && parsed.search === ""
    ? `mailto:${parsed.pathname}`
    : undefined;
}
