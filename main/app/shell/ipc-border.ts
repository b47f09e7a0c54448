import { AsyncLocalStorage } from "node:async_hooks";
import { type IpcMainInvokeEvent, ipcMain, type WebContents } from "electron";
import { REQUEST_CHANNEL } from "../../../shared/ipc/channels.ts";
import type { RequestFailure, RequestName, RequestResult } from "../../../shared/ipc/contract.ts";
import type { Log } from "../../base/ports.ts";
import type { Result } from "../../base/result.ts";
import { INTERNAL, worded } from "../engine/answers.ts";
import type { AppEngine } from "../ports.ts";
import type { CurrentWords } from "../words/words.ts";
import type { WindowKind } from "./pages.ts";
import { type GateResult, RequestGate, type Sender } from "./request-gate.ts";

/** The page whose request is answered: dialogs belong to its window, a drag starts in it. */
export const asker = new AsyncLocalStorage<WebContents>();

type AnyResult = RequestResult<RequestName> | Result<never, RequestFailure>;

export interface BorderOptions {
  readonly origin: string;
  readonly engine: Promise<AppEngine>;
  /** Id of the window that shows these contents; undefined: none of ours. */
  readonly windowOf: (contents: WebContents) => number | undefined;
  readonly kindOf: (contents: WebContents) => WindowKind | undefined;
  /** The page has its snapshot: from now on it is told everything. */
  readonly onListening: (contents: WebContents) => void;
  readonly words: CurrentWords;
  readonly log: Log;
}

/** The only way from a window into the program. Failures are values; nothing is ever thrown at a page. */
export function openBorder(options: BorderOptions): void {
  const gate = new RequestGate(options.origin);
  const { words } = options;
  ipcMain.handle(
    REQUEST_CHANNEL,
    async (event, name: unknown, args: unknown): Promise<AnyResult> => {
      const sender = senderOf(event, options);
      const asked = gate.check(sender, name, args);
      if (!asked.ok || sender.windowId === undefined) {
        options.log.write("warn", "request refused", { name: String(name).slice(0, 60) });
        return worded(asked.ok ? INTERNAL : asked, words());
      }
      return gate.count(sender.windowId, () => answer(event.sender, asked, options));
    },
  );
}

function senderOf(event: IpcMainInvokeEvent, { windowOf, kindOf }: BorderOptions): Sender {
  const frame = event.senderFrame;
  return {
    windowId: windowOf(event.sender),
    kind: kindOf(event.sender),
    isMainFrame: frame !== null && frame.parent === null,
    url: frame?.url,
  };
}

async function answer(
  contents: WebContents,
  asked: Extract<GateResult, { ok: true }>,
  { engine, onListening, log, words }: BorderOptions,
): Promise<AnyResult> {
  try {
    const app = await engine;
    if (asked.name === "app.snapshot") {
      // Within one turn: no event falls between the state and the first one that is told.
      onListening(contents);
      return { ok: true, value: app.snapshot };
    }
    return await asker.run(contents, () => app.answer(asked.name, asked.args));
  } catch (error) {
    log.write("error", "request failed", { name: asked.name, why: String(error) });
    return worded(INTERNAL, words());
  }
}
