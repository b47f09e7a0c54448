import { EventEmitter } from "node:events";
import { nodeCodec } from "./codec.ts";
import { complain } from "./complain.ts";
import { strictClass } from "./strict.ts";

type Handler = (event: unknown, ...args: unknown[]) => unknown;
type Surface = Pick<Electron.IpcMain, "removeHandler">;

/** `ipcMain`, and the `ipc` of one window's contents. */
export class HostIpcMain extends EventEmitter implements Surface {
  readonly #handlers = new Map<string, { readonly handler: Handler; readonly isOnce: boolean }>();

  constructor() {
    super();
    // As in Electron: "error" is a channel as any other.
    this.on("error", () => {});
  }

  handle(channel: string, handler: Handler): void {
    this.#add(channel, handler, false);
  }

  handleOnce(channel: string, handler: Handler): void {
    this.#add(channel, handler, true);
  }

  removeHandler(channel: string): void {
    this.#handlers.delete(channel);
  }

  /** The handler of a channel, once more only if it was not for one time. */
  takeHandler(channel: string): Handler | undefined {
    const entry = this.#handlers.get(channel);
    if (entry?.isOnce === true) {
      this.#handlers.delete(channel);
    }
    return entry?.handler;
  }

  #add(channel: string, handler: Handler, isOnce: boolean): void {
    if (this.#handlers.has(channel)) {
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    }
    if (typeof handler !== "function") {
      throw new Error(`Expected handler to be a function, but found type '${typeof handler}'`);
    }
    this.#handlers.set(channel, { handler, isOnce });
  }
}

strictClass("ipcMain", HostIpcMain);

export interface Invocation {
  readonly id: number;
  readonly channel: string;
  readonly args: readonly unknown[];
  readonly event: unknown;
}

/** Calls the first handler found; the message to answer with. */
export async function answerInvoke(
  hubs: readonly HostIpcMain[],
  { id, channel, args, event }: Invocation,
): Promise<readonly unknown[]> {
  const handler = hubs.map((hub) => hub.takeHandler(channel)).find((one) => one !== undefined);
  if (handler === undefined) {
    return ["reply", id, false, `Error: No handler registered for '${channel}'`, channel];
  }
  try {
    const result = await handler(event, ...args);
    // What cannot be cloned is the handler's failure, and must not take other messages with it.
    nodeCodec.encode(result);
    return ["reply", id, true, result, channel];
  } catch (error) {
    complain(`Error occurred in handler for '${channel}':`, error);
    return ["reply", id, false, String(error), channel];
  }
}

/** Tells all listeners; the first that sets `returnValue` answers. */
export function answerSync(
  hubs: readonly HostIpcMain[],
  channel: string,
  args: readonly unknown[],
  event: object,
): Promise<string> {
  return new Promise((resolve) => {
    let isAnswered = false;
    Object.defineProperty(event, "returnValue", {
      set(value: unknown) {
        if (!isAnswered) {
          isAnswered = true;
          resolve(nodeCodec.encode(value));
        }
      },
      get: () => undefined,
    });
    const heard = hubs.map((hub) => hub.emit(channel, event, ...args));
    if (!heard.includes(true)) {
      resolve(nodeCodec.encode(null));
    }
  });
}
