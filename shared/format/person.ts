/**
 * A SIP or tel URI as people write it: `bob@b.example`, `+49 …` as it stands. Scheme, password, port and parameters are
 * left out; they never tell two people apart.
 */
export function formatAddress(uri: string): string {
  const scheme = /^(sips?|tel):/i.exec(uri)?.[0] ?? "";
  const [address = ""] = uri.slice(scheme.length).split(/[;?]/, 1);
  const at = address.lastIndexOf("@");
  if (at < 0) return address;
  const [user = ""] = address.slice(0, at).split(":", 1);
  return `${user}@${withoutPort(address.slice(at + 1))}`;
}

/** The short name of a person: the user part with a capital letter, `Bob`; the whole address where there is none. */
export function formatPerson(uri: string): string {
  const address = formatAddress(uri);
  const at = address.indexOf("@");
  const user = at < 0 ? "" : address.slice(0, at);
  return user === "" ? address : user.charAt(0).toUpperCase() + user.slice(1);
}

function withoutPort(hostPort: string): string {
  if (hostPort.startsWith("[")) return hostPort.slice(0, hostPort.indexOf("]") + 1);
  return hostPort.split(":", 1)[0] ?? "";
}
