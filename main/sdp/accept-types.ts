/** Reads `a=accept-types` or `a=accept-wrapped-types` (RFC 4975 §8.6): types, `type/*` or `*`, separated by blanks. */
export function parseAcceptTypes(text: string): readonly string[] {
  return text.split(" ").filter((type) => type !== "");
}

/**
 * RFC 4975 §8.6: does the list allow this Content-Type? Entries without parameters allow the type with any; types
 * compare without regard to case.
 */
export function acceptsType(accepted: readonly string[], contentType: string): boolean {
  const type = withoutParameters(contentType);
  const slash = type.indexOf("/");
  const family = slash < 0 ? type : type.slice(0, slash);
  return accepted.some((entry) => {
    const allowed = withoutParameters(entry);
    return allowed === "*" || allowed === "*/*" || allowed === type || allowed === `${family}/*`;
  });
}

function withoutParameters(type: string): string {
  const semicolon = type.indexOf(";");
  return (semicolon < 0 ? type : type.slice(0, semicolon)).trim().toLowerCase();
}
