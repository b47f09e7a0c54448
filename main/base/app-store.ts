import type { CardFileState, CardProblem, CardState } from "../../shared/model/card.ts";
import type { Result } from "./result.ts";
import type { HistoryEntry, StoreError, TransferStore } from "./transfer-store.ts";

/** What a card shows beyond what the history of its offer says. */
export interface CardDetails {
  /** Of the offer; its history entry must be saved before. */
  readonly id: string;
  readonly state: CardState;
  readonly text?: string;
  readonly folder?: string;
  readonly device?: string;
  /** When the other user is known to have opened what was sent; wall-clock milliseconds. */
  readonly seenMs?: number;
  readonly isLostRace?: boolean;
  readonly isSilenced?: boolean;
  readonly isAutoAccepted?: boolean;
  readonly isDismissed?: boolean;
  readonly group?: string;
  /** What the sender announced, where that is more than the offer listed. */
  readonly series?: { readonly files: number; readonly octets: number };
  readonly problem?: CardProblem;
  readonly files: readonly CardFileDetails[];
}

export interface CardFileDetails {
  readonly index: number;
  readonly state: CardFileState;
  readonly octets: number;
  readonly path?: string;
  /** `sha-1:` or `sha-256:` and hexadecimal digits. */
  readonly hash?: string;
  readonly offeredHash?: string;
  readonly reason?: string;
}

export interface StoredCard {
  readonly entry: HistoryEntry;
  /** Absent for offers made without windows, on the command line. */
  readonly details?: CardDetails;
}

export interface CardFilter {
  readonly direction?: "outgoing" | "incoming";
  readonly peer?: string;
  readonly states?: readonly string[];
  /** Part of the person's address or name, of a file's name or hash, or of the text that went with the files. */
  readonly text?: string;
  readonly sinceMs?: number;
  /** Name of the device that took it. */
  readonly device?: string;
  /** Only cards that were put away, or only those that were not. */
  readonly isDismissed?: boolean;
  /** The last card of the page before. */
  readonly before?: { readonly startedMs: number; readonly id: string };
  readonly limit: number;
}

export interface CardStore {
  /** Replaces all details of the card. */
  save(details: CardDetails): Result<void, StoreError>;
  get(id: string): Result<StoredCard | undefined, StoreError>;
  /** Newest first, by start and id. */
  list(filter: CardFilter): Result<readonly StoredCard[], StoreError>;
  /** Removes the offers with everything that is known of them. */
  forget(ids: readonly string[]): Result<void, StoreError>;
  /** Removes ended offers that began before this time; all ended ones without it. Gives their ids. */
  forgetEnded(beforeMs?: number): Result<readonly string[], StoreError>;
}

export interface StoredPerson {
  readonly aor: string;
  readonly name: string;
  readonly isMe: boolean;
  readonly isBlocked: boolean;
  readonly autoAcceptOctets?: number;
  /** Wall-clock milliseconds of the last offer in either direction. */
  readonly lastMs?: number;
}

export interface PeopleStore {
  list(): Result<readonly StoredPerson[], StoreError>;
  /** @param was the address this person had, where it changes; both happen or nothing */
  save(person: StoredPerson, was?: string): Result<void, StoreError>;
  remove(aor: string): Result<void, StoreError>;
}

/** A command of a window that was carried out. */
export interface DoneCommand {
  readonly name: string;
  /** Made by whoever gave it. */
  readonly id: string;
  /** JSON. */
  readonly answer: string;
  /** Wall-clock milliseconds. */
  readonly atMs: number;
}

/** The last 500 commands of a week. */
export interface CommandStore {
  /** Of one that was carried out. */
  answer(
    command: Pick<DoneCommand, "name" | "id">,
    nowMs: number,
  ): Result<string | undefined, StoreError>;
  save(command: DoneCommand): Result<void, StoreError>;
}

/** Everything that an application with windows keeps. */
export interface AppStore extends TransferStore {
  readonly cards: CardStore;
  readonly people: PeopleStore;
  readonly commands: CommandStore;
  /** Where an unreadable earlier store was moved to. */
  readonly setAside?: string;
  removeSetting(name: string): Result<void, StoreError>;
}
