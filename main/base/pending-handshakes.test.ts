import { describe, expect, it } from "vitest";
import { PendingHandshakes } from "./pending-handshakes.ts";

function fill(limit: number, hosts: string) {
  const pending = new PendingHandshakes(limit);
  const dropped: string[] = [];
  for (const [port, host] of hosts.split(" ").entries()) {
    pending.add({ host, port }, () => {
      dropped.push(`${host}${String(port)}`);
    });
  }
  return { pending, dropped };
}

describe("handshakes that nobody finishes", () => {
  it("MUST be dropped beyond the limit, the oldest of whoever has most", () => {
    expect(fill(4, "a b a a a a").dropped).toEqual(["a0", "a2"]);
    expect(fill(2, "a b c").dropped).toEqual(["a0"]);
  });

  it("MUST not count once they are finished", () => {
    const { pending, dropped } = fill(2, "a b");
    pending.remove({ host: "a", port: 0 });
    pending.add({ host: "c", port: 9 }, () => undefined);
    expect([pending.size, dropped]).toEqual([2, []]);
  });

  it("MUST all go with their listener", () => {
    const { pending, dropped } = fill(5, "a b c");
    pending.dropAll();
    expect([pending.size, dropped]).toEqual([0, ["a0", "b1", "c2"]]);
  });
});
