import type { CdpConnection } from "./cdp.ts";

/**
 * Closes every page that the application has not opened: a page may not open windows, nor may a key of Chromium's.
 * Such a page is stopped before it asks the network for anything.
 */
export class PageGuard {
  readonly #own = new Set<string>();
  readonly #unknown = new Set<string>();
  /** A page's main frame has the same name as the page. */
  readonly #refused = new Set<string>();
  #expected = 0;

  watch(cdp: CdpConnection): void {
    const { browser } = cdp;
    browser.on("Target.attachedToTarget", (attached) => {
      const { sessionId, targetInfo, waitingForDebugger } = attached;
      const { type, targetId } = targetInfo;
      if (!waitingForDebugger) {
        // Asked for by the host itself.
        return;
      }
      if (type === "page" && !this.#own.has(targetId)) {
        if (this.#expected === 0) {
          this.#refuse(cdp, sessionId, targetId);
          return;
        }
        this.#unknown.add(targetId);
      }
      cdp.session(sessionId).post("Runtime.runIfWaitingForDebugger");
      browser.post("Target.detachFromTarget", { sessionId });
    });
    browser.on("Fetch.requestPaused", ({ requestId, frameId }) => {
      if (this.#refused.has(frameId)) {
        browser.post("Fetch.failRequest", { requestId, errorReason: "BlockedByClient" });
      } else {
        browser.post("Fetch.continueRequest", { requestId });
      }
    });
    browser.on("Target.targetDestroyed", ({ targetId }) => {
      this.#own.delete(targetId);
      this.#refused.delete(targetId);
    });
    browser.post("Fetch.enable", { patterns: [{ urlPattern: "*", resourceType: "Document" }] });
    browser.post("Target.setAutoAttach", {
      autoAttach: true,
      waitForDebuggerOnStart: true,
      flatten: true,
      filter: [{ type: "page" }],
    });
  }

  /**
   * The page may share its process with the one that opened it, which stands still until this one goes on: it goes on,
   * and is closed. Its first request is held by the browser, as no session of its own would be in time.
   */
  #refuse(cdp: CdpConnection, sessionId: string, targetId: string): void {
    this.#refused.add(targetId);
    cdp.session(sessionId).post("Runtime.runIfWaitingForDebugger");
    cdp.browser.post("Target.closeTarget", { targetId });
  }

  /** @param open resolves with the id of the page that it opens */
  async expect(cdp: CdpConnection, open: () => Promise<string>): Promise<string> {
    this.#expected += 1;
    try {
      const targetId = await open();
      this.#own.add(targetId);
      return targetId;
    } finally {
      this.#expected -= 1;
      if (this.#expected === 0) {
        this.#closeUnknown(cdp);
      }
    }
  }

  #closeUnknown(cdp: CdpConnection): void {
    for (const targetId of this.#unknown) {
      if (!this.#own.has(targetId)) {
        cdp.browser.post("Target.closeTarget", { targetId });
      }
    }
    this.#unknown.clear();
  }
}
