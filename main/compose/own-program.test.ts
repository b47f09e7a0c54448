import { describe, expect, it } from "vitest";
import { ownProgram } from "./own-program.ts";

const NODE = { isElectron: false, isDefaultApp: false };
const CHECKOUT = { isElectron: true, isDefaultApp: true };
const PACKED = { isElectron: true, isDefaultApp: false };

describe("where the program's own arguments begin", () => {
  it("is after the script under Node", () => {
    expect(ownProgram(["node", "entry.js", "--role=cli", "demo"], NODE)).toEqual({
      program: ["entry.js"],
      args: ["--role=cli", "demo"],
    });
  });

  it("is after the folder that Electron's default application runs", () => {
    expect(ownProgram(["electron", ".", "--role=network"], CHECKOUT)).toEqual({
      program: ["."],
      args: ["--role=network"],
    });
  });

  it("passes over the options before that folder, and the value of -r", () => {
    const argv = ["electron", "--inspect=0", "-r", "loader.js", "app", "--profile", "bob"];
    expect(ownProgram(argv, CHECKOUT)).toEqual({ program: ["app"], args: ["--profile", "bob"] });
  });

  it("keeps what a child needs to start as root", () => {
    expect(ownProgram(["electron", "--no-sandbox", "."], CHECKOUT)).toEqual({
      program: ["--no-sandbox", "."],
      args: [],
    });
  });

  it("is at once in a packed application", () => {
    expect(ownProgram(["cpm-courier", "--role=pf", "x"], PACKED)).toEqual({
      program: [],
      args: ["--role=pf", "x"],
    });
  });

  it("is after what a packed application needs to start without a display", () => {
    const switches = ["--ozone-platform=headless", "--disable-gpu"];
    expect(ownProgram(["cpm-courier", ...switches, "--role=cli", "demo"], PACKED)).toEqual({
      program: switches,
      args: ["--role=cli", "demo"],
    });
  });

  it("is nowhere when nothing was started", () => {
    expect(ownProgram(["electron"], CHECKOUT)).toEqual({ program: [], args: [] });
  });
});
