import type { z } from "zod";
import {
  type RequestArguments,
  type RequestName,
  requestSchemas,
} from "../../../shared/ipc/contract.ts";
import type { Failure } from "../engine/answers.ts";
import { type Said, said } from "../words/phrase.ts";
import type { WindowKind } from "./pages.ts";
import { mayAsk } from "./prompt-requests.ts";

/** A window that waits for so many answers is out of order. */
export const MAX_PENDING = 200;

export type GateResult =
  | { readonly ok: true; readonly name: RequestName; readonly args: RequestArguments<RequestName> }
  | { readonly ok: false; readonly error: Failure };

/** What a request came from, as the shell knows it. */
export interface Sender {
  /** Undefined: no window of ours. */
  readonly windowId: number | undefined;
  readonly kind: WindowKind | undefined;
  readonly isMainFrame: boolean;
  /** Undefined: the frame is gone, or navigated away. */
  readonly url: string | undefined;
}

/**
 * Who asks, what, and how much at once: the checks that every message from a window passes, whatever the window claims.
 */
export class RequestGate {
  readonly #origin: string;
  readonly #pending = new Map<number, number>();

  /** @param origin of the windows' pages, for example `cpm-app://bundle` */
  constructor(origin: string) {
    this.#origin = origin;
  }

  check(sender: Sender, name: unknown, args: unknown): GateResult {
    if (sender.windowId === undefined || !this.#isOwnPage(sender))
      return refused(said("failures.refused"));
    if (typeof name !== "string" || !Object.hasOwn(requestSchemas, name))
      return refused(said("failures.noRequest"));
    if ((this.#pending.get(sender.windowId) ?? 0) >= MAX_PENDING)
      return refused(said("failures.tooManyRequests"));
    // Checked border: `name` is a key of the table, and its schema gives the type of its arguments.
    const known = name as RequestName;
    if (sender.kind === undefined || !mayAsk(sender.kind, known))
      return refused(said("failures.refused"));
    const schema: z.ZodType = requestSchemas[known];
    const parsed = schema.safeParse(args);
    if (!parsed.success) return refused(wrong(name, parsed.error));
    return { ok: true, name: known, args: parsed.data as RequestArguments<RequestName> };
  }

  /** Counts a request of the window until its answer is there. */
  async count<T>(windowId: number, work: () => Promise<T>): Promise<T> {
    this.#pending.set(windowId, (this.#pending.get(windowId) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.#pending.get(windowId) ?? 1) - 1;
      if (left > 0) this.#pending.set(windowId, left);
      else this.#pending.delete(windowId);
    }
  }

  #isOwnPage({ isMainFrame, url }: Sender): boolean {
    if (!isMainFrame || url === undefined || !URL.canParse(url)) return false;
    const { protocol, host, username, password, port } = new URL(url);
    // `origin` is "null" for schemes that only this program knows.
    return `${protocol}//${host}` === this.#origin && `${username}${password}${port}` === "";
  }
}

function refused(message: Said): GateResult {
  return { ok: false, error: { code: "badRequest", message } };
}

/** A fault of the window: what is wrong is in the words of the schema. */
function wrong(request: string, { issues: [issue] }: z.ZodError): Said {
  const why = issue === undefined ? "" : `${issue.path.join(".")} ${issue.message}`.trim();
  return said("failures.wrongArguments", { request, why });
}
