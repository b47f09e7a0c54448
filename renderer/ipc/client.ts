import type {
  Bridge,
  RequestArguments,
  RequestName,
  RequestResult,
} from "../../shared/ipc/contract.ts";

/** The bridge with one promise more: a request never rejects, whatever happens on the way. */
export type Client = Bridge;

/** What must not happen twice; main acts once on an id, however often it comes. */
const COMMANDS: ReadonlySet<RequestName> = new Set<RequestName>(["offer.send", "card.retry"]);

/** @param newId makes the ids of commands; without it nothing is asked twice */
export function createClient(bridge: Bridge, newId?: () => string): Client {
  return {
    request: async <Name extends RequestName>(
      name: Name,
      args: RequestArguments<Name>,
    ): Promise<RequestResult<Name>> => {
      const isCommand = newId !== undefined && COMMANDS.has(name);
      const marked = isCommand ? { ...args, commandId: newId() } : args;
      try {
        // Whether an unanswered command was carried out is not known here, but there: it is asked once more.
        return await (isCommand
          ? bridge.request(name, marked).catch(() => bridge.request(name, marked))
          : bridge.request(name, marked));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        return { ok: false, error: { code: "internal", message } };
      }
    },
    on: (name, listener) => bridge.on(name, listener),
    pathsOf: (files) => bridge.pathsOf(files),
  };
}
