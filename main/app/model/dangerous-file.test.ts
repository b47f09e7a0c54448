import { describe, expect, it } from "vitest";
import { isDangerousFile } from "./dangerous-file.ts";

const OCTETS = "application/octet-stream";

describe("ux 3.5: files that can run programs", () => {
  it.each([
    "setup.exe",
    "SETUP.EXE",
    "holiday.jpg.lnk",
    "invoice.pdf.exe",
    "run.command",
    "tool.app",
    "budget.xlsm",
    "script.js",
    "install.sh",
    "start.desktop",
    "a.ps1",
  ])("%s is one", (name) => {
    expect(isDangerousFile(name, OCTETS)).toBe(true);
  });

  it.each([
    "plan.pdf",
    "IMG_2044.jpg",
    "notes.txt",
    "a.tar.gz",
    "exe",
    "setup.exe.pdf",
    "Makefile",
    "日本.docx",
  ])("%s is none", (name) => {
    expect(isDangerousFile(name, OCTETS)).toBe(false);
  });

  it.each([
    ["blanks and dots behind the ending", "setup.exe . "],
    ["a full-width dot", "setup\uFF0Eexe"],
    ["full-width letters", "setup.\uFF45\uFF58\uFF45"],
    ["a mark that turns the direction", "photo\u202Egpj.exe"],
    ["the same mark already replaced", "photo.e\uFFFDxe"],
    ["a zero-width character inside the ending", "setup.e\u200Bxe"],
    ["an alternate stream", "setup.exe:harmless.txt"],
    ["a class id", "folder.{20D04FE0-3AEA-1069-A2D8-08002B30309D}"],
  ])("%s does not hide it", (_what, name) => {
    expect(isDangerousFile(name, OCTETS)).toBe(true);
  });

  it("the type counts where the name says nothing", () => {
    expect(isDangerousFile("setup", "Application/X-Msdownload; charset=binary")).toBe(true);
    expect(isDangerousFile("setup.pdf", "application/x-sh")).toBe(true);
    expect(isDangerousFile("setup", "application/pdf")).toBe(false);
  });
});
