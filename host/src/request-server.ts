import type { Protocol } from "./cdp-types.ts";
import { complain } from "./complain.ts";
import type { PageLink } from "./page-link.ts";
import { originOf, type SchemeMap } from "./scheme-map.ts";
import type { HostSession } from "./session.ts";

export interface ServePorts {
  readonly schemes: SchemeMap;
  readonly session: HostSession;
  readonly contents: unknown;
}

/** Electron fetches no icon that the page does not name. */
function isFavicon({ request, resourceType }: Protocol.Fetch.requestPausedPayload): boolean {
  return resourceType === "Other" && new URL(request.url).pathname === "/favicon.ico";
}

/** Answers a request of a page: the application's own scheme by its handler, anything else by the network. */
export async function serveRequest(
  link: PageLink,
  paused: Protocol.Fetch.requestPausedPayload,
  { schemes, session, contents }: ServePorts,
): Promise<void> {
  const { requestId, request, resourceType, frameId } = paused;
  const cdp = link.session;
  if (isFavicon(paused)) {
    await cdp.send("Fetch.failRequest", { requestId, errorReason: "Aborted" });
    return;
  }
  const url = schemes.toApp(request.url);
  if (resourceType === "Document" && frameId === link.mainFrame?.id) {
    await session.permissions.settle(contents, originOf(url), new URL(request.url).origin);
  }
  const answer = await session.answer(url, paused).catch((error: unknown) => {
    complain("host: a protocol handler failed:", error);
    return "fail" as const;
  });
  if (answer === "continue" && url === request.url) {
    await cdp.send("Fetch.continueRequest", { requestId });
  } else if (typeof answer === "string") {
    const errorReason = answer === "cancel" ? "BlockedByClient" : "Failed";
    await cdp.send("Fetch.failRequest", { requestId, errorReason });
  } else {
    await cdp.send("Fetch.fulfillRequest", { requestId, ...answer });
  }
}
