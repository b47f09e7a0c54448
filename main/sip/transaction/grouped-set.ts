/** What can be found by its group. */
export interface GroupMember {
  /** Both are the set's to write. */
  group: string | undefined;
  place: number;
}

/**
 * Members found by a group that each belongs to at most one of, in the order in which they came. Most groups have one member:
 * those cost no map. How many a group has is for others to say, so nothing here but `of` looks at all of them.
 */
export class GroupedSet<Member extends GroupMember> {
  /** By place, where there are several. */
  readonly #groups = new Map<string, Member | Map<number, Member>>();
  #places = 0;

  /** Puts a member into a group, out of the one it was in. */
  put(group: string, member: Member): void {
    if (member.group === group) return;
    this.drop(member);
    this.#places += 1;
    member.group = group;
    member.place = this.#places;
    const members = this.#groups.get(group);
    if (members === undefined) this.#groups.set(group, member);
    else if (members instanceof Map) members.set(member.place, member);
    else {
      const both = [members, member].map((one) => [one.place, one] as const);
      this.#groups.set(group, new Map(both));
    }
  }

  /** Puts another in the place of a member; order is kept. */
  replace(member: Member, by: Member): void {
    const { group, place } = member;
    if (group === undefined) return;
    const members = this.#groups.get(group);
    if (members instanceof Map) members.set(place, by);
    else this.#groups.set(group, by);
    member.group = undefined;
    by.group = group;
    by.place = place;
  }

  /** The members of a group as they are now, in the order in which they came. */
  of(group: string): readonly Member[] {
    const members = this.#groups.get(group);
    if (members === undefined) return [];
    return members instanceof Map ? [...members.values()] : [members];
  }

  /** Of those the one that came first. */
  first(group: string): Member | undefined {
    const members = this.#groups.get(group);
    return members instanceof Map ? members.values().next().value : members;
  }

  drop(member: Member): void {
    const { group, place } = member;
    if (group === undefined) return;
    member.group = undefined;
    const members = this.#groups.get(group);
    if (members instanceof Map) {
      members.delete(place);
      if (members.size > 0) return;
    }
    this.#groups.delete(group);
  }

  clear(): void {
    this.#groups.clear();
  }
}
