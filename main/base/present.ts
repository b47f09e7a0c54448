/** `T` without `undefined` in its values: members that may be undefined become optional. */
export type Present<T> = {
  [Name in keyof T as undefined extends T[Name] ? never : Name]: T[Name];
} & {
  [Name in keyof T as undefined extends T[Name] ? Name : never]?: Exclude<T[Name], undefined>;
};

/** The object without its undefined members, for types whose optional members must be absent rather than undefined. */
export function present<T extends object>(object: T): Present<T> {
  const entries = Object.entries(object).filter(([, value]) => value !== undefined);
  // Checked border: exactly the members that are not undefined remain, which is what Present says.
  return Object.fromEntries(entries) as Present<T>;
}
