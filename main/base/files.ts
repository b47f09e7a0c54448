import type { Result } from "./result.ts";

/**
 * Why a file could not be read or written. Discriminate by `kind`; `message` is one English sentence for people,
 * `path` the file or folder it is about.
 */
export interface FileError {
  readonly kind: FileErrorKind;
  readonly message: string;
  readonly path?: string;
}

export type FileErrorKind =
  | "not-found"
  | "not-readable"
  | "not-a-file"
  | "changed"
  | "no-space"
  | "not-writable"
  | "too-large"
  | "hash-mismatch"
  | "incomplete"
  | "cancelled"
  /** What a part was remembered by no longer fits what is on disk, or it is in use; nothing was touched. */
  | "not-resumable"
  /** A file of that name is there, and was not to be kept beside it. */
  | "name-taken"
  /** The peer has sent as much as it may in a day. */
  | "quota"
  | "io";

/** A hash as SDP carries it: `algorithm` in lower case (`sha-1`, `sha-256`), `hex` in lower case without colons. */
export interface FileHash {
  readonly algorithm: string;
  readonly hex: string;
}

/** The algorithms that we can check, as SDP names them. */
export const HASH_ALGORITHMS = ["sha-1", "sha-256"] as const;
export type HashAlgorithm = (typeof HASH_ALGORITHMS)[number];

/** Lower-case hexadecimal, over the whole file. */
export interface FileHashes {
  readonly sha1: string;
  readonly sha256: string;
}

/** A regular file held open for sending. Size and identity are those of the moment of opening. */
export interface FileSource {
  readonly path: string;
  /** The last part of `path`: what is offered as the file's name. */
  readonly name: string;
  /** Differs as soon as it is another file, or size or modification time do: what an interrupted sender remembers. */
  readonly version: string;
  readonly sizeOctets: number;
  /** Wall-clock milliseconds since 1970. */
  readonly modifiedMs: number;
  /**
   * Reads up to `length` octets from 0-based `position`. Shorter than asked only at the end of the file as it was
   * opened; a file that has become shorter is the error `changed`.
   * @param into memory to read into, where it is large enough
   */
  read(position: number, length: number, into?: Buffer): Promise<Result<Buffer, FileError>>;
  /** False when size or modification time differ from those at opening: what was sent is then of no use. */
  isUnchanged(): Promise<boolean>;
  /** Harmless when called twice. */
  close(): Promise<void>;
}

/** Whose file a part is. All but `conflict` came from the peer and is only compared, or shown as text. */
export interface PartOrigin {
  /** As the peer was authenticated: parts of one peer never match what another one offers. */
  readonly peer: string;
  readonly conversationId: string;
  readonly offeredName: string;
  readonly hashes: readonly FileHash[];
  /** The offer that the user said yes to, and the file's m= line in it. */
  readonly offerId?: string;
  readonly index?: number;
  /** What the user wants where the name is taken, in whatever process the file comes to its end. */
  readonly conflict?: ConflictPolicy;
}

/** What a later offer says of its file. */
export interface PartQuery {
  readonly peer: string;
  readonly conversationId: string;
  readonly name: string;
  readonly sizeOctets: number;
  readonly hashes: readonly FileHash[];
}

/** A part that a process left, to go on with. */
export interface FoundPart {
  readonly key: string;
  /** Octets from the start of the file that have reached the disk. */
  readonly durableOctets: number;
}

/** A part that no transfer uses at the moment. */
export interface KeptPart extends FoundPart {
  readonly origin: PartOrigin;
  readonly sizeOctets: number;
  readonly folder: string;
  /** Wall-clock milliseconds since 1970. */
  readonly updatedMs: number;
}

export interface CreatePartOptions {
  readonly folder: string;
  /** As the peer named the file; only a suggestion, made safe by the port. */
  readonly suggestedName: string;
  readonly sizeOctets: number;
  /** What `finish` will be asked to check, so that nothing else is computed on the way. Default: all we know. */
  readonly algorithms?: readonly HashAlgorithm[];
  /** Enters the part into the journal, so that it can be kept and outlives the process. */
  readonly journal?: PartOrigin;
  /**
   * It is made also where there is no room for it now, if the journal has it: then it says `isWithoutRoom`, and nothing
   * may be written before it was kept and `hasRoom` says that there is.
   */
  readonly mayWait?: boolean;
}

/**
 * What happens when a file of the final name is there. `keep-both`: the new one gets a number. `replace`: the old one goes
 * to the system's bin, or both are kept where there is none. `skip`: the new one is discarded. `ask`: nothing, until
 * `finish` is called again with another policy.
 */
export type ConflictPolicy = "keep-both" | "replace" | "skip" | "ask";

/** What the finished file must be. Hashes of unknown algorithms are ignored. */
export interface ExpectedFile {
  readonly sizeOctets: number;
  readonly hashes: readonly FileHash[];
  /** The sender's modification time, wall-clock milliseconds since 1970; taken over from 1980 to a day from now. */
  readonly modifiedMs?: number;
  /** As the part's origin says when absent, and `keep-both` where that says nothing. */
  readonly conflict?: ConflictPolicy;
}

/** A file being received. It has a hidden random name until `finish` succeeds. */
export interface FilePart {
  /** The safe name, before numbering because of a file of that name. */
  readonly finalName: string;
  /** By which the journal knows it; undefined when it is in none. */
  readonly key: string | undefined;
  /** There was no room for it when it was made, see {@link CreatePartOptions.mayWait}. */
  readonly isWithoutRoom?: boolean;
  /** Octets present, each counted once; of a resumed part those that were durable. */
  readonly receivedOctets: number;
  /**
   * Writes at a 0-based position. Octets outside the size, an unsafe position and too many separate ranges are
   * errors; octets that came already are replaced (RFC 4975 §7.3.1: the last one received wins).
   * Several buffers follow each other without a gap. They are in use until the promise resolves.
   * After `no-space` the part is whole as it was: the same write may be tried again, or the part kept.
   */
  write(position: number, bytes: Buffer | readonly Buffer[]): Promise<Result<void, FileError>>;
  /**
   * Checks that every octet is there and that the hashes agree, makes the file durable and publishes it under
   * `finalName` or the next free number; never overwrites a file. See {@link ConflictPolicy} for `name-taken`. On `hash-mismatch` the octets are set aside as
   * `NAME.damaged`, whose path the error carries. On `incomplete` the part stays and may be written on.
   */
  finish(expected: ExpectedFile): Promise<Result<PublishedFile, FileError>>;
  /** Removes the part if it is still the file that was created. Harmless after `finish` and when called twice. */
  discard(): Promise<void>;
  /**
   * Makes durable what has come and leaves it for {@link Files.resumePart}. A part that is in no journal is discarded.
   * @returns what is left; undefined after `finish` and `discard`, and where nothing could be left
   */
  keep(): Promise<FoundPart | undefined>;
}

export interface PublishedFile {
  readonly path: string;
  readonly name: string;
  /** At least those that were to be checked. */
  readonly hashes: Partial<FileHashes>;
  /** The name differs from `finalName` because a file of that name existed. */
  readonly wasRenamed: boolean;
}

/** The user's files, as the protocol sees them. */
export interface Files {
  /**
   * Opens a regular file; folders, devices and pipes are `not-a-file`.
   * @param version of the file when it was opened before; `changed` when it is another now
   */
  openSource(path: string, version?: string): Promise<Result<FileSource, FileError>>;
  /** Hashes off the main thread. `onProgress` gets the octets done, a few times a second at most. */
  hash(
    source: FileSource,
    signal: AbortSignal,
    onProgress?: (octets: number) => void,
  ): Promise<Result<FileHashes, FileError>>;
  /** Octets that the user may still write below `folder`; the reserve is not yet taken off. */
  freeOctets(folder: string): Promise<Result<number, FileError>>;
  /** Fails with `no-space` when the file would eat into the reserve; nothing is on disk then. */
  createPart(options: CreatePartOptions): Promise<Result<FilePart, FileError>>;
  /**
   * The part that fits best: of the same peer and size, with no hash that differs, and either a hash in common or
   * conversation and name. Parts in use are left out.
   */
  findPart(query: PartQuery): Promise<FoundPart | undefined>;
  /**
   * Opens a part to go on after its durable octets, which are hashed anew. `not-resumable` when it is in use, not known
   * or no longer the file that was left.
   */
  resumePart(key: string): Promise<Result<FilePart, FileError>>;
  /** Parts that wait to be gone on with, the newest first. */
  parts(): Promise<readonly KeptPart[]>;
  /** Whether what is missing of a part fits on its disk now, the reserve left free. Unknown parts need no room. */
  hasRoom(key: string): Promise<boolean>;
  /**
   * Carries a part that is not in use to another folder, with all that is known of it; its key changes. After an error it
   * is where it was.
   */
  movePart(key: string, folder: string): Promise<Result<FoundPart, FileError>>;
  /**
   * Forgets a part that is not in use and removes it from the disk, if it is still the file that was left.
   * @returns whether such a part was known
   */
  forgetPart(key: string): Promise<boolean>;
}
