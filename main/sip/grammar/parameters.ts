import { type Cursor, isParameterValue, quote } from "./cursor.ts";

/**
 * A `;name=value` parameter. The name as written; a quoted value without its quotes and escapes, with `quoted` set so
 * that it is written as it came. A flag has no value.
 */
export interface Parameter {
  readonly name: string;
  readonly value?: string;
  readonly quoted?: boolean;
}

export type Parameters = readonly Parameter[];

/** Value of the first parameter of that name, without regard to case; `""` for a flag, undefined when absent. */
export function parameter(list: Parameters, name: string): string | undefined {
  const found = findParameter(list, name);
  return found === undefined ? undefined : (found.value ?? "");
}

export function hasParameter(list: Parameters, name: string): boolean {
  return findParameter(list, name) !== undefined;
}

function findParameter(list: Parameters, name: string): Parameter | undefined {
  for (const one of list) {
    if (one.name.length !== name.length) continue;
    if (one.name === name || one.name.toLowerCase() === name.toLowerCase()) return one;
  }
  return undefined;
}

/** The list with that parameter set, in its place when it was there, else at the end; undefined value: a flag. */
export function withParameter(list: Parameters, name: string, value?: string): Parameters {
  const entry: Parameter = value === undefined ? { name } : { name, value };
  const found = findParameter(list, name);
  return found === undefined ? [...list, entry] : list.map((one) => (one === found ? entry : one));
}

export function withoutParameter(list: Parameters, name: string): Parameters {
  const lower = name.toLowerCase();
  return list.filter((one) => one.name.toLowerCase() !== lower);
}

/**
 * Reads `;name=value` parameters up to what cannot be one, which the caller then judges: the end of the text, a comma
 * or something wrong. undefined: a semicolon without a parameter, or a value that is missing or unbalanced.
 */
export function readParameters(cursor: Cursor): Parameters | undefined {
  const list: Parameter[] = [];
  while (cursor.eatPadded(";")) {
    const one = readParameter(cursor);
    if (one === undefined) return undefined;
    list.push(one);
  }
  cursor.skipLws();
  return list;
}

function readParameter(cursor: Cursor): Parameter | undefined {
  const name = cursor.token();
  if (name === "") return undefined;
  if (!cursor.eatPadded("=")) return { name };
  if (cursor.peek() === '"') {
    const value = cursor.quotedString();
    return value === undefined ? undefined : { name, value, quoted: true };
  }
  const value = cursor.parameterValue();
  return value === "" ? undefined : { name, value };
}

/** `;name=value` for each, values quoted where they were or where their characters need it. */
export function formatParameters(list: Parameters): string {
  let text = "";
  for (const one of list) text += `;${formatParameter(one)}`;
  return text;
}

/** `name=value`, or the name alone for a flag. */
export function formatParameter(one: Parameter): string {
  if (one.value === undefined) return one.name;
  const needsQuotes = one.quoted === true || !isParameterValue(one.value);
  return `${one.name}=${needsQuotes ? quote(one.value) : one.value}`;
}
