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
