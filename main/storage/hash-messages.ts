import type { FileHashes, HashAlgorithm } from "../base/files.ts";

/** To the hashing worker. `fd` belongs to the sender, which keeps it open until the job has been answered. */
export type HashRequest =
  | {
      readonly do: "start";
      readonly job: number;
      readonly fd: number;
      readonly algorithms: readonly HashAlgorithm[];
    }
  /** The octets from the start of the file up to `octets` are there and stay as they are. */
  | { readonly do: "advance"; readonly job: number; readonly octets: number }
  /** No more will come; `sizeOctets` is the whole. */
  | { readonly do: "finish"; readonly job: number; readonly sizeOctets: number }
  /** Nothing more is read until `continue`, which may name another descriptor of the same file. */
  | { readonly do: "suspend"; readonly job: number }
  | { readonly do: "continue"; readonly job: number; readonly fd: number }
  | { readonly do: "cancel"; readonly job: number };

/** From the hashing worker: any number of `progress` and `suspended`, then exactly one of the others. */
export type HashReply =
  | { readonly say: "progress"; readonly job: number; readonly octets: number }
  /** The descriptor may be closed; the first `octets` are hashed. */
  | { readonly say: "suspended"; readonly job: number; readonly octets: number }
  | { readonly say: "done"; readonly job: number; readonly hashes: Partial<FileHashes> }
  | { readonly say: "cancelled"; readonly job: number }
  | { readonly say: "too-short"; readonly job: number }
  | { readonly say: "failed"; readonly job: number; readonly message: string };
