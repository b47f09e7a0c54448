import { EventEmitter } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { Protocol } from "./cdp-types.ts";

type Method = keyof Protocol.CommandParameters;
type Params<M extends Method> = Protocol.CommandParameters[M];
type Answer<M extends Method> = Protocol.CommandReturnValues[M];
type EventName = keyof Protocol.Events;
type Send = (method: string, params: object | undefined, sessionId?: string) => Promise<unknown>;

interface Incoming {
  readonly id?: number;
  readonly method?: string;
  readonly params?: object;
  readonly sessionId?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** One target of the browser, or the browser itself: commands and their events in order. */
export class CdpSession {
  readonly #send: Send;
  readonly #events = new EventEmitter();
  readonly id: string | undefined;

  constructor(send: Send, id?: string) {
    this.#send = send;
    this.id = id;
    this.#events.setMaxListeners(0);
  }

  send<M extends Method>(method: M, params?: Params<M>): Promise<Answer<M>> {
    return this.#send(method, params, this.id) as Promise<Answer<M>>;
  }

  /** For commands whose failure only means that the target is gone. */
  post<M extends Method>(method: M, params?: Params<M>): void {
    this.send(method, params).catch(() => undefined);
  }

  on<E extends EventName>(event: E, listener: (params: Protocol.Events[E]) => void): () => void {
    this.#events.on(event, listener);
    return () => {
      this.#events.off(event, listener);
    };
  }

  deliver(method: string, params: object): void {
    this.#events.emit(method, params);
  }
}

interface Waiting {
  readonly method: string;
  readonly sessionId: string | undefined;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Chrome DevTools protocol over the browser's debugging pipe: JSON texts, each followed by a NUL. */
export class CdpConnection {
  readonly browser: CdpSession;
  readonly closed: Promise<void>;
  readonly #output: Writable;
  readonly #waiting = new Map<number, Waiting>();
  readonly #sessions = new Map<string, CdpSession>();
  #chunks: Buffer[] = [];
  #lastId = 0;
  #isClosed = false;

  constructor(input: Readable, output: Writable) {
    this.#output = output;
    this.browser = new CdpSession(this.#send);
    this.closed = new Promise((resolve) => {
      const end = (): void => {
        this.#close();
        resolve();
      };
      input.on("data", (chunk: Buffer) => {
        this.#receive(chunk);
      });
      input.on("close", end);
      input.on("error", end);
      output.on("error", end);
    });
  }

  session(id: string): CdpSession {
    let session = this.#sessions.get(id);
    if (session === undefined) {
      session = new CdpSession(this.#send, id);
      this.#sessions.set(id, session);
    }
    return session;
  }

  /** A gone target does not answer what it was asked. */
  drop(id: string): void {
    this.#sessions.delete(id);
    for (const [messageId, waiting] of this.#waiting) {
      if (waiting.sessionId === id) {
        this.#waiting.delete(messageId);
        waiting.reject(new Error(`${waiting.method}: target closed`));
      }
    }
  }

  readonly #send: Send = (method, params, sessionId) => {
    if (this.#isClosed) {
      return Promise.reject(new Error(`${method}: Chromium has ended`));
    }
    const id = ++this.#lastId;
    this.#output.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { method, sessionId, resolve, reject });
    });
  };

  #receive(chunk: Buffer): void {
    let start = 0;
    let end = chunk.indexOf(0, start);
    while (end !== -1) {
      this.#chunks.push(chunk.subarray(start, end));
      const text = Buffer.concat(this.#chunks).toString("utf8");
      this.#chunks = [];
      this.#dispatch(JSON.parse(text) as Incoming);
      start = end + 1;
      end = chunk.indexOf(0, start);
    }
    if (start < chunk.length) {
      this.#chunks.push(chunk.subarray(start));
    }
  }

  #dispatch(message: Incoming): void {
    if (message.id !== undefined) {
      this.#answer(message.id, message);
      return;
    }
    const session =
      message.sessionId === undefined ? this.browser : this.#sessions.get(message.sessionId);
    session?.deliver(message.method ?? "", message.params ?? {});
  }

  #answer(id: number, { result, error }: Incoming): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) {
      waiting?.resolve(result);
    } else {
      waiting?.reject(new Error(`${waiting.method}: ${error.message}`));
    }
  }

  #close(): void {
    this.#isClosed = true;
    for (const waiting of this.#waiting.values()) {
      waiting.reject(new Error(`${waiting.method}: Chromium has ended`));
    }
    this.#waiting.clear();
  }
}
