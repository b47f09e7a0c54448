import { EventEmitter } from "node:events";
import type { CdpSession } from "./cdp.ts";
import type { Protocol } from "./cdp-types.ts";
import { nodeCodec } from "./codec.ts";
import { ASK_FUNCTION, ISOLATED_WORLD, type PageScripts, POST_NAME } from "./page-script.ts";

/** A frame as the browser last told of it; `url` is Chromium's. */
export interface PageFrame {
  readonly id: string;
  readonly parentId: string | undefined;
  url: string;
  name: string;
  isDetached: boolean;
}

export interface PageLinkEvents {
  /** A message of the preload script, from the frame that sent it. */
  message: [frame: PageFrame, message: readonly unknown[]];
  navigated: [frame: PageFrame, isErrorPage: boolean];
  navigatedInPage: [frame: PageFrame];
  requested: [request: Protocol.Fetch.requestPausedPayload];
  domReady: [];
  loaded: [];
  painted: [];
  loading: [isLoading: boolean];
  crashed: [];
  popup: [popup: Protocol.Page.windowOpenPayload];
  dialog: [dialog: Protocol.Page.javascriptDialogOpeningPayload];
  console: [entry: Protocol.Runtime.consoleAPICalledPayload];
  exception: [entry: Protocol.Runtime.exceptionThrownPayload];
}

/** Answers what a page asks while it stands still. */
export type Answerer = (question: string, frame: PageFrame) => Promise<string>;

/** One page of Chromium: its frames, the world of its preload script, and what it asks. */
export class PageLink extends EventEmitter<PageLinkEvents> {
  readonly session: CdpSession;
  readonly frames = new Map<string, PageFrame>();
  readonly #answer: Answerer;
  readonly #sessionOf: (id: string) => CdpSession;
  /** Context id of an isolated world -> its frame. */
  readonly #worlds = new Map<number, { readonly frame: PageFrame; readonly uniqueId: string }>();
  #mainFrameId = "";
  #outgoing: unknown[] = [];

  constructor(session: CdpSession, sessionOf: (id: string) => CdpSession, answer: Answerer) {
    super();
    this.session = session;
    this.#sessionOf = sessionOf;
    this.#answer = answer;
    this.#listenToFrames();
    this.#listenToLoading();
    this.#listenToWorlds();
    this.#listenToTarget();
  }

  get mainFrame(): PageFrame | undefined {
    return this.frames.get(this.#mainFrameId);
  }

  /** Everything that must be in place before the first document of the application. */
  async prepare(scripts: PageScripts): Promise<void> {
    const { session } = this;
    const { main, isolated, preload } = scripts;
    const add = (source: string, worldName?: string): Promise<unknown> =>
      session.send("Page.addScriptToEvaluateOnNewDocument", {
        source,
        ...(worldName === undefined ? {} : { worldName }),
      });
    const [{ frameTree }] = await Promise.all([
      session.send("Page.getFrameTree"),
      session.send("Page.enable"),
      session.send("Page.setLifecycleEventsEnabled", { enabled: true }),
      session.send("Runtime.enable"),
      session.send("Runtime.addBinding", { name: POST_NAME, executionContextName: ISOLATED_WORLD }),
      add(main),
      add(isolated, ISOLATED_WORLD),
      ...(preload === undefined ? [] : [add(preload, ISOLATED_WORLD)]),
      session.send("Debugger.enable"),
      session.send("Inspector.enable"),
      session.send("Fetch.enable", { patterns: [{ urlPattern: "*" }] }),
      session.send("Target.setAutoAttach", {
        autoAttach: true,
        waitForDebuggerOnStart: true,
        flatten: true,
      }),
    ]);
    this.#mainFrameId = frameTree.frame.id;
    this.#keepFrame(frameTree.frame);
  }

  /** Sends to the preload script; in order, many in one message of the protocol. */
  toPreload(message: readonly unknown[]): void {
    this.#outgoing.push(message);
    if (this.#outgoing.length === 1) {
      queueMicrotask(() => {
        this.#flush();
      });
    }
  }

  #flush(): void {
    const messages = this.#outgoing;
    this.#outgoing = [];
    const world = this.#mainWorld();
    if (world === undefined) {
      return;
    }
    const text = JSON.stringify(nodeCodec.encode(messages));
    this.session.post("Runtime.evaluate", {
      expression: `__electronHost.receive(${text})`,
      uniqueContextId: world.uniqueId,
    });
  }

  #mainWorld(): { readonly uniqueId: string } | undefined {
    return [...this.#worlds.values()].find(({ frame }) => frame.id === this.#mainFrameId);
  }

  /** Evaluates in the world of the preload script. */
  async evaluateIsolated(
    expression: string,
    isUserGesture: boolean,
  ): Promise<Protocol.Runtime.RemoteObject> {
    const world = this.#mainWorld();
    if (world === undefined) {
      throw new Error("host: the page has no preload world yet");
    }
    const { result, exceptionDetails } = await this.session.send("Runtime.evaluate", {
      expression,
      uniqueContextId: world.uniqueId,
      awaitPromise: true,
      userGesture: isUserGesture,
    });
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result;
  }

  async pathOf(objectId: string): Promise<string> {
    const { path } = await this.session.send("DOM.getFileInfo", { objectId });
    return path;
  }

  #keepFrame(frame: Protocol.Page.Frame): PageFrame {
    const known = this.frames.get(frame.id);
    const url = `${frame.url}${frame.urlFragment ?? ""}`;
    if (known !== undefined) {
      known.url = url;
      known.name = frame.name ?? "";
      return known;
    }
    const kept: PageFrame = {
      id: frame.id,
      parentId: frame.parentId,
      url,
      name: frame.name ?? "",
      isDetached: false,
    };
    this.frames.set(frame.id, kept);
    return kept;
  }

  #listenToFrames(): void {
    const { session } = this;
    session.on("Page.frameAttached", ({ frameId, parentFrameId }) => {
      this.#keepFrame({ id: frameId, parentId: parentFrameId, url: "" } as Protocol.Page.Frame);
    });
    session.on("Page.frameDetached", ({ frameId, reason }) => {
      const frame = this.frames.get(frameId);
      if (frame !== undefined && reason === "remove") {
        frame.isDetached = true;
        this.frames.delete(frameId);
      }
    });
    session.on("Page.frameNavigated", ({ frame }) => {
      const isErrorPage = frame.unreachableUrl !== undefined;
      this.emit("navigated", this.#keepFrame(frame), isErrorPage);
    });
    session.on("Page.navigatedWithinDocument", ({ frameId, url }) => {
      const frame = this.frames.get(frameId);
      if (frame !== undefined) {
        frame.url = url;
        this.emit("navigatedInPage", frame);
      }
    });
    session.on("Fetch.requestPaused", (request) => {
      this.emit("requested", request);
    });
  }

  #listenToLoading(): void {
    const { session } = this;
    session.on("Page.domContentEventFired", () => this.emit("domReady"));
    session.on("Page.loadEventFired", () => this.emit("loaded"));
    session.on("Page.lifecycleEvent", ({ frameId, name }) => {
      if (frameId === this.#mainFrameId && name === "firstContentfulPaint") {
        this.emit("painted");
      }
    });
    const loading = (frameId: string, isLoading: boolean): void => {
      if (frameId === this.#mainFrameId) {
        this.emit("loading", isLoading);
      }
    };
    session.on("Page.frameStartedLoading", ({ frameId }) => {
      loading(frameId, true);
    });
    session.on("Page.frameStoppedLoading", ({ frameId }) => {
      loading(frameId, false);
    });
  }

  #listenToWorlds(): void {
    const { session } = this;
    session.on("Runtime.executionContextCreated", ({ context }) => {
      const { frameId } = context.auxData as { frameId?: string };
      const frame = this.frames.get(frameId ?? "");
      if (context.name === ISOLATED_WORLD && frame !== undefined) {
        this.#worlds.set(context.id, { frame, uniqueId: context.uniqueId });
      }
    });
    session.on("Runtime.executionContextDestroyed", ({ executionContextId }) => {
      this.#worlds.delete(executionContextId);
    });
    session.on("Runtime.executionContextsCleared", () => {
      this.#worlds.clear();
    });
    session.on("Runtime.bindingCalled", ({ executionContextId, payload }) => {
      const frame = this.#worlds.get(executionContextId)?.frame;
      if (frame !== undefined) {
        this.emit("message", frame, nodeCodec.decode(payload) as readonly unknown[]);
      }
    });
    session.on("Debugger.paused", ({ callFrames }) => {
      const [top] = callFrames;
      const isOurs = top?.functionName === ASK_FUNCTION;
      const answered = isOurs ? this.#answerAsk(top.callFrameId) : Promise.resolve();
      void answered.finally(() => {
        session.post("Debugger.resume");
      });
    });
  }

  async #answerAsk(callFrameId: string): Promise<void> {
    const { session } = this;
    const read = (expression: string): Promise<Protocol.Debugger.evaluateOnCallFrameReturnValue> =>
      session.send("Debugger.evaluateOnCallFrame", { callFrameId, expression });
    const frame = this.mainFrame;
    const question = String((await read("question")).result.value);
    let answer = "";
    if (question === "path:") {
      const { objectId } = (await read("subject")).result;
      answer = objectId === undefined ? "" : await this.pathOf(objectId).catch(() => "");
    } else if (frame !== undefined) {
      answer = await this.#answer(question, frame);
    }
    await read(`answer = ${JSON.stringify(answer)}`);
  }

  #listenToTarget(): void {
    const { session } = this;
    session.on("Inspector.targetCrashed", () => {
      this.#worlds.clear();
      this.emit("crashed");
    });
    session.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => {
      // Frames of other sites and workers run as they are; a page is PageGuard's.
      if (targetInfo.type !== "page") {
        this.#sessionOf(sessionId).post("Runtime.runIfWaitingForDebugger");
      }
    });
    session.on("Page.windowOpen", (popup) => this.emit("popup", popup));
    session.on("Page.javascriptDialogOpening", (dialog) => this.emit("dialog", dialog));
    session.on("Runtime.consoleAPICalled", (entry) => this.emit("console", entry));
    session.on("Runtime.exceptionThrown", (entry) => this.emit("exception", entry));
  }
}
