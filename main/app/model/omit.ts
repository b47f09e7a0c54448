/** The object without some of its members. */
export function omit<T extends object, Name extends keyof T>(
  object: T,
  ...names: readonly Name[]
): Omit<T, Name> {
  const left: readonly PropertyKey[] = names;
  const entries = Object.entries(object).filter(([name]) => !left.includes(name));
  // Checked border: exactly the named members are gone, which is what Omit says.
  return Object.fromEntries(entries) as Omit<T, Name>;
}
