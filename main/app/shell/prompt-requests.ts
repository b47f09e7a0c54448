import type { RequestName } from "../../../shared/ipc/contract.ts";
import type { WindowKind } from "./pages.ts";

/** What the small window for offers needs: to answer them, to follow what it accepted, and to call the main window. */
const OF_PROMPT: ReadonlySet<RequestName> = new Set<RequestName>([
  "app.snapshot",
  ...(["offer.accept", "offer.decline", "offer.silence", "offer.folder"] as const),
  "offer.askAgain",
  "folder.choose",
  ...(["card.cancel", "card.cancelFile", "card.dismiss"] as const),
  ...(["file.open", "file.reveal", "file.drag", "file.copyPath", "file.settle"] as const),
  "text.copy",
  ...(["window.fit", "window.showMain"] as const),
]);

/** Whether a window of this kind has any business with a request. */
export function mayAsk(kind: WindowKind, name: RequestName): boolean {
  return kind === "main" || OF_PROMPT.has(name);
}
