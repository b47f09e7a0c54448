import { describe, expect, it } from "vitest";

describe("the runtime of the tests", () => {
  it("is the Node that package.json pins, not the one of the machine", () => {
    expect(process.versions.node.split(".")[0]).toBe("24");
  });
});
