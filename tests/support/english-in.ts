/** Words in plain Latin letters, of which the pseudo-locale has none. @param data what the user or a peer wrote */
export function englishIn(texts: readonly string[], data = ""): readonly string[] {
  const words = texts.flatMap((text) => text.match(/\p{L}+/gu) ?? []);
  return words.filter((word) => /^[A-Za-z]{3,}$/.test(word) && !data.includes(word));
}

/** Every text of these members, however deep they lie. */
export function textsUnder(value: unknown, members: ReadonlySet<string>): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === "string" && members.has(name) ? [inner] : textsUnder(inner, members),
  );
}
