import type { Server, Socket } from "node:net";
import DrachtioSrf from "drachtio-srf";

/*
 * The part of drachtio-srf 5.0.29 that we use, as it really behaves: the package's own typings miss or misstate most of
 * it. Only documented API; the shortcuts of Dialog (`info`, `notify` …) and `modify` are left out because they fail.
 */

type Headers = Readonly<Record<string, string>>;

interface Listening {
  on(event: string, listener: (...args: never[]) => void): unknown;
}

/** A request received, or one of ours once it was sent. */
export interface DrachtioRequest extends Listening {
  readonly method: string;
  /** The text as the engine gave it. */
  readonly raw: string;
  readonly source: "network" | "application";
  readonly source_address: string;
  readonly source_port: number;
  readonly stackTxnId: string;
  readonly stackDialogId: string;
  cancel(options: { readonly headers: Headers }): void;
}

export interface DrachtioResponse {
  readonly raw: string;
  readonly status: number;
  send(
    status: number,
    reason: string,
    options: { headers: Record<string, string>; body?: string },
  ): void;
}

/** drachtio-srf gives Error objects, and bare strings in some paths. */
export type DrachtioError = unknown;

export interface DrachtioDialog extends Listening {
  readonly id: string;
  readonly res: DrachtioResponse;
  readonly sip: { readonly callId: string; readonly localTag: string; readonly remoteTag: string };
  /** The callback gets every response, provisional ones too. */
  request(
    options: { method: string; headers: Record<string, string>; body?: string },
    callback: (error: DrachtioError, response?: DrachtioResponse) => void,
  ): void;
}

export interface DrachtioInstance {
  listen(options: { readonly server: Server; readonly secret: string }): void;
  use(
    handler: (request: DrachtioRequest, response: DrachtioResponse, next: () => void) => void,
  ): void;
  request(
    uri: string,
    options: {
      method: string;
      headers: Record<string, string>;
      body?: string;
      proxy?: string;
      stackDialogId?: string;
    },
    callback: (error: DrachtioError, request?: DrachtioRequest) => void,
  ): void;
  createUAC(
    uri: string,
    options: { headers: Record<string, string>; localSdp: string; proxy?: string },
    progress: {
      cbRequest: (error: DrachtioError, request?: DrachtioRequest) => void;
      cbProvisional: (response: DrachtioResponse) => void;
    },
    callback: (error: DrachtioError, dialog?: DrachtioDialog) => void,
  ): void;
  createUAS(
    request: DrachtioRequest,
    response: DrachtioResponse,
    options: { headers: Record<string, string>; localSdp: string },
    callback: (error: DrachtioError, dialog?: DrachtioDialog) => void,
  ): void;
  removeDialog(dialog: DrachtioDialog): void;
  disconnect(socket: Socket): void;
}

/** Statuses that `Response.send` refuses are sent under their class and rewritten by the engine. */
export const KNOWN_STATUSES: ReadonlySet<number> = new Set([
  ...[100, 180, 181, 182, 183, 199, 200, 202, 204, 300, 301, 302, 305, 380],
  ...[400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417],
  ...[420, 421, 422, 423, 424, 428, 429, 430, 433, 436, 437, 438, 439, 470, 480, 481, 482, 483],
  ...[484, 485, 486, 487, 488, 489, 491, 493, 494, 500, 501, 502, 503, 504, 505, 513, 580],
  ...[600, 603, 604, 606],
]);

/** A new drachtio-srf; the cast is the border to its wrong typings. */
export function createDrachtio(): DrachtioInstance {
  const Constructor = DrachtioSrf as unknown as new () => DrachtioInstance;
  return new Constructor();
}
