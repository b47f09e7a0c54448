import { readAddress } from "../../../shared/format/address.ts";
import type { RequestFailure } from "../../../shared/ipc/contract.ts";
import type { Person } from "../../../shared/model/app-state.ts";
import type { AppStore, StoredPerson } from "../../base/app-store.ts";
import type { Clock, Log } from "../../base/ports.ts";
import type { Result } from "../../base/result.ts";
import {
  afterOffer,
  findPerson,
  isSamePerson,
  nameOf,
  peopleOf,
  safeName,
  shownPerson,
  storedPerson,
} from "../model/people.ts";
import { DONE, failure, gone } from "./answers.ts";
import type { StateDesk } from "./state-desk.ts";

export interface PeopleDeskParts {
  readonly store: AppStore;
  readonly state: StateDesk;
  readonly clock: Clock;
  readonly log: Log;
  /** Address of the user. */
  readonly ownAor: () => string | undefined;
  /** Cards may have to call somebody by another name. */
  readonly onChanged: () => void;
}

/** The people whom the user knows: learned from offers, named, trusted and blocked by the user. */
export class PeopleDesk {
  readonly #parts: PeopleDeskParts;
  #people: readonly StoredPerson[] = [];

  constructor(parts: PeopleDeskParts) {
    this.#parts = parts;
    this.#read();
  }

  find(uri: string): Person | undefined {
    return findPerson(this.shown(), uri);
  }

  nameOf(uri: string, displayName?: string): string {
    return nameOf(this.#people.map(shownPerson), uri, displayName);
  }

  isBlocked(uri: string): boolean {
    return findPerson(this.#people, uri)?.isBlocked === true;
  }

  isMe(uri: string): boolean {
    return this.find(uri)?.isMe === true;
  }

  /** Everybody, with the user's own address in front. */
  shown(): readonly Person[] {
    return peopleOf(this.#people, this.#parts.ownAor());
  }

  show(): void {
    this.#parts.state.change({ people: this.shown() });
  }

  /** Remembers who offers, or is offered, something. */
  learn(uri: string, displayName: string | undefined): void {
    const own = this.#parts.ownAor();
    if (own !== undefined && isSamePerson(uri, own)) return;
    const known = findPerson(this.#people, uri);
    const atMs = this.#parts.clock.wallMs();
    this.#put(
      afterOffer(known, { uri, atMs, ...(displayName === undefined ? {} : { displayName }) }),
    );
  }

  block(uri: string): void {
    const atMs = this.#parts.clock.wallMs();
    this.#put({ ...afterOffer(findPerson(this.#people, uri), { uri, atMs }), isBlocked: true });
  }

  save(person: Person, was: string | undefined): Result<null, RequestFailure> {
    const aor = readAddress(person.aor, this.#ownDomain());
    if (aor === undefined)
      return failure(
        "badAddress",
        `${person.aor} is no address of a person.`,
        "Write NAME@DOMAIN.",
      );
    const before = findPerson(this.#people, was ?? aor);
    const obstacle = this.#obstacle(aor, was, before);
    if (obstacle !== undefined) return obstacle;
    const name = safeName(person.name);
    const lastMs = before?.lastMs ?? person.lastMs;
    const next: StoredPerson = {
      ...storedPerson(person),
      ...{ aor, name: name === "" ? nameOf([], aor, undefined) : name },
      ...(lastMs === undefined ? {} : { lastMs }),
    };
    return this.#put(next, before?.aor) ? DONE : notStored();
  }

  /** @param was the address the person had, where it changes */
  #obstacle(
    aor: string,
    was: string | undefined,
    before: StoredPerson | undefined,
  ): Result<null, RequestFailure> | undefined {
    const own = this.#parts.ownAor();
    if (own !== undefined && isSamePerson(aor, own))
      return failure("badAddress", "This is your own address.", "Your devices are listed already.");
    if (was === undefined) return undefined;
    if (before === undefined) return gone("This person");
    const isTaken = !isSamePerson(aor, was) && findPerson(this.#people, aor) !== undefined;
    return isTaken
      ? failure("badAddress", `${aor} is in the list already.`, "Change that person instead.")
      : undefined;
  }

  remove(aor: string): Result<null, RequestFailure> {
    const person = findPerson(this.#people, aor);
    if (person === undefined) return gone("This person");
    const removed = this.#parts.store.people.remove(person.aor);
    if (!removed.ok) return notStored();
    this.#read();
    this.#tell();
    return DONE;
  }

  #put(person: StoredPerson, was?: string): boolean {
    const saved = this.#parts.store.people.save(person, was);
    if (!saved.ok) {
      this.#parts.log.write("error", "a person could not be kept", { why: saved.error.message });
      return false;
    }
    this.#read();
    this.#tell();
    return true;
  }

  #read(): void {
    const people = this.#parts.store.people.list();
    if (people.ok) this.#people = people.value;
    else this.#parts.log.write("error", "people could not be read", { why: people.error.message });
  }

  #tell(): void {
    this.show();
    this.#parts.onChanged();
  }

  #ownDomain(): string | undefined {
    const own = this.#parts.ownAor();
    return own?.slice(own.lastIndexOf("@") + 1);
  }
}

function notStored(): Result<null, RequestFailure> {
  return failure(
    "storage",
    "The change could not be stored.",
    "Look at the free space of the disk.",
  );
}
