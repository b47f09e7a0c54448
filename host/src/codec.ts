/** What the codec needs of its realm: Node and a page have different base64. */
export interface CodecEnvironment {
  toBase64(octets: Uint8Array): string;
  fromBase64(text: string): Uint8Array<ArrayBuffer>;
}

export interface Codec {
  /** @throws Error "An object could not be cloned." for what structured clone refuses */
  encode(value: unknown): string;
  decode(text: string): unknown;
}

/**
 * The structured clone algorithm as text, for both ends of the inter-process messages. The function is also sent to
 * the page as source, so it must not use anything outside of itself.
 */
export function createCodec(environment: CodecEnvironment): Codec {
  type Node = readonly unknown[];
  const REFUSED =
    /^(?:HTML|SVG|Window$|Document|Text$|Comment$|Blob$|File|Promise$|Weak|Async|Generator|.*(?:Event|Iterator|Function|Port)$|Module$|SharedArrayBuffer$)/;
  const ERRORS = new Map<string, ErrorConstructor>(
    [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((Class) => [
      Class.name,
      Class,
    ]),
  );
  const VIEWS = new Map<string, new (buffer: ArrayBuffer) => ArrayBufferView>(
    [
      Int8Array,
      Uint8Array,
      Uint8ClampedArray,
      Int16Array,
      Uint16Array,
      Int32Array,
      Uint32Array,
      Float32Array,
      Float64Array,
      BigInt64Array,
      BigUint64Array,
      DataView,
    ].map((Class) => [Class.name, Class]),
  );

  function refuse(): never {
    throw new Error("An object could not be cloned.");
  }

  function tagOf(value: object): string {
    return Object.prototype.toString.call(value).slice(8, -1);
  }

  function encodeNumber(value: number): unknown {
    if (Object.is(value, -0)) {
      return ["n", "-0"];
    }
    return Number.isFinite(value) ? value : ["n", String(value)];
  }

  function encode(root: unknown): string {
    const nodes: (Node | undefined)[] = [];
    const seen = new Map<object, number>();

    function reference(value: object): unknown {
      const known = seen.get(value);
      if (known !== undefined) {
        return ["@", known];
      }
      const index = nodes.push(undefined) - 1;
      seen.set(value, index);
      nodes[index] = encodeObject(value);
      return ["@", index];
    }

    function encodeValue(value: unknown): unknown {
      switch (typeof value) {
        case "string":
        case "boolean":
          return value;
        case "number":
          return encodeNumber(value);
        case "undefined":
          return ["u"];
        case "bigint":
          return ["b", value.toString()];
        case "object":
          return value === null ? null : reference(value);
        default:
          return refuse();
      }
    }

    function encodeArray(value: readonly unknown[]): Node {
      const entries = Object.keys(value);
      if (entries.length === value.length) {
        return ["l", ...value.map(encodeValue)];
      }
      return [
        "a",
        value.length,
        ...entries.flatMap((key) => [key, encodeValue(Reflect.get(value, key))]),
      ];
    }

    function encodeError(value: Error): Node {
      const cause = "cause" in value ? [encodeValue(value.cause)] : [];
      return ["e", value.name, value.message, value.stack ?? "", ...cause];
    }

    function encodeView(value: ArrayBufferView, tag: string): Node {
      const octets = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
      return ["t", tag, environment.toBase64(octets)];
    }

    const encoders = new Map<string, (value: never) => Node>([
      ["Array", encodeArray],
      ["Date", (value: Date) => ["d", value.getTime()]],
      ["RegExp", (value: RegExp) => ["r", value.source, value.flags]],
      ["Error", encodeError],
      ["DOMException", encodeError],
      ["Map", (value: Map<unknown, unknown>) => ["m", ...[...value].flat().map(encodeValue)]],
      ["Set", (value: Set<unknown>) => ["s", ...[...value].map(encodeValue)]],
      ["ArrayBuffer", (value: ArrayBuffer) => ["x", environment.toBase64(new Uint8Array(value))]],
      ["Boolean", (value: boolean) => ["w", value.valueOf()]],
      ["Number", (value: number) => ["w", encodeNumber(value.valueOf())]],
      ["String", (value: string) => ["w", value.valueOf()]],
    ]);

    function encodeObject(value: object): Node {
      const tag = tagOf(value);
      if (ArrayBuffer.isView(value)) {
        return encodeView(value, tag);
      }
      const encoder = Array.isArray(value) ? encodeArray : encoders.get(tag);
      if (encoder !== undefined) {
        return encoder(value as never);
      }
      if (REFUSED.test(tag)) {
        return refuse();
      }
      return [
        "o",
        ...Object.keys(value).flatMap((key) => [key, encodeValue(Reflect.get(value, key))]),
      ];
    }

    const encoded = encodeValue(root);
    return JSON.stringify(nodes.length === 0 ? [encoded] : [encoded, nodes]);
  }

  function decode(text: string): unknown {
    const [root, nodes = []] = JSON.parse(text) as [unknown, Node[]?];
    const made = new Map<number, unknown>();

    function decodeValue(value: unknown): unknown {
      if (!Array.isArray(value)) {
        return value;
      }
      const [tag, payload] = value as [string, never];
      switch (tag) {
        case "u":
          return undefined;
        case "n":
          return Number(payload);
        case "b":
          return BigInt(payload);
        default:
          return made.has(payload) ? made.get(payload) : decodeNode(payload);
      }
    }

    function keep<T>(index: number, value: T): T {
      made.set(index, value);
      return value;
    }

    function put(target: object, key: string, value: unknown): void {
      // A plain assignment to __proto__ would change the prototype.
      Object.defineProperty(target, key, {
        value,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    }

    function fill<T extends object>(target: T, pairs: readonly unknown[]): T {
      for (let i = 0; i < pairs.length; i += 2) {
        put(target, pairs[i] as string, decodeValue(pairs[i + 1]));
      }
      return target;
    }

    function decodeList(index: number, items: readonly unknown[]): unknown[] {
      const list: unknown[] = keep(index, []);
      for (const item of items) {
        list.push(decodeValue(item));
      }
      return list;
    }

    function decodeMap(index: number, pairs: readonly unknown[]): Map<unknown, unknown> {
      const map = keep(index, new Map<unknown, unknown>());
      for (let i = 0; i < pairs.length; i += 2) {
        map.set(decodeValue(pairs[i]), decodeValue(pairs[i + 1]));
      }
      return map;
    }

    function decodeSet(index: number, items: readonly unknown[]): Set<unknown> {
      const set = keep(index, new Set<unknown>());
      for (const item of items) {
        set.add(decodeValue(item));
      }
      return set;
    }

    function decodeError(index: number, parts: readonly unknown[]): Error {
      const [name, message, stack, ...cause] = parts as [string, string, string, ...unknown[]];
      const error = keep(index, new (ERRORS.get(name) ?? Error)(message));
      Object.defineProperty(error, "stack", { value: stack, writable: true, configurable: true });
      if (cause.length > 0) {
        Object.defineProperty(error, "cause", {
          value: decodeValue(cause[0]),
          writable: true,
          configurable: true,
        });
      }
      return error;
    }

    function decodeView(parts: readonly unknown[]): unknown {
      const [tag, text64] = parts as [string, string];
      const { buffer } = environment.fromBase64(text64);
      return new (VIEWS.get(tag) ?? Uint8Array)(buffer);
    }

    const decoders: Record<string, (index: number, parts: readonly unknown[]) => unknown> = {
      o: (index, parts) => fill(keep(index, {}), parts),
      l: decodeList,
      a: (index, parts) => {
        const list = keep(index, new Array<unknown>(parts[0] as number));
        return fill(list, parts.slice(1));
      },
      d: (index, parts) => keep(index, new Date(parts[0] as number)),
      r: (index, parts) => keep(index, new RegExp(parts[0] as string, parts[1] as string)),
      e: decodeError,
      m: decodeMap,
      s: decodeSet,
      x: (index, parts) => keep(index, environment.fromBase64(parts[0] as string).buffer),
      t: (index, parts) => keep(index, decodeView(parts)),
      w: (index, parts) => keep(index, Object(decodeValue(parts[0])) as unknown),
    };

    function decodeNode(index: number): unknown {
      const [tag, ...parts] = (nodes[index] ?? []) as [string, ...unknown[]];
      const decoder = decoders[tag];
      if (decoder === undefined) {
        throw new Error(`host: malformed message, node "${tag}"`);
      }
      return decoder(index, parts);
    }

    return decodeValue(root);
  }

  return { encode, decode };
}

/** The codec of this process. */
export const nodeCodec: Codec = createCodec({
  toBase64: (octets) =>
    Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("base64"),
  fromBase64: (text) => new Uint8Array(Buffer.from(text, "base64")),
});
