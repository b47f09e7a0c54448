/**
 * Chromium does not navigate to a scheme that an application made up, so the host gives every such scheme an
 * https origin that exists nowhere, and translates at the border: the application only ever sees its own scheme.
 */
const SUFFIX = "app-host.invalid";
const HOST_URL = /^https:\/\/([a-z0-9-]+)\.([a-z0-9-]+)\.app-host\.invalid(?::\d+)?(?=[/?#]|$)/i;

export class SchemeMap {
  readonly #schemes = new Set<string>();

  add(scheme: string): void {
    if (!/^[a-z][a-z0-9-]*$/.test(scheme)) {
      throw new Error(`host: the scheme "${scheme}" is not supported: only a-z, 0-9 and "-"`);
    }
    this.#schemes.add(scheme);
  }

  has(scheme: string): boolean {
    return this.#schemes.has(scheme);
  }

  get names(): readonly string[] {
    return [...this.#schemes];
  }

  /** The application's URL as Chromium is to load it. */
  toBrowser(url: string): string {
    const match = /^([a-z][a-z0-9-]*):\/\/([^/?#]*)/i.exec(url);
    const [whole = "", scheme = "", host = ""] = match ?? [];
    if (!this.#schemes.has(scheme.toLowerCase())) {
      return url;
    }
    return `https://${host}.${scheme.toLowerCase()}.${SUFFIX}${url.slice(whole.length)}`;
  }

  /** A URL of Chromium as the application knows it. */
  toApp(url: string): string {
    const match = HOST_URL.exec(url);
    const [whole = "", host = "", scheme = ""] = match ?? [];
    return this.#schemes.has(scheme) ? `${scheme}://${host}${url.slice(whole.length)}` : url;
  }

  /** Sources of a Content-Security-Policy that name the application's schemes, and beside each what stands for it. */
  headerToBrowser(value: string): string {
    return value.replace(
      /(?<=^|[\s;,])([a-z][a-z0-9-]*):(?:\/\/([a-z0-9.*-]+))?/gi,
      (whole, scheme: string, host: string | undefined) =>
        this.#schemes.has(scheme.toLowerCase())
          ? `${whole} https://${host ?? "*"}.${scheme.toLowerCase()}.${SUFFIX}`
          : whole,
    );
  }
}

/** `scheme://host` of a URL, for any scheme; "null" where it has none. */
export function originOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null) {
    return "null";
  }
  if (parsed.origin !== "null") {
    return parsed.origin;
  }
  return parsed.host === "" ? "null" : `${parsed.protocol}//${parsed.host}`;
}

export function withoutFragment(url: string): string {
  const hash = url.indexOf("#");
  return hash === -1 ? url : url.slice(0, hash);
}
