import { readAddress } from "../../../shared/format/address.ts";
import { formatAddress, formatPerson } from "../../../shared/format/person.ts";
import type { RequestArguments } from "../../../shared/ipc/contract.ts";
import type { Person } from "../../../shared/model/app-state.ts";

/** Largest offers that a rule may take, in octets. */
export const AUTO_LIMITS = [
  1_000_000, 10_000_000, 50_000_000, 100_000_000, 500_000_000, 1_000_000_000, 10_000_000_000,
] as const;

export interface PersonForm {
  readonly name: string;
  readonly address: string;
  readonly isMe: boolean;
  readonly isBlocked: boolean;
  readonly takesWithoutAsking: boolean;
  /** Octets. */
  readonly limit: number;
}

export const EMPTY_PERSON: PersonForm = {
  name: "",
  address: "",
  isMe: false,
  isBlocked: false,
  takesWithoutAsking: false,
  limit: 50_000_000,
};

export function formOf(person: Person): PersonForm {
  return {
    name: person.name,
    address: formatAddress(person.aor),
    isMe: person.isMe,
    isBlocked: person.isBlocked,
    takesWithoutAsking: person.autoAccept !== undefined,
    limit: person.autoAccept?.maxSizeOctets ?? EMPTY_PERSON.limit,
  };
}

export type AddressProblem =
  | { readonly name: "wrong" }
  | { readonly name: "taken"; readonly by: string };

interface Known {
  readonly people: readonly Person[];
  readonly domain: string | undefined;
  /** Address of the person that is edited. */
  readonly was: string | undefined;
}

export function addressProblem(form: PersonForm, known: Known): AddressProblem | undefined {
  const aor = readAddress(form.address, known.domain);
  if (aor === undefined) return { name: "wrong" };
  const other = known.people.find((person) => person.aor === aor && aor !== known.was);
  return other === undefined ? undefined : { name: "taken", by: other.name };
}

/** The request for a form without a problem. */
export function savePersonArguments(
  form: PersonForm,
  { domain, was }: Omit<Known, "people">,
): RequestArguments<"people.save"> {
  const aor = readAddress(form.address, domain) ?? form.address;
  const name = form.name.trim();
  return {
    person: {
      aor,
      name: name === "" ? formatPerson(aor) : name,
      isMe: form.isMe,
      isBlocked: form.isBlocked,
      // A person who is blocked offers nothing that could be taken.
      ...(form.takesWithoutAsking && !form.isBlocked
        ? { autoAccept: { maxSizeOctets: form.limit } }
        : {}),
    },
    ...(was === undefined || was === aor ? {} : { was }),
  };
}

/** As `people.save` wants a person: nothing but what its user decides. */
export function savable(person: Person): RequestArguments<"people.save">["person"] {
  const { aor, name, isMe, isBlocked, autoAccept } = person;
  return {
    aor,
    name,
    isMe,
    isBlocked,
    ...(autoAccept === undefined ? {} : { autoAccept: { ...autoAccept } }),
  };
}

/** Those first with whom there was an offer lately, blocked ones last. */
export function sortPeople(people: readonly Person[]): readonly Person[] {
  return people.toSorted(
    (a, b) =>
      Number(a.isBlocked) - Number(b.isBlocked) ||
      (b.lastMs ?? 0) - (a.lastMs ?? 0) ||
      a.name.localeCompare(b.name),
  );
}

export function findPeople(people: readonly Person[], text: string): readonly Person[] {
  const query = text.trim().toLowerCase();
  if (query === "") return people;
  return people.filter(
    ({ name, aor }) =>
      name.toLowerCase().includes(query) || formatAddress(aor).toLowerCase().includes(query),
  );
}
