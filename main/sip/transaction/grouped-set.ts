/** Members found by a group that each belongs to at most one of. Most groups have one member: those cost no set. */
export class GroupedSet<Member extends object> {
  readonly #groups = new Map<string, Member | Set<Member>>();
  readonly #groupOf = new Map<Member, string>();

  /** Puts a member into a group, out of the one it was in. */
  put(group: string, member: Member): void {
    if (this.#groupOf.get(member) === group) return;
    this.drop(member);
    const members = this.#groups.get(group);
    if (members === undefined) this.#groups.set(group, member);
    else if (members instanceof Set) members.add(member);
    else this.#groups.set(group, new Set([members, member]));
    this.#groupOf.set(member, group);
  }

  /** The members of a group as they are now, in the order in which they came. */
  of(group: string): readonly Member[] {
    const members = this.#groups.get(group);
    if (members === undefined) return [];
    return members instanceof Set ? [...members] : [members];
  }

  drop(member: Member): void {
    const group = this.#groupOf.get(member);
    if (group === undefined) return;
    this.#groupOf.delete(member);
    const members = this.#groups.get(group);
    if (members instanceof Set) {
      members.delete(member);
      if (members.size > 0) return;
    }
    this.#groups.delete(group);
  }

  clear(): void {
    this.#groups.clear();
    this.#groupOf.clear();
  }
}
