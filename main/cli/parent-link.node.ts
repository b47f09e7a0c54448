import { type JsonObject, readJsonLines } from "../compose/json-lines.node.ts";
import { EXIT } from "./exit-code.ts";

const CLEAN_END_MS = 4_000;

/**
 * The child's end of the line to its parent: JSON lines on stdin and stdout. It is over when stdin ends or a signal comes,
 * so that a child never outlives its parent.
 */
export class ParentLink {
  readonly ended: Promise<void>;
  readonly #waiting: ((message: JsonObject | undefined) => void)[] = [];
  readonly #queued: JsonObject[] = [];
  #isOver = false;

  constructor() {
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        if (this.#isOver) return;
        this.#isOver = true;
        // What waits for peers that are gone too must not keep the process: the parent promised 5 s.
        setTimeout(() => process.exit(EXIT.interrupted), CLEAN_END_MS).unref();
        for (const take of this.#waiting.splice(0)) take(undefined);
        resolve();
      };
      process.stdin.on("end", end);
      process.stdin.on("close", end);
      process.stdin.on("error", end);
      process.stdout.on("error", end);
      process.on("SIGTERM", end);
      process.on("SIGINT", end);
    });
    readJsonLines(
      process.stdin,
      (message) => {
        const take = this.#waiting.shift();
        if (take === undefined) this.#queued.push(message);
        else take(message);
      },
      (line) => process.stderr.write(`not a JSON object: ${line.slice(0, 100)}\n`),
    );
  }

  /** The next line of the parent; undefined when there is none to come. */
  next(): Promise<JsonObject | undefined> {
    const queued = this.#queued.shift();
    if (queued !== undefined || this.#isOver) return Promise.resolve(queued);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  send(event: string, fields: object = {}): void {
    process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
  }
}
