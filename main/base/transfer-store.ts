import type { Result } from "./result.ts";

/** Ends of an offer, as the `transfer` event of the command line names them, and the states before the end. */
export type OfferState =
  | "offered"
  | "ringing"
  | "transferring"
  | "verified"
  | "confirmed"
  | "partly"
  | "failed"
  | "interrupted"
  | "declined"
  | "noanswer"
  | "cancelled"
  | "missed"
  | "elsewhere";

export type FileState =
  | "offered"
  | "declined"
  | "transferring"
  | "complete"
  | "failed"
  | "interrupted"
  | "cancelled";

/** One file of an offer and what became of it. */
export interface HistoryFile {
  /** Its m= line, 0-based. */
  readonly index: number;
  readonly name: string;
  readonly type?: string;
  readonly sizeOctets: number;
  readonly transferId?: string;
  readonly sha1?: string;
  readonly sha256?: string;
  readonly state: FileState;
  /** Octets sent or received so far. */
  readonly octets: number;
  /** Where it lies: the file sent, or the file published after reception. */
  readonly path?: string;
  readonly isVerified?: boolean;
}

/** One offer (one INVITE, or several with the same card) as the history keeps it. Saving replaces the whole entry. */
export interface HistoryEntry {
  readonly id: string;
  readonly direction: "outgoing" | "incoming";
  /** SIP URI of the other side. */
  readonly peer: string;
  readonly peerName?: string;
  readonly conversationId: string;
  readonly contributionId: string;
  /** Wall-clock milliseconds since 1970. */
  readonly startedMs: number;
  readonly endedMs?: number;
  readonly state: OfferState;
  /** SIP status that ended it, where one did. */
  readonly status?: number;
  readonly reason?: string;
  /**
   * Outgoing: the device of the other side that has taken files, by its `+sip.instance`; absent where that is not known,
   * or where several have.
   */
  readonly takenBy?: string;
  readonly files: readonly HistoryFile[];
}

export interface HistoryFilter {
  readonly direction?: "outgoing" | "incoming";
  readonly peer?: string;
  readonly states?: readonly OfferState[];
  /** Part of the peer's URI or name or of a file's name, without regard to ASCII case. */
  readonly text?: string;
  /** Only entries that started before this time: the key to the next page. */
  readonly beforeMs?: number;
  /** 1 to 1000; 100 when absent. */
  readonly limit?: number;
}

/** A device of the user, learned from the registration. */
export interface DeviceRecord {
  /** `+sip.instance` without its brackets. */
  readonly instanceId: string;
  readonly name: string;
  readonly aor: string;
  readonly lastSeenMs: number;
}

export interface StoreError {
  readonly kind: "store-error" | "store-corrupt" | "store-newer" | "store-locked";
  readonly message: string;
}

/**
 * What must survive. Every call that returns ok has reached the disk, so an action that is claimed afterwards is
 * never forgotten.
 */
export interface TransferStore {
  save(entry: HistoryEntry): Result<void, StoreError>;
  get(id: string): Result<HistoryEntry | undefined, StoreError>;
  /** Newest first. */
  list(filter?: HistoryFilter): Result<readonly HistoryEntry[], StoreError>;
  remove(id: string): Result<void, StoreError>;
  /** Marks what an earlier process left running as interrupted; call once at start. Returns how many. */
  interruptUnfinished(atMs: number): Result<number, StoreError>;
  saveDevice(device: DeviceRecord): Result<void, StoreError>;
  devices(aor: string): Result<readonly DeviceRecord[], StoreError>;
  setting(name: string): Result<string | undefined, StoreError>;
  putSetting(name: string, value: string): Result<void, StoreError>;
  close(): void;
}
