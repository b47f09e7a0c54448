import { describe, expect, it } from "vitest";
import { readPlace, writePlace } from "./navigation.ts";

describe("the window's place in its hash", () => {
  it("comes back as it was written", () => {
    const place = { page: "history", params: { peer: "sip:bob@b.example", q: "a&b=c" } } as const;
    expect(readPlace(writePlace(place))).toEqual(place);
  });

  it.each(["", "#", "#/", "#/nothing", "#/../x"])("%j is the list of transfers", (hash) => {
    expect(readPlace(hash)).toEqual({ page: "transfers", params: {} });
  });
});
