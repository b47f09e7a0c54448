type Method = (this: unknown, ...parameters: unknown[]) => unknown;

/** What one call costs, in characters or octets looked at or copied. */
type Cost = (
  self: { readonly length: number },
  parameters: readonly unknown[],
  result: unknown,
) => number;

const one: Cost = () => 1;
const whole: Cost = (self) => self.length;
const made: Cost = (_self, _parameters, result) => lengthOf(result);

function lengthOf(value: unknown): number {
  return typeof value === "object" && value !== null && "length" in value
    ? Number(value.length)
    : String(value).length;
}

/** Up to where a search looked. */
const search: Cost = (self, [, from], result) => {
  const start = typeof from === "number" ? from : 0;
  return (typeof result === "number" && result >= 0 ? result : self.length) - start + 1;
};

const STRING: Readonly<Record<string, Cost>> = {
  ...{ charCodeAt: one, charAt: one, codePointAt: one, startsWith: one, endsWith: one, slice: one },
  ...{ indexOf: search, includes: whole, lastIndexOf: whole, split: whole, trim: whole },
  ...{ toLowerCase: whole, toUpperCase: whole, replace: whole, replaceAll: whole, repeat: made },
};
const ARRAY: Readonly<Record<string, Cost>> = {
  ...{
    indexOf: search,
    includes: whole,
    find: whole,
    findIndex: whole,
    filter: whole,
    some: whole,
  },
  ...{
    map: whole,
    flatMap: whole,
    join: made,
    slice: made,
    toSpliced: made,
    with: made,
    concat: made,
  },
};
const BUFFER: Readonly<Record<string, Cost>> = {
  ...{ indexOf: search, includes: whole, toString: made, latin1Slice: made, utf8Slice: made },
  ...{ equals: whole, copy: whole, subarray: one },
};
const MAP: Readonly<Record<string, Cost>> = { get: one, has: one, set: one };

/** A sticky expression, or one that is anchored, looks at what it takes; any other may look at everything. */
const expression: Cost = (self, [text], result) => {
  const { sticky, source } = self as unknown as RegExp;
  if (!sticky && !source.startsWith("^")) return String(text).length;
  return Array.isArray(result) ? String(result[0]).length + 1 : 1;
};

const METERED: readonly (readonly [object, Readonly<Record<string, Cost>>])[] = [
  [String.prototype, STRING],
  [Array.prototype, ARRAY],
  [Buffer.prototype, BUFFER],
  [Map.prototype, MAP],
  [RegExp.prototype, { exec: expression }],
];

/**
 * Counts what a call looks at, in operations and not in time: the same on every machine. Loops over the indices of a
 * buffer are not seen; everything that our parsers do by methods of strings, arrays, buffers and maps is.
 */
export function workOf(call: () => unknown): number {
  let work = 0;
  const undo: (() => void)[] = [];
  for (const [prototype, costs] of METERED) {
    for (const [name, cost] of Object.entries(costs)) {
      const original = Reflect.get(prototype, name) as Method;
      const metered: Method = function (...parameters) {
        const result = Reflect.apply(original, this, parameters);
        work += cost(this as { readonly length: number }, parameters, result);
        return result;
      };
      Object.defineProperty(prototype, name, {
        value: metered,
        configurable: true,
        writable: true,
      });
      undo.push(() => {
        Object.defineProperty(prototype, name, {
          value: original,
          configurable: true,
          writable: true,
        });
      });
    }
  }
  try {
    call();
  } finally {
    for (const one of undo) one();
  }
  return work;
}
