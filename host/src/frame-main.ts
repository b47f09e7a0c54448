import type { PageFrame, PageLink } from "./page-link.ts";
import { originOf, type SchemeMap } from "./scheme-map.ts";
import { strictClass } from "./strict.ts";

type Surface = Pick<
  Electron.WebFrameMain,
  | "url"
  | "origin"
  | "name"
  | "detached"
  | "frameTreeNodeId"
  | "routingId"
  | "processId"
  | "isDestroyed"
  | "executeJavaScript"
  | "send"
  | "reload"
>;

/** Numbers for frames, which Chromium names by text. */
const frameNumbers = new Map<string, number>();

function numberOf(frameId: string): number {
  const known = frameNumbers.get(frameId);
  if (known !== undefined) {
    return known;
  }
  const next = frameNumbers.size + 1;
  frameNumbers.set(frameId, next);
  return next;
}

export interface FrameContext {
  readonly link: () => PageLink | undefined;
  readonly schemes: SchemeMap;
  readonly processId: number;
  executeJavaScript(code: string, isUserGesture: boolean): Promise<unknown>;
  frameOf(frame: PageFrame): HostFrame;
}

/** A frame of a page as main sees it; `url` and `origin` are the application's, not Chromium's. */
export class HostFrame implements Surface {
  readonly #frame: PageFrame;
  readonly #context: FrameContext;

  constructor(frame: PageFrame, context: FrameContext) {
    this.#frame = frame;
    this.#context = context;
  }

  get url(): string {
    return this.#context.schemes.toApp(this.#frame.url);
  }

  get origin(): string {
    return originOf(this.url);
  }

  get name(): string {
    return this.#frame.name;
  }

  get detached(): boolean {
    return this.#frame.isDetached;
  }

  get frameTreeNodeId(): number {
    return numberOf(this.#frame.id);
  }

  get routingId(): number {
    return numberOf(this.#frame.id);
  }

  get processId(): number {
    return this.#context.processId;
  }

  get parent(): HostFrame | null {
    const { parentId } = this.#frame;
    const parent = parentId === undefined ? undefined : this.#context.link()?.frames.get(parentId);
    return parent === undefined ? null : this.#context.frameOf(parent);
  }

  get top(): HostFrame | null {
    const top = this.#context.link()?.mainFrame;
    return top === undefined ? null : this.#context.frameOf(top);
  }

  get frames(): HostFrame[] {
    return [...(this.#context.link()?.frames.values() ?? [])]
      .filter(({ parentId }) => parentId === this.#frame.id)
      .map((frame) => this.#context.frameOf(frame));
  }

  get framesInSubtree(): HostFrame[] {
    return [this, ...this.frames.flatMap((frame) => frame.framesInSubtree)];
  }

  isDestroyed(): boolean {
    return this.#frame.isDetached;
  }

  send(channel: string, ...args: unknown[]): void {
    this.#context.link()?.toPreload(["event", channel, args]);
  }

  executeJavaScript(code: string, isUserGesture = false): Promise<unknown> {
    return this.#context.executeJavaScript(code, isUserGesture);
  }

  reload(): boolean {
    this.#context.link()?.session.post("Page.reload");
    return true;
  }
}

strictClass("WebFrameMain", HostFrame);
