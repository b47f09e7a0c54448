/** Members found by a group that each belongs to at most one of. */
export class GroupedSet<Member> {
  readonly #groups = new Map<string, Set<Member>>();
  readonly #groupOf = new Map<Member, string>();

  /** Puts a member into a group, out of the one it was in. */
  put(group: string, member: Member): void {
    if (this.#groupOf.get(member) === group) return;
    this.drop(member);
    const members = this.#groups.get(group);
    if (members === undefined) this.#groups.set(group, new Set([member]));
    else members.add(member);
    this.#groupOf.set(member, group);
  }

  /** The members of a group as they are now, in the order in which they came. */
  of(group: string): readonly Member[] {
    return [...(this.#groups.get(group) ?? [])];
  }

  drop(member: Member): void {
    const group = this.#groupOf.get(member);
    if (group === undefined) return;
    this.#groupOf.delete(member);
    const members = this.#groups.get(group);
    members?.delete(member);
    if (members?.size === 0) this.#groups.delete(group);
  }

  clear(): void {
    this.#groups.clear();
    this.#groupOf.clear();
  }
}
