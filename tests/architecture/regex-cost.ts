import { type RegexNode, readRegex, UnreadableRegex } from "./regex-syntax.ts";

/** How the steps of a search that fails may grow with the length of the text. */
export type RegexCost =
  | { readonly kind: "linear" }
  /** Two ways through the same text inside a loop. */
  | { readonly kind: "exponential" }
  /** One loop can take what another one takes, or a search may begin at each character of a run. */
  | { readonly kind: "polynomial" }
  | { readonly kind: "unknown"; readonly why: string };

/** Counted repetitions up to this are written out; longer ones count as loops. */
const WRITTEN_OUT = 6;

interface Position {
  readonly atom: string;
  readonly next: Set<number>;
}

/** The expression as a machine whose states are its characters (Glushkov). */
interface Machine {
  readonly positions: Position[];
  /** Steps that a loop adds although a loop inside it has them already: two ways over the same text. */
  readonly doubled: (readonly [from: number, to: number])[];
  /** `^` is one place and not many. */
  readonly hasOneStart: boolean;
}

/** Stands for the beginning of the text: a character that only `^` takes. */
const START = "^";

interface Part {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly isNullable: boolean;
  /** It may fail without taking a character. */
  readonly hasAssertionAtEnd: boolean;
}

const EMPTY: Part = { first: [], last: [], isNullable: true, hasAssertionAtEnd: false };

function build(node: RegexNode, machine: Machine): Part {
  switch (node.kind) {
    case "char": {
      const at = machine.positions.push({ atom: node.atom, next: new Set() }) - 1;
      return { first: [at], last: [at], isNullable: false, hasAssertionAtEnd: false };
    }
    case "assertion":
      return node.source === START && machine.hasOneStart
        ? build({ kind: "char", atom: START }, machine)
        : { ...EMPTY, hasAssertionAtEnd: true };
    case "sequence":
      return node.parts
        .map((part) => build(part, machine))
        .reduce((a, b) => join(a, b, machine), EMPTY);
    case "choice": {
      const options = node.options.map((option) => build(option, machine));
      return {
        first: options.flatMap(({ first }) => first),
        last: options.flatMap(({ last }) => last),
        isNullable: options.some(({ isNullable }) => isNullable),
        hasAssertionAtEnd: options.some(({ hasAssertionAtEnd }) => hasAssertionAtEnd),
      };
    }
    case "repeat":
      return repeat(node, machine);
    default:
      throw new Error("unknown part of an expression");
  }
}

function join(a: Part, b: Part, machine: Machine): Part {
  connect(a.last, b.first, machine);
  return {
    first: a.isNullable ? [...a.first, ...b.first] : a.first,
    last: b.isNullable ? [...a.last, ...b.last] : b.last,
    isNullable: a.isNullable && b.isNullable,
    hasAssertionAtEnd: b.hasAssertionAtEnd || (b.isNullable && a.hasAssertionAtEnd),
  };
}

function connect(from: readonly number[], to: readonly number[], { positions }: Machine): void {
  for (const one of from) for (const other of to) positions[one]?.next.add(other);
}

function loop({ first, last }: Part, machine: Machine): void {
  for (const from of last) {
    for (const to of first) {
      if (machine.positions[from]?.next.has(to) === true) machine.doubled.push([from, to]);
    }
  }
  connect(last, first, machine);
}

function repeat(
  { part, min, max }: Extract<RegexNode, { kind: "repeat" }>,
  machine: Machine,
): Part {
  const isLoop = max > WRITTEN_OUT;
  const needed = Math.min(min, isLoop ? 1 : WRITTEN_OUT);
  let whole = EMPTY;
  for (let copy = 0; copy < (isLoop ? Math.max(1, needed) : max); copy += 1) {
    const one = build(part, machine);
    if (isLoop) loop(one, machine);
    whole = join(whole, copy < needed ? one : { ...one, isNullable: true }, machine);
  }
  return whole;
}

/** Characters that tell the sets of an expression apart: ASCII, some of each kind beyond it, and those it names. */
function alphabet(source: string): readonly string[] {
  const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code));
  const beyond = [
    "\x85",
    "\xa0",
    "\xe9",
    "\u0300",
    "\u2024",
    "\u2028",
    "\u200b",
    "\u3002",
    "\u4e00",
    "\ufffd",
    "\ufeff",
  ];
  return [...new Set([...ascii, ...beyond, ...Array.from(source)])];
}

class Search {
  readonly #positions: readonly Position[];
  /** A bit for each character that the state takes. */
  readonly #takes: readonly bigint[];

  constructor(positions: readonly Position[], characters: readonly string[], flags: string) {
    this.#positions = positions;
    const plain = flags.replace(/[gy]/g, "");
    this.#takes = positions.map(({ atom }) => {
      if (atom === START) return 1n;
      const one = new RegExp(`^(?:${atom})$`, plain);
      return characters.reduce(
        (set, char, index) => (one.test(char) ? set | (1n << BigInt(index + 1)) : set),
        0n,
      );
    });
  }

  #overlap(...states: readonly number[]): boolean {
    return states.reduce((set, state) => set & (this.#takes[state] ?? 0n), -1n) !== 0n;
  }

  #next(state: number): readonly number[] {
    return [...(this.#positions[state]?.next ?? [])];
  }

  /** Steps of several states at once, by one character that all of them take. */
  #steps(states: readonly number[]): readonly (readonly number[])[] {
    const options = states.map((state) => this.#next(state));
    const combined = options.reduce<readonly (readonly number[])[]>(
      (lists, list) => lists.flatMap((one) => list.map((state) => [...one, state])),
      [[]],
    );
    return combined.filter((one) => this.#overlap(...one));
  }

  #reaches(from: readonly number[], isGoal: (states: readonly number[]) => boolean): boolean {
    const seen = new Set<string>();
    const open = [from];
    for (let states = open.pop(); states !== undefined; states = open.pop()) {
      for (const next of this.#steps(states)) {
        if (isGoal(next)) return true;
        const key = next.join();
        if (seen.has(key)) continue;
        seen.add(key);
        open.push(next);
      }
    }
    return false;
  }

  /** Two ways from a state back to it over the same text. */
  isExponential(): boolean {
    return this.#positions.some((_, p) =>
      this.#reaches(
        [p, p],
        ([a = p, b = p]) => a !== b && this.#reaches([a, b], ([c, d]) => c === p && d === p),
      ),
    );
  }

  /** A loop at p, a loop at q and a way from p to q over the same text. */
  isPolynomial(): boolean {
    const looping = this.#positions.flatMap((_, p) =>
      this.#reaches([p], ([a]) => a === p) ? [p] : [],
    );
    return looping.some((p) =>
      looping.some(
        (q) =>
          p !== q &&
          this.#overlap(p, q) &&
          this.#reaches([p], ([a]) => a === q) &&
          this.#reaches([p, p, q], ([a, b, c]) => a === p && b === q && c === q),
      ),
    );
  }
}

/**
 * A conservative answer to how long a backtracking search may take. Where a match ends with a character, whoever gets
 * there has won: such ends never lead to backtracking. A search that is not anchored may begin anywhere.
 */
export function regexCost(source: string, flags: string): RegexCost {
  try {
    const node = readRegex(source);
    const machine: Machine = { positions: [], doubled: [], hasOneStart: !flags.includes("m") };
    const whole = build(node, machine);
    const isAnchored = flags.includes("y") || (beginsAnchored(node) && !flags.includes("m"));
    if (!whole.hasAssertionAtEnd) forgetAfterMatch(machine, whole);
    if (!isAnchored) beginAnywhere(machine, whole);
    const search = new Search(machine.positions, alphabet(source), flags);
    const isDoubled = machine.doubled.some(([from, to]) => machine.positions[from]?.next.has(to));
    if (isDoubled || search.isExponential()) return { kind: "exponential" };
    return { kind: search.isPolynomial() ? "polynomial" : "linear" };
  } catch (error) {
    if (error instanceof UnreadableRegex) return { kind: "unknown", why: error.message };
    throw error;
  }
}

function beginsAnchored(node: RegexNode): boolean {
  if (node.kind === "assertion") return node.source === "^";
  if (node.kind === "choice") return node.options.every(beginsAnchored);
  if (node.kind !== "sequence") return false;
  const [first] = node.parts;
  return first !== undefined && beginsAnchored(first);
}

function forgetAfterMatch({ positions }: Machine, { last }: Part): void {
  for (const { next } of positions) for (const end of last) next.delete(end);
}

function beginAnywhere({ positions }: Machine, { first }: Part): void {
  const at = positions.push({ atom: "[^]", next: new Set(first) }) - 1;
  positions[at]?.next.add(at);
}
