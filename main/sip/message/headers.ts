import { endOfValue, splitValues, trimLws } from "../grammar/split.ts";
import { headerKey } from "./header-names.ts";

/** One header field. `name` as received or as built; `value` unfolded and trimmed, otherwise exactly as received. */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** Headers that everybody reads: what was read of them is remembered. */
export type RememberedHeader = "via" | "from" | "to" | "cseq";

/**
 * The header fields of a message in their order. Immutable: each change gives a new object. Names match without regard
 * to case and across compact forms. Values are text until somebody asks for their meaning, so a header that nobody
 * reads is never parsed and is forwarded as it came.
 */
export class SipHeaders {
  static readonly empty: SipHeaders = new SipHeaders([], []);

  readonly fields: readonly HeaderField[];
  /** `headerKey` of each field, at the same index. */
  readonly #keys: readonly string[];
  #memory: Record<RememberedHeader, unknown> | undefined;

  private constructor(fields: readonly HeaderField[], keys: readonly string[]) {
    this.fields = fields;
    this.#keys = keys;
  }

  static of(fields: readonly HeaderField[]): SipHeaders {
    return new SipHeaders(
      fields,
      fields.map((field) => headerKey(field.name)),
    );
  }

  /** What was read out of that header's fields before, else what `read` gives now. Fields never change, so neither does it. */
  remembered<T>(header: RememberedHeader, read: (headers: SipHeaders) => T): T {
    this.#memory ??= { via: undefined, from: undefined, to: undefined, cseq: undefined };
    // Each of them has one reader.
    const known = this.#memory[header] as T | undefined;
    if (known !== undefined) return known;
    const value = read(this);
    this.#memory[header] = value;
    return value;
  }

  /** Remembers beforehand what reading that header would give. */
  know(header: RememberedHeader, value: unknown): void {
    this.#memory ??= { via: undefined, from: undefined, to: undefined, cseq: undefined };
    this.#memory[header] = value;
  }

  /** Value of the first field of that name. */
  get(name: string): string | undefined {
    const index = this.#keys.indexOf(headerKey(name));
    return index < 0 ? undefined : this.fields[index]?.value;
  }

  /** One text per field, not split at commas. */
  getAll(name: string): readonly string[] {
    const key = headerKey(name);
    const values: string[] = [];
    for (let i = this.#keys.indexOf(key); i >= 0; i = this.#keys.indexOf(key, i + 1)) {
      const field = this.fields[i];
      if (field !== undefined) values.push(field.value);
    }
    return values;
  }

  /**
   * The values of all fields of that name, split at commas outside quotes and angle brackets. Not for headers whose
   * grammar uses commas otherwise (Date, Authorization, WWW-Authenticate and their like): use {@link getAll}.
   */
  list(name: string): readonly string[] {
    const texts = this.getAll(name);
    const [only] = texts;
    return texts.length === 1 && only !== undefined
      ? splitValues(only)
      : texts.flatMap(splitValues);
  }

  /** First value of the first field: the top Via or Route, without splitting the rest. */
  first(name: string): string | undefined {
    const text = this.get(name);
    return text === undefined ? undefined : trimLws(text.slice(0, endOfValue(text, 0)));
  }

  /** `headerKey` of the field at that index. */
  keyAt(index: number): string | undefined {
    return this.#keys[index];
  }

  has(name: string): boolean {
    return this.#keys.includes(headerKey(name));
  }

  /** Replaces all fields of that name by one, at the first one's place; appends when there is none. */
  set(name: string, value: string): SipHeaders {
    return this.setAll(name, [value]);
  }

  /** As {@link set}, one field per value; no values remove the header. */
  setAll(name: string, values: readonly string[]): SipHeaders {
    const at = this.#keys.indexOf(headerKey(name));
    if (at < 0) return this.#insert(this.fields.length, name, values);
    // Nothing of that name lies before `at`, so the index holds after the removal.
    return this.remove(name).#insert(at, name, values);
  }

  append(name: string, value: string): SipHeaders {
    return this.#insert(this.fields.length, name, [value]);
  }

  appendAll(fields: readonly HeaderField[]): SipHeaders {
    return fields.length === 0 ? this : SipHeaders.of([...this.fields, ...fields]);
  }

  /** Puts a field before the first one of that name, else at the top. */
  prepend(name: string, value: string): SipHeaders {
    return this.#insert(Math.max(0, this.#keys.indexOf(headerKey(name))), name, [value]);
  }

  remove(name: string): SipHeaders {
    const key = headerKey(name);
    if (!this.#keys.includes(key)) return this;
    return this.#with(
      key,
      this.fields.filter((_, i) => this.#keys[i] !== key),
      this.#keys.filter((other) => other !== key),
    );
  }

  /** Takes away every field whose name, as `headerKey` writes it, is unwanted, however it was spelled. */
  removeWhere(isUnwanted: (key: string) => boolean): SipHeaders {
    if (!this.#keys.some(isUnwanted)) return this;
    return SipHeaders.of(this.fields.filter((_, i) => !isUnwanted(this.#keys[i] ?? "")));
  }

  /** Takes away the first value (Via, Route), also out of a field that holds several. */
  removeFirstValue(name: string): SipHeaders {
    const index = this.#keys.indexOf(headerKey(name));
    const field = this.fields[index];
    if (field === undefined) return this;
    const end = endOfValue(field.value, 0);
    if (end >= field.value.length) {
      const key = headerKey(name);
      return this.#with(key, this.fields.toSpliced(index, 1), this.#keys.toSpliced(index, 1));
    }
    return this.#replace(index, { name: field.name, value: trimLws(field.value.slice(end + 1)) });
  }

  /** Puts `value` in the place of the first value; appends a field when there is none. */
  replaceFirstValue(name: string, value: string): SipHeaders {
    const index = this.#keys.indexOf(headerKey(name));
    const field = this.fields[index];
    if (field === undefined) return this.append(name, value);
    const rest = field.value.slice(endOfValue(field.value, 0));
    return this.#replace(index, { name: field.name, value: value + rest });
  }

  #replace(index: number, field: HeaderField): SipHeaders {
    const key = this.#keys[index] ?? "";
    return this.#with(key, this.fields.with(index, field), this.#keys);
  }

  #insert(at: number, name: string, values: readonly string[]): SipHeaders {
    const key = headerKey(name);
    const [value, second] = values;
    if (value === undefined || second !== undefined) {
      const fields = values.map((text) => ({ name, value: text }));
      const keys = values.map(() => key);
      return this.#with(
        key,
        this.fields.toSpliced(at, 0, ...fields),
        this.#keys.toSpliced(at, 0, ...keys),
      );
    }
    const fields = this.fields.toSpliced(at, 0, { name, value });
    return this.#with(key, fields, this.#keys.toSpliced(at, 0, key));
  }

  /** @param changed key of the header that is not the same any more; what is remembered of others holds on */
  #with(changed: string, fields: readonly HeaderField[], keys: readonly string[]): SipHeaders {
    const made = new SipHeaders(fields, keys);
    if (this.#memory === undefined) return made;
    const { via, from, to, cseq } = this.#memory;
    made.#memory = {
      via: changed === "via" ? undefined : via,
      from: changed === "from" ? undefined : from,
      to: changed === "to" ? undefined : to,
      cseq: changed === "cseq" ? undefined : cseq,
    };
    return made;
  }
}
