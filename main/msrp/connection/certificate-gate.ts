import type { MsrpConnection } from "./connection.ts";

/** Of a session that waits for its peer: what the gate has seen since tells why nobody came. */
export interface Awaited {
  /** Somebody connected whose certificate no session was told of, or who spoke without TLS. */
  readonly hasSeenStranger: boolean;
  end(): void;
}

/**
 * Stands before the connections that others open to us over TLS. Not an octet of one is read before a session expects its
 * certificate (RFC 8122 §5: the fingerprint is compared before the connection is used). A peer may be faster than the
 * answer that brings its fingerprint; its connection waits then, and is given up with those that show no request.
 */
export class CertificateGate {
  /** How many sessions expect a certificate. */
  readonly #expected = new Map<string, number>();
  readonly #waiting = new Map<string, Set<MsrpConnection>>();
  #strangers = 0;

  /**
   * Who shows another certificate than any session expects, or none, waits unread like one who came too early: the session
   * that it came for says why to both sides, while its mere end would look like a bad network.
   * @returns false: it showed none, and no session waits that could tell of it
   */
  admit(connection: MsrpConnection): boolean {
    const { peerFingerprint } = connection;
    if (peerFingerprint !== undefined && this.#expected.has(peerFingerprint)) {
      connection.start();
      return true;
    }
    this.noteStranger();
    if (peerFingerprint === undefined) return this.#expected.size > 0;
    const waiting = this.#waiting.get(peerFingerprint);
    if (waiting === undefined) this.#waiting.set(peerFingerprint, new Set([connection]));
    else waiting.add(connection);
    return true;
  }

  /** Somebody tried to reach a session otherwise than agreed. */
  noteStranger(): void {
    this.#strangers += 1;
  }

  /** A session waits for a peer with one of these certificates; whoever came before is read now. */
  expect(fingerprints: readonly string[]): Awaited {
    for (const one of fingerprints) {
      this.#expected.set(one, (this.#expected.get(one) ?? 0) + 1);
      this.#release(one);
    }
    const before = this.#strangers;
    const isMore = (): boolean => this.#strangers > before;
    let isEnded = false;
    return {
      get hasSeenStranger() {
        return isMore();
      },
      end: () => {
        if (isEnded) return;
        isEnded = true;
        for (const one of fingerprints) this.#forgetOne(one);
      },
    };
  }

  forget(connection: MsrpConnection): void {
    const { peerFingerprint } = connection;
    if (peerFingerprint === undefined) return;
    const waiting = this.#waiting.get(peerFingerprint);
    if (waiting?.delete(connection) === true && waiting.size === 0)
      this.#waiting.delete(peerFingerprint);
  }

  #release(fingerprint: string): void {
    const waiting = this.#waiting.get(fingerprint);
    this.#waiting.delete(fingerprint);
    for (const connection of waiting ?? []) {
      // Not before the caller has the session in hand: its receiver is called from here.
      queueMicrotask(() => {
        connection.start();
      });
    }
  }

  #forgetOne(fingerprint: string): void {
    const left = (this.#expected.get(fingerprint) ?? 0) - 1;
    if (left > 0) this.#expected.set(fingerprint, left);
    else this.#expected.delete(fingerprint);
  }
}
