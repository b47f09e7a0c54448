import { describe, expect, it } from "vitest";
import { fc } from "../../tests/support/properties.ts";
import {
  collisionKey,
  isNumberedFrom,
  MAX_NAME_OCTETS,
  numberedName,
  safeFileName,
  splitExtension,
} from "./file-name.ts";

const LONG = "x".repeat(300);
const FAMILY = "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}";

/** What a peer may suggest, and the name that it gets. */
const HOSTILE: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  "the last part of a path is the name": [
    ["../x", "x"],
    ["../../../../etc/passwd", "passwd"],
    ["/etc/passwd", "passwd"],
    ["//server/share/x", "x"],
    ["\\\\server\\share\\x", "x"],
    ["..\\..\\x", "x"],
    ["..\\../x", "x"],
    ["a/b\\c", "c"],
    ["C:\\Windows\\win.ini", "win.ini"],
    ["C:win.ini", "win.ini"],
    ["c:/x", "x"],
    ["\\\\?\\C:\\x", "x"],
    ["\\\\.\\PhysicalDrive0", "PhysicalDrive0"],
    ["~/.ssh/authorized_keys", "authorized_keys"],
    ["file:///etc/shadow", "shadow"],
    ["a\u2044b", "b"],
    ["a\u2215b", "b"],
    ["a\uFF0Fb", "b"],
    ["a\uFF3Cb", "b"],
    ["a\u29F5b", "b"],
    ["a\u29F8b", "b"],
    ["a\u29F9b", "b"],
    ["a\uFE68b", "b"],
    ["..\u2215..\u2215x", "x"],
    ["x/./y/../z", "z"],
  ],
  "what leaves nothing is untitled": [
    ["", "untitled"],
    [".", "untitled"],
    ["..", "untitled"],
    ["...", "untitled"],
    ["/", "untitled"],
    ["\\", "untitled"],
    ["a/", "untitled"],
    ["a/..", "untitled"],
    ["a/.", "untitled"],
    [" ", "untitled"],
    ["\u3000", "untitled"],
    [". .", "untitled"],
    ["\0", "untitled"],
    ["\u200B", "untitled"],
    ["\u202E", "untitled"],
    ["\uFEFF", "untitled"],
    ["C:", "untitled"],
    ["\u2800", "untitled"],
    ["\u3164", "untitled"],
  ],
  "what can't be seen is not there": [
    ["a\0.txt", "a.txt"],
    ["a.txt\0.jpg", "a.txt.jpg"],
    ["a\r\nb", "ab"],
    ["a\tb", "ab"],
    ["a\x1b[31mb", "a[31mb"],
    ["a\x7fb", "ab"],
    ["a\u0085b", "ab"],
    ["a\u009Bb", "ab"],
    ["a\u2028b\u2029c", "abc"],
    ["photo\u202Egpj.exe", "photogpj.exe"],
    ["a\u202Ab\u202Bc\u202Cd\u202De", "abcde"],
    ["a\u2066b\u2067c\u2068d\u2069e", "abcde"],
    ["a\u200Eb\u200Fc\u061Cd", "abcd"],
    ["a\u200Bb\u200Cc\u200Dd", "abcd"],
    ["a\u2060b\uFEFFc\u00ADd\u180Ee", "abcde"],
    ["a\u3164b\uFFA0c\u115Fd", "abcd"],
    ["a\u{E0041}\u{E007F}b", "ab"],
    ["a\uFE0Fb\uFE00c", "abc"],
    ["a\uFFF9b\uFFFBc", "abc"],
    ["a\uFFFEb\u{10FFFF}c", "abc"],
    ["invoice.exe\u200B.pdf", "invoice.exe.pdf"],
    [".\u200B./x", "x"],
    [".\u200B.", "untitled"],
    ["a\uD800b", "a\uFFFDb"],
    ["\uDC00\uD800", "\uFFFD\uFFFD"],
  ],
  "what some system forbids is an underscore": [
    ["a<b>c", "a_b_c"],
    ['a"b', "a_b"],
    ["a|b?c*d", "a_b_c_d"],
    ["10:30.txt", "10_30.txt"],
    ["file.txt:stream", "file.txt_stream"],
    ["file.txt::$DATA", "file.txt__$DATA"],
    ["C:D:x", "D_x"],
  ],
  "what Windows takes for a device is none": [
    ["con", "_con"],
    ["CON", "_CON"],
    ["CoN.txt", "_CoN.txt"],
    ["con.tar.gz", "_con.tar.gz"],
    ["con .txt", "_con .txt"],
    ["con. .txt", "_con. .txt"],
    ["PRN", "_PRN"],
    ["AUX.h", "_AUX.h"],
    ["nul", "_nul"],
    ["nul.txt.jpg", "_nul.txt.jpg"],
    ["COM0", "_COM0"],
    ["com1.log", "_com1.log"],
    ["COM9", "_COM9"],
    ["LPT0", "_LPT0"],
    ["lpt9.x", "_lpt9.x"],
    ["COM\u00B9", "_COM\u00B9"],
    ["LPT\u00B2.x", "_LPT\u00B2.x"],
    ["com\u00B3", "_com\u00B3"],
    ["CONIN$", "_CONIN$"],
    ["conout$.txt", "_conout$.txt"],
    ["CLOCK$", "_CLOCK$"],
    ["c\u200Bon", "_con"],
    ["x/nul", "_nul"],
    ["con:", "con_"],
  ],
  "what programs act upon does nothing": [
    ["desktop.ini", "_desktop.ini"],
    ["Desktop.INI", "_Desktop.INI"],
    ["AUTORUN.INF", "_AUTORUN.INF"],
    ["Thumbs.db", "_Thumbs.db"],
    ["git~1", "_git~1"],
    [".git", "_git"],
    [".bashrc", "_bashrc"],
    ["..hidden", "_.hidden"],
    [" .profile", "_profile"],
    ["\u200B.profile", "_profile"],
    ["-rf", "_rf"],
    ["--help", "_-help"],
    [".DS_Store", "_DS_Store"],
  ],
  "dots and blanks at the ends are gone": [
    ["a.exe.", "a.exe"],
    ["a.exe. . .", "a.exe"],
    ["a.exe ", "a.exe"],
    ["a.exe\u00A0", "a.exe"],
    ["  a b  ", "a b"],
    ["a.\u200B", "a"],
    ["\u3000a\u2003", "a"],
  ],
  "what is too long is cut, and keeps its extension": [
    [LONG, "x".repeat(230)],
    [`${LONG}.jpeg`, `${"x".repeat(225)}.jpeg`],
    [`${LONG}.tar.gz`, `${"x".repeat(223)}.tar.gz`],
    [`a.${LONG}`, `a.${"x".repeat(228)}`],
    ["\u00FC".repeat(200), "\u00FC".repeat(115)],
    [`x${"\u{1F600}".repeat(80)}.png`, `x${"\u{1F600}".repeat(56)}.png`],
    [`${FAMILY.repeat(20)}.png`, `${FAMILY.repeat(12)}.png`],
    [`${"x".repeat(228)}   .txt`, `${"x".repeat(226)}.txt`],
    [`${"x".repeat(220)}       ${LONG}.t`, `${"x".repeat(220)}       x.t`],
    [`o${"\u0301".repeat(300)}.txt`, "untitled.txt"],
    [`${LONG.repeat(40)}.txt`, "x".repeat(230)],
  ],
};

const LEGITIMATE = [
  "report.pdf",
  "My cool picture (3).jpg",
  "Gr\u00FC\u00DFe aus M\u00FCnchen.docx",
  "\u6771\u4EAC\u306E\u5199\u771F.heic",
  "\uD55C\uAD6D\uC5B4 \uD30C\uC77C.hwp",
  "\u0641\u0627\u0631\u0633\u06CC.txt",
  "\u05E9\u05DC\u05D5\u05DD.txt",
  "\u0939\u093F\u0928\u094D\u0926\u0940.odt",
  "\u0E44\u0E17\u0E22.csv",
  "\u0420\u0443\u0441\u0441\u043A\u0438\u0439.zip",
  "\u0395\u03BB\u03BB\u03B7\u03BD\u03B9\u03BA\u03AC.md",
  `${FAMILY}.png`,
  "\u{1F469}\u{1F3FD}\u200D\u{1F4BB}.svg",
  "\u2764\uFE0F\u200D\u{1F525}.gif",
  "\u{1F1E9}\u{1F1EA} flag.webp",
  "Screenshot 2026-11-22 at 9.41.00\u202FAM.png",
  "100% & more, #1 + 'x' = {y} [z] ~ $5 @home ^!`.txt",
  "no-extension",
  "Makefile",
  "a_b-c.tar.gz",
  "console.log",
  "com10.txt",
  "\u2460\u00BD\u00A9.txt",
];

describe("the name of a received file", () => {
  describe.each(Object.entries(HOSTILE))("%s", (_rule, names) => {
    it.each(names)("%j is %j", (suggested, name) => {
      expect(safeFileName(suggested)).toBe(name);
    });
  });

  it("is tried on more than a hundred hostile suggestions", () => {
    expect(Object.values(HOSTILE).flat().length).toBeGreaterThan(100);
  });

  it.each(LEGITIMATE)("leaves %j as it is", (name) => {
    expect(safeFileName(name)).toBe(name);
  });

  it("is composed (NFC)", () => {
    expect(safeFileName("u\u0308\u212B.txt")).toBe("\u00FC\u00C5.txt");
    expect(safeFileName("u\u200B\u0308.txt")).toBe("\u00FC.txt");
  });

  it("has no joiner left that joins nothing", () => {
    expect(safeFileName("\u{1F600}\u200D.png")).toBe("\u{1F600}.png");
    expect(safeFileName("a\uFE0F\u200D\u{1F600}.png")).toBe("a\u{1F600}.png");
  });
});

describe("any suggestion at all", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      ...Object.values(HOSTILE).flatMap((pairs) => pairs.map(([suggested]) => suggested)),
      ...LEGITIMATE,
      "/",
      "\\",
      "..",
      ".",
      " ",
      ":",
      "\u200D",
      "\uFE0F",
      "\u0301",
      "con",
    ),
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
    fc.string({ unit: "grapheme-composite", maxLength: 300 }),
    fc
      .array(fc.nat({ max: 0xffff }), { maxLength: 12 })
      .map((codes) => String.fromCharCode(...codes)),
  );
  const suggestion = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""));

  it("MUST not become a device's name by being cut", () => {
    expect(safeFileName(`nulo${"\u0301".repeat(4_000)}.txt`)).toBe("_nul.txt");
  });

  it("gives one short, visible, portable name", () => {
    fc.assert(
      fc.property(suggestion, (suggested) => {
        const name = safeFileName(suggested);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(MAX_NAME_OCTETS);
        expect(name).toMatch(/^[^.\-\s/\\][^/\\]*$/u);
        expect(name).not.toMatch(/[<>:"|?*\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
        expect(name).not.toMatch(/[. ]$/);
        expect(name).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)(?: *\.|$)/iu);
        expect(name).toBe(name.normalize("NFC"));
      }),
      { numRuns: 3000 },
    );
  });

  it("gives the same name when it is applied again", () => {
    fc.assert(
      fc.property(suggestion, (suggested) => {
        const name = safeFileName(suggested);
        expect(safeFileName(name)).toBe(name);
      }),
      { numRuns: 3000 },
    );
  });

  it("leaves room for a number and for .damaged in 255 octets", () => {
    fc.assert(
      fc.property(suggestion, fc.integer({ min: 1, max: 9999 }), (suggested, count) => {
        const name = numberedName(`${safeFileName(suggested)}.damaged`, count);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
      }),
    );
  });
});

describe("numbering because of a file of that name", () => {
  it.each([
    ["photo.jpg", 0, "photo.jpg"],
    ["photo.jpg", 1, "photo (1).jpg"],
    ["backup.tar.gz", 2, "backup (2).tar.gz"],
    ["Makefile", 3, "Makefile (3)"],
    ["_bashrc", 1, "_bashrc (1)"],
    [".tar.gz", 1, ".tar (1).gz"],
    [`a.${"x".repeat(40)}`, 1, `a.${"x".repeat(40)} (1)`],
    ["photo (1).jpg", 1, "photo (1) (1).jpg"],
  ])("%s, %i", (name, count, numbered) => {
    expect(numberedName(name, count)).toBe(numbered);
    const { stem, extension } = splitExtension(name);
    expect(stem + extension).toBe(name);
    expect(isNumberedFrom(numbered, name)).toBe(true);
  });

  it.each([
    ["photo.jpg", true],
    ["photo (00112233aabbccdd).jpg", true],
    ["photo.jpg.damaged", false],
    ["photo (1).jpg.damaged", false],
    ["photo.jpg (1).damaged", false],
    ["photo (my).jpg", false],
    ["photos (1).jpg", false],
    ["photo (12345).jpg", false],
  ])("%s may be what photo.jpg became: %s", (name, may) => {
    expect(isNumberedFrom(name, "photo.jpg")).toBe(may);
  });

  it("are known in the form that some file systems give them", () => {
    const name = "\u039F\u0394\u039F\u03A3 \u00C4.txt";
    expect(isNumberedFrom(numberedName(name, 1).normalize("NFD"), name)).toBe(true);
  });
});

describe("names that some file system takes for one", () => {
  it.each([
    ["Photo.JPG", "photo.jpg"],
    ["\u00C4", "a\u0308"],
    ["stra\u00DFe", "STRASSE"],
    ["\uFB01le", "FILE"],
    ["\u03A3\u03A3", "\u03C3\u03C2"],
    ["\u212A", "k"],
  ])("%s and %s", (one, other) => {
    expect(collisionKey(one)).toBe(collisionKey(other));
  });

  it("are not merely similar ones", () => {
    expect(collisionKey("a")).not.toBe(collisionKey("\u00E4"));
    expect(collisionKey("a.txt")).not.toBe(collisionKey("a (1).txt"));
  });
});
