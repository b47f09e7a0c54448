import { fileURLToPath } from "node:url";

/** Path of a `file:` URL of this machine; undefined for every other one. */
export function filePath(url: string): string | undefined {
  if (!/^file:/i.test(url)) return undefined;
  try {
    return fileURLToPath(url);
  } catch (error) {
    // Another host, or an escaped separator.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** RFC 2483 §5: one URI a line, comments begin with `#`. */
export function filePaths(uriList: string): string[] {
  return uriList.split(/\r?\n/).flatMap((line) => filePath(line.trim()) ?? []);
}
