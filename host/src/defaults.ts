/** Options over defaults; an option that is there but undefined is as if it were not. */
export function withDefaults<D extends object, O extends object>(
  defaults: D,
  options: O,
): D & Partial<Pick<O, Exclude<keyof O, keyof D>>> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.assign({}, defaults, Object.fromEntries(given));
}
