import { describe, expect, it } from "vitest";
import { GroupedSet, type GroupMember } from "./grouped-set.ts";

class Member implements GroupMember {
  group: string | undefined = undefined;
  place = 0;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

function membersOf(count: number): readonly Member[] {
  return Array.from({ length: count }, (_, at) => new Member(String(at)));
}

describe("RFC 3261 §8.2.2.2 requests that count as the same one", () => {
  it("keep their order when others take their places", () => {
    const set = new GroupedSet<Member>();
    const [a, b, c] = membersOf(3) as [Member, Member, Member];
    for (const one of [a, b, c]) set.put("g", one);
    const other = new Member("other");
    set.replace(a, other);
    expect(set.of("g").map(({ name }) => name)).toEqual(["other", "1", "2"]);
    expect([set.first("g"), a.group]).toEqual([other, undefined]);
    set.drop(other);
    expect(set.first("g")).toBe(b);
    for (const one of [b, c]) set.drop(one);
    expect([set.first("g"), set.of("g")]).toEqual([undefined, []]);
  });

  it("cost the same each, however many somebody sends", () => {
    const set = new GroupedSet<Member>();
    const members = membersOf(60_000);
    for (const one of members) {
      set.put("g", one);
      set.replace(one, new Member(`answered ${one.name}`));
      expect(set.first("g")?.name === "answered 0").toBe(true);
    }
    expect(set.of("g")).toHaveLength(60_000);
  });
});
