import { createHash, type Hash } from "node:crypto";
import { readSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { FileHashes, HashAlgorithm } from "../base/files.ts";
import type { HashReply, HashRequest } from "./hash-messages.ts";

/**
 * The hashing worker: SHA-1, SHA-256 or both of several files at a time, each octet read once. It reads behind a writer by
 * position on the writer's own descriptor, so that a file is hashed almost as soon as its last octet is written.
 */

/** One turn of one job: long enough to be cheap, short enough to stay in the processor's cache between read and hash. */
const SLICE_OCTETS = 256 * 1024;
const PROGRESS_OCTETS = 16 * 1024 * 1024;

interface Job {
  fd: number;
  readonly hashes: readonly (readonly [HashAlgorithm, Hash])[];
  hashed: number;
  available: number;
  sizeOctets: number | undefined;
  reported: number;
}

/** Also the names in {@link FileHashes}. */
const OPENSSL_NAMES = { "sha-1": "sha1", "sha-256": "sha256" } as const;

const port = parentPort;
if (port === null) throw new Error("this file runs as a worker thread only");
const jobs = new Map<number, Job>();
const slice = Buffer.allocUnsafe(SLICE_OCTETS);
let isScheduled = false;

port.on("message", (request: HashRequest) => {
  take(request);
  schedule();
});

function reply(message: HashReply): void {
  port?.postMessage(message);
}

function take(request: HashRequest): void {
  if (request.do === "start") {
    jobs.set(request.job, {
      fd: request.fd,
      hashes: request.algorithms.map((name) => [name, createHash(OPENSSL_NAMES[name])]),
      hashed: 0,
      available: 0,
      sizeOctets: undefined,
      reported: 0,
    });
    return;
  }
  const job = jobs.get(request.job);
  // A job that failed is answered already; requests that were on their way are late.
  if (job === undefined) return;
  switch (request.do) {
    case "advance":
      job.available = Math.max(job.available, request.octets);
      return;
    case "finish":
      job.sizeOctets = request.sizeOctets;
      job.available = request.sizeOctets;
      return;
    case "suspend":
      job.available = job.hashed;
      reply({ say: "suspended", job: request.job, octets: job.hashed });
      return;
    case "continue":
      job.fd = request.fd;
      return;
    case "cancel":
      jobs.delete(request.job);
      reply({ say: "cancelled", job: request.job });
  }
}

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  setImmediate(turn);
}

function turn(): void {
  isScheduled = false;
  let isMore = false;
  for (const [id, job] of jobs) isMore = work(id, job) || isMore;
  if (isMore) schedule();
}

/** @returns whether the job can go on at once */
function work(id: number, job: Job): boolean {
  const wanted = Math.min(SLICE_OCTETS, job.available - job.hashed);
  if (wanted > 0) {
    const got = readSlice(id, job, wanted);
    if (got === 0) return false;
    const octets = slice.subarray(0, got);
    for (const [, hash] of job.hashes) hash.update(octets);
    job.hashed += got;
    if (job.hashed - job.reported >= PROGRESS_OCTETS) {
      job.reported = job.hashed;
      reply({ say: "progress", job: id, octets: job.hashed });
    }
  }
  if (job.hashed !== job.sizeOctets) return job.hashed < job.available;
  jobs.delete(id);
  reply({ say: "done", job: id, hashes: digestsOf(job) });
  return false;
}

function digestsOf({ hashes }: Job): Partial<FileHashes> {
  return Object.fromEntries(
    hashes.map(([name, hash]) => [OPENSSL_NAMES[name], hash.digest("hex")]),
  );
}

/** @returns 0 when the job ended here */
function readSlice(id: number, job: Job, wanted: number): number {
  let got = 0;
  try {
    got = readSync(job.fd, slice, 0, wanted, job.hashed);
  } catch (cause) {
    jobs.delete(id);
    reply({ say: "failed", job: id, message: cause instanceof Error ? cause.message : "read" });
    return 0;
  }
  if (got === 0) {
    jobs.delete(id);
    reply({ say: "too-short", job: id });
  }
  return got;
}
