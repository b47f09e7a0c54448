import type { PublishedFile } from "../base/files.ts";

/** Writes down what becomes of one part, for a process to come. Never rejects because of a disk. */
export interface PartRecorder {
  readonly key: string;
  /** So many octets from the start have reached the disk. */
  claim(octets: number): Promise<void>;
  /** It has its final name, durably. */
  done(file: PublishedFile): Promise<void>;
  /** Nothing of it is left under its hidden name. */
  gone(): Promise<void>;
  /** It stays, and is in use no more. */
  release(): void;
}
