import type { FileError, FileErrorKind } from "../base/files.ts";

/** What was being done: the same system error means different things. */
export type FileAction = "read" | "write";

const SENTENCES: Readonly<Record<FileErrorKind, string>> = {
  "not-found": "The file or folder does not exist.",
  "not-readable": "The file may not be read.",
  "not-a-file": "This is not a regular file.",
  changed: "The file has changed in the meantime.",
  "no-space": "There is not enough free space.",
  "not-writable": "The folder may not be written to.",
  "too-large": "The file is too large.",
  "hash-mismatch": "The file arrived damaged: its hash differs from the one announced.",
  incomplete: "Parts of the file are missing.",
  cancelled: "Cancelled.",
  "not-resumable": "What was left of the file cannot be gone on with.",
  "name-taken": "There is a file of that name.",
  quota: "The sender has sent as much as it may in a day.",
  io: "The disk reported an error.",
};

/** An error with the sentence of its kind; `detail` is added in brackets. */
export function fileError(kind: FileErrorKind, path?: string, detail?: string): FileError {
  const sentence = SENTENCES[kind];
  return {
    kind,
    message: detail === undefined ? sentence : `${sentence} (${detail})`,
    ...(path === undefined ? {} : { path }),
  };
}

const KINDS: ReadonlyMap<string, FileErrorKind> = new Map([
  ["ENOENT", "not-found"],
  ["ENOTDIR", "not-found"],
  ["EISDIR", "not-a-file"],
  ["ENXIO", "not-a-file"],
  ["ENODEV", "not-a-file"],
  ["ENOSPC", "no-space"],
  ["EDQUOT", "no-space"],
  ["ELOOP", "not-writable"],
  ["EFBIG", "too-large"],
  ["EROFS", "not-writable"],
  ["ESTALE", "changed"],
]);

/** Turns what the system threw into a value; throws on what no system call can have thrown. */
export function systemFileError(cause: unknown, action: FileAction, path?: string): FileError {
  const code = errorCode(cause);
  if (code === undefined) throw cause;
  if (code === "EACCES" || code === "EPERM")
    return fileError(action === "read" ? "not-readable" : "not-writable", path);
  const kind = KINDS.get(code);
  return kind === undefined ? fileError("io", path, code) : fileError(kind, path);
}

/** `ENOENT` and the like, if the value is an error of the system. */
export function errorCode(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !("code" in cause)) return undefined;
  return typeof cause.code === "string" ? cause.code : undefined;
}
