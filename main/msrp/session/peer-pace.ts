const KIB = 1024;

/** Chunk sizes to fall to when a peer refuses larger ones: a common relay takes 8 KiB, RFC 4975 §7.1.1 vouches for 2. */
const FALLBACK_OCTETS: readonly number[] = [8 * KIB, 2 * KIB];
const FIRST_CHUNK_OCTETS = 64 * KIB;
/** Time alone makes no chunk shorter than this. */
export const LEAST_OCTETS = 8 * KIB;
export const LARGEST_CHUNK_OCTETS = 1024 * KIB;
const FIRST_WINDOW_OCTETS = 64 * KIB;
export const LARGEST_WINDOW_OCTETS = 8192 * KIB;
/** Enough for chunks of 2 KiB to keep both ends busy; of long chunks the octets are the limit. */
const LARGEST_WINDOW_CHUNKS = 256;
/** Relays answer each hop by itself and close what overruns them: a common one fails above 11 KiB and with 32 at once. */
const RELAY_WINDOW_CHUNKS = 4;
/** 200s in a row after which chunks grow. */
const GROW_AFTER = 2;

/**
 * How much we send to one peer at a time. Starts with one chunk, so that a refusal costs one; grows with each 200;
 * falls to small chunks, one at a time, when the peer cannot take more, and stays there for the life of the sessions.
 */
export class PeerPace {
  readonly #largestChunkOctets: number;
  #chunkOctets: number;
  #windowOctets = FIRST_WINDOW_OCTETS;
  #windowChunks = 1;
  #accepted = 0;
  #largestAccepted = 0;
  #largestWindowChunks = LARGEST_WINDOW_CHUNKS;
  #isLimited = false;

  /** @param isRelay the next hop is a relay of RFC 4976: small from the start, and it stays so */
  constructor(largestChunkOctets = LARGEST_CHUNK_OCTETS, isRelay = false) {
    this.#largestChunkOctets = largestChunkOctets;
    this.#chunkOctets = Math.min(FIRST_CHUNK_OCTETS, largestChunkOctets);
    if (!isRelay) return;
    this.#isLimited = true;
    this.#chunkOctets = Math.min(8 * KIB, largestChunkOctets);
    this.#windowChunks = RELAY_WINDOW_CHUNKS;
    this.#windowOctets = RELAY_WINDOW_CHUNKS * this.#chunkOctets;
  }

  /** Octets of body after which a chunk ends. */
  get chunkOctets(): number {
    return this.#chunkOctets;
  }

  /** Octets that may be without an answer. A chunk may always go when none is. */
  get windowOctets(): number {
    return this.#windowOctets;
  }

  get windowChunks(): number {
    return this.#windowChunks;
  }

  /** Refusals or silence have made it fall. */
  get isLimited(): boolean {
    return this.#isLimited || this.#largestWindowChunks === 1;
  }

  /** Chunks as long as the next ones have been taken: nobody needs to keep their octets for another try. */
  get isProven(): boolean {
    return this.#chunkOctets <= this.#largestAccepted;
  }

  /** The peer answered 200 to a chunk of this length. */
  onAccepted(octets: number): void {
    this.#largestAccepted = Math.max(this.#largestAccepted, octets);
    this.#accepted += 1;
    if (this.#isLimited) return;
    this.#windowChunks = Math.min(this.#largestWindowChunks, this.#windowChunks * 2);
    this.#windowOctets = Math.min(LARGEST_WINDOW_OCTETS, this.#windowOctets * 2);
    if (this.#accepted < GROW_AFTER || octets < this.#chunkOctets) return;
    this.#accepted = 0;
    this.#chunkOctets = Math.min(this.#largestChunkOctets, this.#chunkOctets * 2);
  }

  /** No answer came. Some programs hang when a chunk comes before they have answered the one before. */
  onSilence(unansweredChunks: number): void {
    // Too long for how slow it is, perhaps.
    const half = Math.max(LEAST_OCTETS, Math.min(FIRST_CHUNK_OCTETS, this.#chunkOctets / 2));
    this.#chunkOctets = Math.min(this.#chunkOctets, half);
    if (unansweredChunks < 2) return;
    this.#largestWindowChunks = 1;
    this.#windowChunks = 1;
  }

  /**
   * The peer refused a chunk of this length with a status that does not forbid another try, or closed in the middle
   * of it.
   * @returns false when smaller chunks cannot be the remedy
   */
  fallBack(refusedOctets: number): boolean {
    const smaller = FALLBACK_OCTETS.find((octets) => octets < refusedOctets);
    if (smaller === undefined || refusedOctets <= this.#largestAccepted) return false;
    this.#isLimited = true;
    this.#chunkOctets = Math.min(this.#chunkOctets, smaller);
    this.#windowChunks = 1;
    this.#windowOctets = this.#chunkOctets;
    return true;
  }
}

/** Statuses after which the same octets may be tried again in smaller chunks; the others are final (RFC 4975 §10). */
export function allowsRetry(status: number): boolean {
  return status === 400 || status >= 500;
}
