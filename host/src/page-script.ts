import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { createBridgeEnd } from "./bridge.ts";
import { createCodec } from "./codec.ts";
import { type IsolatedSetup, installIsolatedWorld } from "./isolated-world.ts";

/** Name of the world that preload scripts run in. */
export const ISOLATED_WORLD = "Electron Isolated Context";
/** Name of the function that reaches the host from that world. */
export const POST_NAME = "__electronHostPost";
/** Function of the isolated world in which a page waits for an answer of the host. */
export const ASK_FUNCTION = "__electronHostAsk";

export interface PageScripts {
  readonly main: string;
  readonly isolated: string;
  readonly preload: string | undefined;
}

/** Node strips types to blanks, so the source of a function is JavaScript that a page can run. */
function sourceOf(part: (...args: never[]) => unknown): string {
  return part.toString();
}

function preloadScript(path: string): string {
  const source = readFileSync(path, "utf8");
  return `if (window === top) __electronHost.run(function (exports, require, module, process) {${source}
}, ${JSON.stringify(path)});
//# sourceURL=${pathToFileURL(path).href}`;
}

/**
 * What every document of a window starts with, in this order. The halves of the bridge find each other by the name
 * of an event that is heard once, before any script of the page runs.
 */
export function pageScripts(setup: IsolatedSetup, preload: string | undefined): PageScripts {
  const handshake = `__${crypto.randomUUID()}`;
  const main = `if (window === top) addEventListener(${JSON.stringify(handshake)}, (event) => {
  event.stopImmediatePropagation();
  (${sourceOf(createBridgeEnd)})(event.relatedTarget, "to-main", "to-isolated");
}, { once: true, capture: true });`;
  const isolated = `if (window === top) (() => {
  const ${ASK_FUNCTION} = function ${ASK_FUNCTION}(question, subject) { let answer; debugger; return answer; };
  const element = document.createElement("i");
  dispatchEvent(new MouseEvent(${JSON.stringify(handshake)}, { relatedTarget: element }));
  (${sourceOf(installIsolatedWorld)})(${JSON.stringify(setup)}, {
    bridge: (${sourceOf(createBridgeEnd)})(element, "to-isolated", "to-main"),
    createCodec: ${sourceOf(createCodec)},
    ask: ${ASK_FUNCTION},
  });
})();`;
  return { main, isolated, preload: preload === undefined ? undefined : preloadScript(preload) };
}
