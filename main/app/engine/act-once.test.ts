import { describe, expect, it } from "vitest";
import { ActOnce } from "./act-once.ts";

describe("reliability §5.3: commands carry ids", () => {
  function counter(): () => Promise<number> {
    let count = 0;
    return () => {
      count += 1;
      return Promise.resolve(count);
    };
  }

  it("a repeated one MUST act once and get the same answer", async () => {
    const once = new ActOnce();
    const work = counter();
    const command = { name: "offer.send", id: "a" };
    const answers = [once.run(command, work), once.run(command, work)];
    expect(await Promise.all(answers)).toEqual([1, 1]);
    expect(await once.run(command, work)).toBe(1);
  });

  it("others act each time: another id, another command, none", async () => {
    const once = new ActOnce();
    const work = counter();
    await once.run({ name: "offer.send", id: "a" }, work);
    expect(await once.run({ name: "offer.send", id: "b" }, work)).toBe(2);
    expect(await once.run({ name: "card.retry", id: "a" }, work)).toBe(3);
    expect(await once.run({ name: "card.retry", id: undefined }, work)).toBe(4);
    expect(await once.run({ name: "card.retry", id: undefined }, work)).toBe(5);
  });

  it("remembers so many and no more", async () => {
    const once = new ActOnce();
    const work = counter();
    for (let count = 0; count <= 200; count += 1)
      await once.run({ name: "offer.send", id: String(count) }, work);
    expect(await once.run({ name: "offer.send", id: "1" }, work)).toBe(2);
    expect(await once.run({ name: "offer.send", id: "0" }, work)).toBe(202);
  });
});
