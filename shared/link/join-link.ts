import { percentDecoded } from "./percent.ts";

/** What a link of `cpm:join?…` says: an account in the network of somebody nearby, and how that network proves itself. */
export interface JoinLink {
  /** `sip:user@domain`. */
  readonly aor: string;
  /** IP address without brackets, or a host name. */
  readonly host: string;
  readonly port: number;
  /** Nothing else protects what the link is worth. */
  readonly transport: "tls";
  /** SHA-256 of the core's certificate, as RFC 8122 writes it: pairs of capital digits with colons. */
  readonly fingerprint: string;
  /** The account's password: whoever has the link is that user. */
  readonly password: string;
  /** How the host calls the network; words of somebody else. */
  readonly name?: string;
}

const MAX_NAME = 60;
const USER = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;
const DOMAIN = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
const IPV6 = /^\[[0-9a-f:.]{2,45}\]$/;
const FINGERPRINT = /^[0-9A-Fa-f]{64}$/;
const PASSWORD = /^[A-Za-z0-9_-]{16,64}$/;
const PORT = /^[1-9][0-9]{0,4}$/;
/** Controls, and marks that turn the direction of what stands beside them. */
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/u;
const KNOWN = ["u", "h", "t", "fp", "pw", "n"] as const;

type Fields = ReadonlyMap<string, string>;

/**
 * The link to hand to somebody, with the password in it:
 * `cpm:join?u=bob@b.example&h=192.0.2.7:5061&t=tls&fp=HEX&pw=…&n=Anna%27s%20lab`.
 */
export function formatJoinLink(join: JoinLink): string {
  const host = join.host.includes(":") ? `[${join.host}]` : join.host;
  const fields = [
    `u=${join.aor.slice("sip:".length)}`,
    `h=${host}:${String(join.port)}`,
    `t=${join.transport}`,
    `fp=${join.fingerprint.replaceAll(":", "")}`,
    `pw=${join.password}`,
    ...(join.name === undefined ? [] : [`n=${percentEncoded(join.name)}`]),
  ];
  return `cpm:join?${fields.join("&")}`;
}

/** Reads what stands behind `cpm:join?`; undefined unless every field is there once, well-formed, and no other one. */
export function parseJoinQuery(query: string): JoinLink | undefined {
  const fields = fieldsOf(query);
  if (fields === undefined || fields.get("t") !== "tls") return undefined;
  const aor = aorOf(fields.get("u"));
  const place = placeOf(fields.get("h"));
  const fingerprint = fieldIn(fields, "fp", FINGERPRINT);
  const password = fieldIn(fields, "pw", PASSWORD);
  if (aor === undefined || place === undefined) return undefined;
  if (fingerprint === undefined || password === undefined) return undefined;
  const name = fields.get("n");
  if (name !== undefined && !isNetworkName(name)) return undefined;
  return {
    ...{ aor, ...place, transport: "tls", fingerprint: withColons(fingerprint), password },
    ...(name === undefined ? {} : { name }),
  };
}

/** A name that a network may have: short, one line, nothing that changes how other text is shown. */
export function isNetworkName(name: string): boolean {
  return name.trim() !== "" && name.length <= MAX_NAME && !UNSHOWN.test(name);
}

/** Whether this can be the part of an address before the @ in a link. */
export function isLinkUser(text: string): boolean {
  return USER.test(text);
}

function fieldsOf(query: string): Fields | undefined {
  const fields = new Map<string, string>();
  for (const part of query.split("&")) {
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(equals, 0));
    const value = percentDecoded(part.slice(equals + 1));
    const isKnown = KNOWN.some((known) => known === name);
    if (!isKnown || fields.has(name) || value === undefined) return undefined;
    fields.set(name, value);
  }
  return fields;
}

function fieldIn(fields: Fields, name: string, form: RegExp): string | undefined {
  const value = fields.get(name);
  return value !== undefined && form.test(value) ? value : undefined;
}

function aorOf(address: string | undefined): string | undefined {
  const [user = "", domain = "", ...more] = (address ?? "").split("@");
  if (more.length > 0 || !USER.test(user) || !DOMAIN.test(domain)) return undefined;
  return `sip:${user}@${domain}`;
}

function placeOf(text: string | undefined): { host: string; port: number } | undefined {
  const colon = (text ?? "").lastIndexOf(":");
  if (text === undefined || colon <= 0) return undefined;
  const host = text.slice(0, colon).toLowerCase();
  const port = text.slice(colon + 1);
  if (!PORT.test(port) || Number(port) > 65_535) return undefined;
  if (IPV6.test(host)) return { host: host.slice(1, -1), port: Number(port) };
  return DOMAIN.test(host) ? { host, port: Number(port) } : undefined;
}

function withColons(hex: string): string {
  return (hex.toUpperCase().match(/../g) ?? []).join(":");
}

/** RFC 3986 §2.1, the marks that `encodeURIComponent` leaves alone included. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
