/** Which files of an offer a device takes without asking. */
export type AcceptRule =
  | { readonly kind: "all" | "none" | "ask" }
  | { readonly kind: "names"; readonly globs: readonly string[] };

/** Reads the value of `--accept`: `all`, `none`, `ask`, or patterns of names with `*` and `?`, separated by commas. */
export function parseAcceptRule(text: string): AcceptRule | undefined {
  if (text === "all" || text === "none" || text === "ask") return { kind: text };
  const globs = text
    .split(",")
    .map((glob) => glob.trim())
    .filter((glob) => glob !== "");
  return globs.length === 0 ? undefined : { kind: "names", globs };
}

/** Indexes of the files that the rule takes; `ask` takes none by itself. */
export function acceptedBy(
  rule: AcceptRule,
  files: readonly { readonly index: number; readonly name: string }[],
): readonly number[] {
  if (rule.kind === "all") return files.map(({ index }) => index);
  if (rule.kind !== "names") return [];
  return files
    .filter(({ name }) => rule.globs.some((glob) => matchesGlob(name, glob)))
    .map(({ index }) => index);
}

/** `*` is any text, `?` any one character; case does not count. Linear in name times pattern, whatever they hold. */
export function matchesGlob(name: string, glob: string): boolean {
  const text = Array.from(name.normalize("NFC").toLowerCase());
  const pattern = Array.from(glob.normalize("NFC").toLowerCase());
  let at = 0;
  let star = -1;
  let resumeAt = 0;
  let i = 0;
  while (i < text.length) {
    const wanted = pattern[at];
    if (wanted === "*") {
      star = at;
      resumeAt = i;
      at += 1;
    } else if (wanted !== undefined && (wanted === "?" || wanted === text[i])) {
      at += 1;
      i += 1;
    } else if (star >= 0) {
      resumeAt += 1;
      i = resumeAt;
      at = star + 1;
    } else {
      return false;
    }
  }
  return pattern.slice(at).every((rest) => rest === "*");
}
