import type { CommandStore } from "../../base/app-store.ts";
import type { Clock, Log } from "../../base/ports.ts";
import { ok, type Result } from "../../base/result.ts";

/** Commands remembered in memory; a window repeats one within seconds, if at all. */
const MAX_REMEMBERED = 500;

export interface Command<T> {
  /** The same one always has answers of the same kind. */
  readonly name: string;
  /** None: it is carried out each time. */
  readonly id: string | undefined;
  /** Checks an answer that was kept by an earlier run of the program; undefined: it is none. */
  readonly read: (kept: unknown) => T | undefined;
}

export interface ActOnceParts {
  readonly commands: CommandStore;
  readonly clock: Pick<Clock, "wallMs">;
  readonly log: Log;
}

/**
 * Carries a command out once, however often it comes: a window that was started anew, or did not hear the answer, asks
 * again with the same id and gets the same answer. What was done is known to later runs of the program too; what was
 * refused is tried anew by them.
 */
export class ActOnce {
  readonly #parts: ActOnceParts;
  readonly #answers = new Map<string, Promise<unknown>>();

  constructor(parts: ActOnceParts) {
    this.#parts = parts;
  }

  run<T, E>(command: Command<T>, work: () => Promise<Result<T, E>>): Promise<Result<T, E>> {
    const { name, id } = command;
    if (id === undefined) return work();
    const key = `${name} ${id}`;
    const known = this.#answers.get(key);
    // A checked border: only this method stores, and under a name whose work gives T or E.
    if (known !== undefined) return known as Promise<Result<T, E>>;
    const kept = this.#kept(command, id);
    if (kept !== undefined) return Promise.resolve(ok(kept));
    const answer = this.#carryOut({ name, id }, work);
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > MAX_REMEMBERED && oldest !== undefined) this.#answers.delete(oldest);
    return answer;
  }

  #kept<T>({ name, read }: Command<T>, id: string): T | undefined {
    const { commands, clock, log } = this.#parts;
    const found = commands.answer({ name, id }, clock.wallMs());
    if (!found.ok) {
      log.write("warn", "commands of earlier runs are not known", { why: found.error.message });
      return undefined;
    }
    return found.value === undefined ? undefined : read(fromJson(found.value));
  }

  async #carryOut<T, E>(
    command: { readonly name: string; readonly id: string },
    work: () => Promise<Result<T, E>>,
  ): Promise<Result<T, E>> {
    const answer = await work();
    if (!answer.ok) return answer;
    const { commands, clock, log } = this.#parts;
    const json = JSON.stringify(answer.value);
    const saved = commands.save({ ...command, answer: json, atMs: clock.wallMs() });
    if (!saved.ok)
      log.write("warn", "a command is not known to later runs", { why: saved.error.message });
    return answer;
  }
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
