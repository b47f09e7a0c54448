/** What can be found by its group. */
export interface GroupMember {
  /** The set's to write. */
  group: string | undefined;
}

/** Members found by a group that each belongs to at most one of. Most groups have one member: those cost no set. */
export class GroupedSet<Member extends GroupMember> {
  readonly #groups = new Map<string, Member | Set<Member>>();

  /** Puts a member into a group, out of the one it was in. */
  put(group: string, member: Member): void {
    if (member.group === group) return;
    this.drop(member);
    const members = this.#groups.get(group);
    if (members === undefined) this.#groups.set(group, member);
    else if (members instanceof Set) members.add(member);
    else this.#groups.set(group, new Set([members, member]));
    member.group = group;
  }

  /** Puts another in the place of a member; order is kept. */
  replace(member: Member, by: Member): void {
    const { group } = member;
    if (group === undefined) return;
    const members = this.#groups.get(group);
    const all =
      members instanceof Set ? [...members].map((one) => (one === member ? by : one)) : [];
    this.#groups.set(group, members instanceof Set ? new Set(all) : by);
    member.group = undefined;
    by.group = group;
  }

  /** The members of a group as they are now, in the order in which they came. */
  of(group: string): readonly Member[] {
    const members = this.#groups.get(group);
    if (members === undefined) return [];
    return members instanceof Set ? [...members] : [members];
  }

  drop(member: Member): void {
    const { group } = member;
    if (group === undefined) return;
    member.group = undefined;
    const members = this.#groups.get(group);
    if (members instanceof Set) {
      members.delete(member);
      if (members.size > 0) return;
    }
    this.#groups.delete(group);
  }

  clear(): void {
    this.#groups.clear();
  }
}
