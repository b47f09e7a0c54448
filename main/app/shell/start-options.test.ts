import { describe, expect, it } from "vitest";
import { parseStartOptions } from "./start-options.ts";

const CWD = "/home/bob/files";

describe("start options of the application", () => {
  it("are none in a plain start", () => {
    expect(parseStartOptions([], CWD)).toEqual({ isTrying: false, isHidden: false, paths: [] });
  });

  it("take their value behind a blank or behind =", () => {
    const args = ["--profile", "bob", "--as=sip:bob@b.example", "--code", "B2", "--colour=teal"];
    expect(parseStartOptions([...args, "--device=Bob's phone"], CWD)).toMatchObject({
      profile: "bob",
      as: "sip:bob@b.example",
      code: "B2",
      colour: "teal",
      device: "Bob's phone",
    });
  });

  it("pass over what belongs to Chromium and to the system", () => {
    const args = ["--no-sandbox", "--remote-debugging-port=0", "-psn_0_123", "a.txt", "--try"];
    expect(parseStartOptions(args, CWD)).toEqual({
      isTrying: true,
      isHidden: false,
      paths: ["/home/bob/files/a.txt"],
    });
  });

  it("resolve files against the folder of the caller, and take file: URLs", () => {
    const { paths } = parseStartOptions(
      ["a b.txt", "../x", "/etc/hosts", "file:///tmp/a%20b"],
      CWD,
    );
    expect(paths).toEqual(["/home/bob/files/a b.txt", "/home/bob/x", "/etc/hosts", "/tmp/a b"]);
  });

  it("take everything behind -- as a file", () => {
    const { paths, isHidden } = parseStartOptions(["--", "--hidden"], CWD);
    expect(paths).toEqual(["/home/bob/files/--hidden"]);
    expect(isHidden).toBe(false);
  });

  it.each(["https://x.example/a", "file://other-host/share/a", "smb://host/a", "file:///a%2Fb"])(
    "do not take %s for a file",
    (url) => {
      expect(parseStartOptions([url], CWD).paths).toEqual([]);
    },
  );

  it("keep an empty value from swallowing anything", () => {
    expect(parseStartOptions(["--profile", "", "a"], CWD)).toEqual({
      isTrying: false,
      isHidden: false,
      paths: ["/home/bob/files/a"],
    });
    expect(parseStartOptions(["--profile"], CWD).profile).toBeUndefined();
  });

  it("read bounds of four whole numbers, and nothing else", () => {
    expect(parseStartOptions(["--bounds", "-10,20,640,720"], CWD).bounds).toEqual({
      x: -10,
      y: 20,
      width: 640,
      height: 720,
    });
    for (const bad of ["1,2,3", "1,2,0,4", "1,2,3,4,5", "a,2,3,4", "1e3,2,3,4"])
      expect(parseStartOptions([`--bounds=${bad}`], CWD).bounds).toBeUndefined();
  });

  it("give the address of a cpm: link, and never a file for it", () => {
    expect(parseStartOptions(["cpm:bob@b.example", "a.txt"], CWD)).toMatchObject({
      to: "sip:bob@b.example",
      paths: ["/home/bob/files/a.txt"],
    });
    for (const bare of ["cpm:", "cpm://", "CPM:///"])
      expect(parseStartOptions([bare], CWD)).toMatchObject({ isNewOffer: true, paths: [] });
    expect(parseStartOptions(["cpm:x"], CWD)).not.toHaveProperty("isNewOffer");
    expect(parseStartOptions(["CPM:/etc/passwd"], CWD)).toMatchObject({ paths: [] });
  });
});
