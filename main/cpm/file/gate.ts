/** Lets one waiter go on at the next `open`. Who waits checks its condition again: an `open` may be about another. */
export class Gate {
  #release: (() => void) | undefined;

  wait(): Promise<void> {
    return new Promise((resolve) => {
      const earlier = this.#release;
      this.#release = () => {
        earlier?.();
        resolve();
      };
    });
  }

  open(): void {
    const release = this.#release;
    this.#release = undefined;
    release?.();
  }
}
