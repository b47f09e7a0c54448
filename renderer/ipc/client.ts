import type {
  Bridge,
  RequestArguments,
  RequestName,
  RequestResult,
} from "../../shared/ipc/contract.ts";

/** The bridge with one promise more: a request never rejects, whatever happens on the way. */
export type Client = Bridge;

export function createClient(bridge: Bridge): Client {
  return {
    request: async <Name extends RequestName>(
      name: Name,
      args: RequestArguments<Name>,
    ): Promise<RequestResult<Name>> => {
      try {
        return await bridge.request(name, args);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        return { ok: false, error: { code: "internal", message } };
      }
    },
    on: (name, listener) => bridge.on(name, listener),
    pathsOf: (files) => bridge.pathsOf(files),
  };
}
