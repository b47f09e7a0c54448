import { parseParameterizedValue } from "../../sip/grammar/value.ts";

/** A Content-Type value (RFC 2045 §5.1, the same grammar as SIP's). `type` is `type/subtype` in lower case. */
export interface ContentType {
  readonly type: string;
  /** Names in lower case; of duplicates the first one. */
  readonly parameters: ReadonlyMap<string, string>;
}

const MAX_LENGTH = 1024;

/** @returns undefined when it has no `type/subtype` or is longer than 1024 characters */
export function parseContentType(text: string): ContentType | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const parsed = parseParameterizedValue(text);
  if (!parsed.ok) return undefined;
  const parts = parsed.value.value.toLowerCase().split("/");
  if (parts.length !== 2 || parts.some((part) => part.trim() === "")) return undefined;
  const parameters = new Map<string, string>();
  for (const { name, value } of parsed.value.parameters) {
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, value ?? "");
  }
  return { type: parts.map((part) => part.trim()).join("/"), parameters };
}
