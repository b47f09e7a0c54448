import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { FileError, FileHashes, HashAlgorithm } from "../base/files.ts";
import { err, ok, type Result } from "../base/result.ts";
import { fileError } from "./file-error.ts";
import type { HashReply, HashRequest } from "./hash-messages.ts";
import { workerFile } from "./worker-file.node.ts";

/** The hashing of one file. End it with `finish` or `cancel`, and wait for that before closing the descriptor. */
export interface HashJob {
  /** The first `octets` of the file are final and may be read. */
  advance(octets: number): void;
  /** @returns the hashes that were asked for at the start */
  finish(sizeOctets: number): Promise<Result<Partial<FileHashes>, FileError>>;
  cancel(): Promise<void>;
  /**
   * Leaves the job where it is; the descriptor may be closed then. Not after `finish`.
   * @returns undefined where nothing is left of it
   */
  suspend(): Promise<SuspendedHash | undefined>;
}

/** What is hashed of a file so far. End it with `resume` or `drop`. */
export interface SuspendedHash {
  /** From the start of the file. */
  readonly octets: number;
  /** @returns undefined where the worker has died meanwhile */
  resume(fd: number): HashJob | undefined;
  drop(): void;
}

export interface HashOptions {
  readonly algorithms: readonly HashAlgorithm[];
  readonly onProgress?: ((octets: number) => void) | undefined;
}

interface RunningJob {
  readonly settle: (result: Result<Partial<FileHashes>, FileError>) => void;
  readonly onProgress: ((octets: number) => void) | undefined;
  isSuspended?: boolean;
  /** Octets; undefined where the job ended instead. */
  onSuspended?: ((octets: number | undefined) => void) | undefined;
}

/** Worker threads that hash. They start with the first job, and keep the process alive only while they have one. */
export class HashPool {
  readonly #workers: HashWorker[] = [];
  readonly #limit: number;

  constructor(limit = Math.max(1, Math.min(2, availableParallelism() - 1))) {
    this.#limit = limit;
  }

  /** @param fd stays open until the job has ended; read by position only */
  start(fd: number, options: HashOptions): HashJob {
    return this.#leastBusy().start(fd, options);
  }

  /** Ends the workers; jobs that run end with an error. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.close()));
  }

  #leastBusy(): HashWorker {
    const usable = this.#workers.filter((worker) => !worker.isGone);
    this.#workers.splice(0, this.#workers.length, ...usable);
    const [idlest] = usable.toSorted((a, b) => a.jobCount - b.jobCount);
    if (idlest !== undefined && (idlest.jobCount === 0 || usable.length >= this.#limit))
      return idlest;
    const fresh = new HashWorker();
    this.#workers.push(fresh);
    return fresh;
  }
}

class HashWorker {
  readonly #worker: Worker;
  readonly #jobs = new Map<number, RunningJob>();
  #nextJob = 1;
  #isGone = false;

  constructor() {
    this.#worker = new Worker(workerFile("hash", import.meta.url), { name: "hash", execArgv: [] });
    this.#worker.unref();
    // The reply is ours: both ends are built from hash-messages.ts.
    this.#worker.on("message", (reply: HashReply) => {
      this.#take(reply);
    });
    this.#worker.on("error", (cause) => {
      this.#lose(cause instanceof Error ? cause.message : "the hashing worker failed");
    });
    this.#worker.on("exit", () => {
      this.#lose("the hashing worker ended");
    });
  }

  /** Of those that are not suspended. */
  get jobCount(): number {
    let count = 0;
    for (const { isSuspended } of this.#jobs.values()) if (isSuspended !== true) count += 1;
    return count;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  start(fd: number, { algorithms, onProgress }: HashOptions): HashJob {
    const job = this.#nextJob;
    this.#nextJob += 1;
    const settled = new Promise<Result<Partial<FileHashes>, FileError>>((resolve) => {
      this.#jobs.set(job, { settle: resolve, onProgress });
    });
    this.#worker.ref();
    this.#post({ do: "start", job, fd, algorithms });
    return this.#handle(job, settled);
  }

  #handle(job: number, settled: Promise<Result<Partial<FileHashes>, FileError>>): HashJob {
    return {
      advance: (octets) => {
        this.#post({ do: "advance", job, octets });
      },
      finish: (sizeOctets) => {
        this.#post({ do: "finish", job, sizeOctets });
        return settled;
      },
      cancel: async () => {
        this.#post({ do: "cancel", job });
        await settled;
      },
      suspend: async () => {
        const octets = await this.#suspend(job);
        if (octets === undefined) return undefined;
        return {
          octets,
          resume: (fd) => (this.#continue(job, fd) ? this.#handle(job, settled) : undefined),
          drop: () => {
            this.#post({ do: "cancel", job });
          },
        };
      },
    };
  }

  #suspend(job: number): Promise<number | undefined> {
    const running = this.#jobs.get(job);
    if (running === undefined) return Promise.resolve(undefined);
    this.#post({ do: "suspend", job });
    return new Promise((resolve) => {
      running.onSuspended = resolve;
    });
  }

  #continue(job: number, fd: number): boolean {
    const suspended = this.#jobs.get(job);
    if (suspended === undefined) return false;
    suspended.isSuspended = false;
    this.#worker.ref();
    this.#post({ do: "continue", job, fd });
    return true;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #post(request: HashRequest): void {
    if (!this.#isGone) this.#worker.postMessage(request);
  }

  #take(reply: HashReply): void {
    const job = this.#jobs.get(reply.job);
    if (job === undefined) return;
    if (reply.say === "progress") {
      job.onProgress?.(reply.octets);
      return;
    }
    if (reply.say === "suspended") {
      job.isSuspended = true;
      job.onSuspended?.(reply.octets);
    } else {
      this.#jobs.delete(reply.job);
      job.onSuspended?.(undefined);
      job.settle(resultOf(reply));
    }
    if (this.jobCount === 0) this.#worker.unref();
  }

  #lose(message: string): void {
    this.#isGone = true;
    for (const job of this.#jobs.values()) {
      job.onSuspended?.(undefined);
      job.settle(err(fileError("io", undefined, message)));
    }
    this.#jobs.clear();
  }
}

function resultOf(
  reply: Exclude<HashReply, { readonly say: "progress" | "suspended" }>,
): Result<Partial<FileHashes>, FileError> {
  switch (reply.say) {
    case "done":
      return ok(reply.hashes);
    case "cancelled":
      return err(fileError("cancelled"));
    case "too-short":
      return err(fileError("changed"));
    case "failed":
      return err(fileError("io", undefined, reply.message));
  }
}
