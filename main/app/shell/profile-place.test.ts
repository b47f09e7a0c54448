import { describe, expect, it } from "vitest";
import { instanceCode, profilePlace } from "./profile-place.ts";

const DATA = "/home/bob/.config";
const HOME = "/home/bob/.config/CPM Courier/profiles";

describe("where a profile lies", () => {
  it("is among the user's profiles for a name, and for none", () => {
    expect(profilePlace("bob-b2", DATA, "/")).toEqual({
      name: "bob-b2",
      folder: `${HOME}/bob-b2`,
      home: HOME,
    });
    expect(profilePlace(undefined, DATA, "/").folder).toBe(`${HOME}/default`);
  });

  it("is the folder itself where a path is given", () => {
    expect(profilePlace("./p/b1", DATA, "/tmp")).toMatchObject({
      name: "b1",
      folder: "/tmp/p/b1",
    });
    expect(profilePlace("/var/x/", DATA, "/tmp").folder).toBe("/var/x");
  });

  it.each([".", "..", ".hidden", "a:b", "CON", "  ", "x".repeat(500)])(
    "stays one folder below for the name %s",
    (name) => {
      const { folder } = profilePlace(name, DATA, "/");
      expect(folder.startsWith(`${HOME}/`)).toBe(true);
      expect(folder.slice(HOME.length + 1)).toMatch(/^[^./][^/]{0,120}$/);
    },
  );
});

describe("code of an instance", () => {
  it.each([
    ["B2", "x", "B2"],
    ["b-2!", "x", "B2"],
    [undefined, "bob-b2", "B2"],
    [undefined, "alice", "A1"],
    [undefined, "2fast", "F2"],
    [undefined, "42", "C4"],
    ["", "élan", "É1"],
  ])("asked for %s in the profile %s is %s", (asked, profile, code) => {
    expect(instanceCode(asked, profile)).toBe(code);
  });
});
