import { readAddress } from "../../../shared/format/address.ts";
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
import { said } from "../words/phrase.ts";
import type { CurrentWords } from "../words/words.ts";
import { DONE, type Failure, failure, gone } from "./answers.ts";
import type { StateDesk } from "./state-desk.ts";

export interface PeopleDeskParts {
  readonly store: AppStore;
  readonly state: StateDesk;
  readonly clock: Clock;
  readonly log: Log;
  readonly words: CurrentWords;
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
    const { ownAor, words } = this.#parts;
    return peopleOf(this.#people, ownAor(), words().say(said("account.ownDevices")));
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

  save(person: Person, was: string | undefined): Result<null, Failure> {
    const aor = readAddress(person.aor, this.#ownDomain());
    if (aor === undefined)
      return failure(
        "badAddress",
        said("failures.badAddress", { text: person.aor }),
        said("actions.writeAddress"),
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
  ): Result<null, Failure> | undefined {
    const own = this.#parts.ownAor();
    if (own !== undefined && isSamePerson(aor, own))
      return failure("badAddress", said("failures.ownAddress"), said("actions.devicesListed"));
    if (was === undefined) return undefined;
    if (before === undefined) return gone("person");
    const isTaken = !isSamePerson(aor, was) && findPerson(this.#people, aor) !== undefined;
    return isTaken
      ? failure(
          "badAddress",
          said("failures.addressTaken", { address: aor }),
          said("actions.changeOther"),
        )
      : undefined;
  }

  remove(aor: string): Result<null, Failure> {
    const person = findPerson(this.#people, aor);
    if (person === undefined) return gone("person");
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

function notStored(): Result<null, Failure> {
  return failure("storage", said("failures.notStored"), said("actions.freeSpace"));
}
