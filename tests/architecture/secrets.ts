import type { SourceFile } from "./source-files.ts";

/** What a secret looks like that somebody forgot. */
const SHAPES: readonly (readonly [what: string, shape: RegExp])[] = [
  ["a private key", /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/],
  ["a key of a cloud", /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/],
  [
    "a token of a code host",
    /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{22,}|glpat-[\w-]{20,})/,
  ],
  ["a token of a registry", /\bnpm_[A-Za-z0-9]{36}\b|_authToken\s*=\s*[^\s$]/],
  ["a token of a messenger", /\bxox[abprs]-[A-Za-z0-9-]{10,}/],
  ["a key of an interface", /\bAIza[0-9A-Za-z_-]{35}\b|\bsk-[A-Za-z0-9_-]{32,}/],
  ["a signed token", /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/],
  [
    "a password in an address",
    /\b(?:https?|ftp|ssh|git):\/\/[^/\s:@'"`$]+:[^/\s@'"`$]{3,}@(?!(?:[\w-]+\.)*(?:example|invalid|test)\b)/,
  ],
  [
    "a long value of a secret's name",
    /(?:passw(?:or)?d|secret|api_?key|token)["']?\s*[:=]\s*["'][A-Za-z0-9+/_=-]{24,}["']/i,
  ],
];

/** `path:line: what` for each line that holds what looks like one. */
export function secretsIn({ path, text }: SourceFile): readonly string[] {
  return text
    .split("\n")
    .flatMap((line, index) =>
      SHAPES.filter(([, shape]) => shape.test(line)).map(
        ([what]) => `${path}:${String(index + 1)}: ${what}`,
      ),
    );
}
