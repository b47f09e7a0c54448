/** Compact forms: RFC 3261 §7.3.3 and the registrations after it. */
const COMPACT_FORMS: ReadonlyMap<string, string> = new Map([
  ["a", "accept-contact"],
  ["b", "referred-by"],
  ["c", "content-type"],
  ["d", "request-disposition"],
  ["e", "content-encoding"],
  ["f", "from"],
  ["i", "call-id"],
  ["j", "reject-contact"],
  ["k", "supported"],
  ["l", "content-length"],
  ["m", "contact"],
  ["n", "identity-info"],
  ["o", "event"],
  ["r", "refer-to"],
  ["s", "subject"],
  ["t", "to"],
  ["u", "allow-events"],
  ["v", "via"],
  ["x", "session-expires"],
  ["y", "identity"],
]);

/** Usual spellings, so that the key of a common name costs one look-up and no new string. */
const KEYS: ReadonlyMap<string, string> = new Map(
  [
    ...["Via", "From", "To", "Call-ID", "CSeq", "Max-Forwards", "Contact", "Content-Type"],
    ...["Content-Length", "Route", "Record-Route", "Expires", "Supported", "Require", "Allow"],
    ...["User-Agent", "Server", "Reason", "Path", "Service-Route", "Accept-Contact", "Privacy"],
    ...["P-Asserted-Identity", "P-Preferred-Identity", "P-Asserted-Service", "P-Served-User"],
    ...["P-Preferred-Service", "P-Called-Party-ID", "P-Associated-URI", "Conversation-ID"],
    ...["Contribution-ID", "InReplyTo-Contribution-ID", "Authorization", "Proxy-Authorization"],
    ...["WWW-Authenticate", "Proxy-Authenticate", "Proxy-Require", "Event", "Accept", "Date"],
    ...["Min-Expires", "Retry-After", "Warning", "Unsupported", "Session-Expires", "Min-SE"],
    ...["Request-Disposition", "Reject-Contact", "Content-Disposition", "Allow-Events"],
  ].flatMap((name) => {
    const key = name.toLowerCase();
    return [[name, key] as const, [key, key] as const];
  }),
);

/**
 * The name under which header fields are equal: lower case, compact forms written out. Header names match without
 * regard to case and across both forms (RFC 3261 §7.3.1, §7.3.3).
 */
export function headerKey(name: string): string {
  const known = KEYS.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  return lower.length === 1 ? (COMPACT_FORMS.get(lower) ?? lower) : lower;
}
