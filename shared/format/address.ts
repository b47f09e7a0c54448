/** What people may type for a person, made an address; the domain of their own account stands in for a missing one. */
export function readAddress(text: string, ownDomain?: string): string | undefined {
  const trimmed = text.trim();
  const tel = /^(?:tel:)?(\+[0-9][0-9 ().-]{2,30})$/i.exec(trimmed)?.[1];
  if (tel !== undefined) return `tel:${tel.replace(/[ ().-]/g, "")}`;
  const sip =
    /^(?:(sips?):)?([^\s@:;?<>"]{1,100})(?:@([a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(:[0-9]{1,5})?)?$/i.exec(
      trimmed,
    );
  if (sip === null) return undefined;
  const [, scheme = "sip", user = "", domain = ownDomain, port = ""] = sip;
  return domain === undefined
    ? undefined
    : `${scheme.toLowerCase()}:${user}@${domain.toLowerCase()}${port}`;
}
