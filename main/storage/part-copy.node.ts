import type { CreatePartOptions, FileError, FilePart, FoundPart } from "../base/files.ts";
import { err, ok, type Result } from "../base/result.ts";
import { errorCode, fileError, systemFileError } from "./file-error.ts";
import type { ReopenedPart } from "./part-keeper.node.ts";

const BLOCK_OCTETS = 1024 * 1024;

/** Copies what of a part is durable into a new one, which takes its place in the journal. */
export async function copyPart(
  { part, handle }: ReopenedPart,
  create: (options: Omit<CreatePartOptions, "folder">) => Promise<Result<FilePart, FileError>>,
): Promise<Result<FoundPart, FileError>> {
  const { finalName: suggestedName, sizeOctets, algorithms, origin: journal } = part;
  const created = await create({ suggestedName, sizeOctets, algorithms, journal });
  if (!created.ok) return created;
  const copied = await copy(handle, created.value, part.durableOctets);
  const kept = copied.ok ? await created.value.keep() : undefined;
  if (kept?.durableOctets === part.durableOctets) return ok(kept);
  await created.value.discard();
  return copied.ok ? err(fileError("io", suggestedName)) : copied;
}

async function copy(
  from: ReopenedPart["handle"],
  to: FilePart,
  octets: number,
): Promise<Result<void, FileError>> {
  try {
    for (let at = 0; at < octets; ) {
      const length = Math.min(BLOCK_OCTETS, octets - at);
      const { bytesRead, buffer } = await from.read(Buffer.alloc(length), 0, length, at);
      if (bytesRead === 0) return err(fileError("changed", to.finalName));
      const written = await to.write(at, buffer.subarray(0, bytesRead));
      if (!written.ok) return written;
      at += bytesRead;
    }
    return ok(undefined);
  } catch (cause) {
    if (errorCode(cause) === undefined) throw cause;
    return err(systemFileError(cause, "read", to.finalName));
  }
}
