/** Commands remembered; a window repeats one within seconds, if at all. */
const MAX_REMEMBERED = 200;

/**
 * Carries a command out once, however often it comes: a window that was started anew, or did not hear the answer, asks
 * again with the same id and gets the same answer.
 */
export class ActOnce {
  readonly #answers = new Map<string, Promise<unknown>>();

  /** @param command name and id; the same one always has answers of the same kind */
  run<T>(
    command: { readonly name: string; readonly id: string | undefined },
    work: () => Promise<T>,
  ): Promise<T> {
    if (command.id === undefined) return work();
    const key = `${command.name} ${command.id}`;
    const known = this.#answers.get(key);
    // A checked border: only this method stores, and under a name whose work gives T.
    if (known !== undefined) return known as Promise<T>;
    const answer = work();
    this.#answers.set(key, answer);
    const [oldest] = this.#answers.keys();
    if (this.#answers.size > MAX_REMEMBERED && oldest !== undefined) this.#answers.delete(oldest);
    return answer;
  }
}
