/** Bounds how many File Transfer requests a Participating Function carries at once (503 with Retry-After beyond). */
export class CallRegistry<Call> {
  readonly #calls = new Set<Call>();
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#calls.size >= this.#limit;
  }

  get size(): number {
    return this.#calls.size;
  }

  add(call: Call): void {
    this.#calls.add(call);
  }

  delete(call: Call): void {
    this.#calls.delete(call);
  }

  all(): readonly Call[] {
    return [...this.#calls];
  }
}
