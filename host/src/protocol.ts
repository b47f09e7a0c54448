import type { Protocol as Cdp } from "./cdp-types.ts";
import type { SchemeMap } from "./scheme-map.ts";
import { strictClass } from "./strict.ts";

type Handler = (request: Request) => Response | Promise<Response>;
type Surface = Pick<
  Electron.Protocol,
  "registerSchemesAsPrivileged" | "unhandle" | "isProtocolHandled"
>;

export type Fulfilment = Omit<Cdp.Fetch.fulfillRequestParameters, "requestId">;

const CSP = "content-security-policy";
const NO_BODY = new Set(["GET", "HEAD"]);

function bodyOf({ method, postData, postDataEntries }: Cdp.Network.Request): BodyInit | null {
  if (NO_BODY.has(method)) {
    return null;
  }
  if (postDataEntries !== undefined && postDataEntries.length > 0) {
    return Buffer.concat(postDataEntries.map(({ bytes = "" }) => Buffer.from(bytes, "base64")));
  }
  return postData ?? null;
}

/** `protocol` of a session: the application's own schemes and who answers for them. */
export class HostProtocol implements Surface {
  readonly #schemes: SchemeMap;
  readonly #isReady: () => boolean;
  readonly #handlers = new Map<string, Handler>();

  /** @param isReady as in Electron, schemes are declared before `ready` and handled after it */
  constructor(schemes: SchemeMap, isReady: () => boolean) {
    this.#schemes = schemes;
    this.#isReady = isReady;
  }

  registerSchemesAsPrivileged(customSchemes: Electron.CustomScheme[]): void {
    if (this.#isReady()) {
      throw new Error("protocol.registerSchemesAsPrivileged should be called before app is ready");
    }
    for (const { scheme } of customSchemes) {
      this.#schemes.add(scheme);
    }
  }

  handle(scheme: string, handler: Handler): void {
    if (!this.#isReady()) {
      throw new Error("Session can only be received when app is ready");
    }
    if (this.#handlers.has(scheme)) {
      throw new Error(`Failed to register protocol: ${scheme}`);
    }
    if (!/^(?:https?|file)$/.test(scheme)) {
      this.#schemes.add(scheme);
    }
    this.#handlers.set(scheme, handler);
  }

  unhandle(scheme: string): void {
    if (!this.#handlers.delete(scheme)) {
      throw new Error(`Failed to unhandle protocol: ${scheme}`);
    }
  }

  isProtocolHandled(scheme: string): boolean {
    return this.#handlers.has(scheme);
  }

  /** Asks the application's handler. Rejects when there is none or it fails. */
  async answer(url: string, request: Cdp.Network.Request): Promise<Fulfilment> {
    const handler = this.#handlers.get(url.slice(0, url.indexOf(":")));
    if (handler === undefined) {
      throw new Error(`host: no handler for ${url}`);
    }
    const headers = Object.entries(request.headers).map(([name, value]): [string, string] => [
      name,
      this.#schemes.toApp(value),
    ]);
    const response = await handler(
      new Request(url, { method: request.method, headers, body: bodyOf(request) }),
    );
    const body = Buffer.from(await response.arrayBuffer());
    return {
      // Response.error() has status 0.
      responseCode: response.status === 0 ? 500 : response.status,
      responseHeaders: [...response.headers].map(([name, value]) => ({
        name,
        value: name === CSP ? this.#schemes.headerToBrowser(value) : value,
      })),
      body: body.toString("base64"),
    };
  }
}

strictClass("protocol", HostProtocol);
