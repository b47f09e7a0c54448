/**
 * Names that a hostile peer may suggest for a file, by what they try, and ordinary names of many scripts. Our own cases,
 * built from the categories of what has gone wrong in transfer programs.
 */

const DEVICES = [
  ...["CON", "PRN", "AUX", "NUL", "CLOCK$", "CONIN$", "CONOUT$"],
  ...["COM0", "COM1", "COM9", "COM¹", "COM²", "COM³", "LPT0", "LPT1", "LPT9", "LPT¹", "LPT³"],
];
const STEERING = ["\u202A", "\u202B", "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"];
const UNSEEN = [
  ...["\u200B", "\u200C", "\u200D", "\u200E", "\u200F", "\u2060", "\u2061", "\uFEFF", "\u00AD"],
  ...[
    "\u180E",
    "\u3164",
    "\u115F",
    "\u061C",
    "\u2028",
    "\u2029",
    "\u{E0041}",
    "\u{E0001}",
    "\uFE0F",
  ],
];
const CONTROLS = ["\0", "\u0001", "\u0007", "\b", "\t", "\n", "\r", "\u001B", "\u007F", "\u0085"];
const SEPARATORS = ["/", "\\", "\u2044", "\u2215", "\u29F5", "\u29F8", "\uFF0F", "\uFF3C"];
const WINDOWS_ILLEGAL = ["<", ">", ":", '"', "|", "?", "*"];
const TAILS = [".", "..", " ", ". ", " .", "\u00A0", "\u2003", "\u3000"];
const DECOMPOSED = "e\u0301";

export const HOSTILE_NAMES: Readonly<Record<string, readonly string[]>> = {
  "ways up": SEPARATORS.flatMap((way) => [
    `..${way}escape`,
    `..${way}..${way}..${way}escape`,
    `a${way}..${way}..${way}escape`,
    `.${way}escape`,
    `..${way}`,
    `${way}..`,
  ]),
  "places of their own": [
    ...["/etc/passwd", "//host/share/x", "\\\\host\\share\\x", "\\\\?\\C:\\x", "\\\\.\\NUL"],
    ...["C:\\x", "C:x", "c:/x", "Z:", "C:..\\x", "\\??\\C:\\x", "file:///etc/x", "smb://h/x"],
    ...["~/.ssh/authorized_keys", "~root/x", "$HOME/x", "%USERPROFILE%\\x", "/proc/self/environ"],
    ...["/dev/tcp/1.2.3.4/80", "\\Device\\HarddiskVolume1\\x", ":/x", "Macintosh HD:x", "::x"],
  ],
  "ways up that only a second decoding sees": [
    ...["%2e%2e%2fx", "..%2fx", "..%5cx", "%2e%2e/x", "..%c0%afx", "..%252fx", "%00x", "x%00.txt"],
    ...["&#46;&#46;/x", "\\u002e\\u002e/x", "=?utf-8?q?=2e=2e=2fx?=", "..;/x"],
  ],
  streams: [
    "x.txt:evil",
    "x.txt::$DATA",
    "x:$I30:$INDEX_ALLOCATION",
    "x.txt:Zone.Identifier",
    ":x",
  ],
  devices: DEVICES.flatMap((name) => [
    name,
    name.toLowerCase(),
    `${name}.txt`,
    `${name}.tar.gz`,
    `${name} .txt`,
    `${name}.`,
  ]),
  "characters that are not allowed": WINDOWS_ILLEGAL.flatMap((sign) => [
    `a${sign}b.txt`,
    `${sign}.txt`,
    `a.txt${sign}`,
  ]),
  controls: CONTROLS.flatMap((sign) => [`a${sign}b.txt`, `${sign}a.txt`, `a.exe${sign}.txt`]),
  "text that turns round": STEERING.flatMap((sign) => [
    `invoice${sign}fdp.exe`,
    `${sign}a.txt`,
    `a.txt${sign}`,
  ]),
  "what nobody sees": UNSEEN.flatMap((sign) => [
    `a${sign}b.txt`,
    `${sign}.`,
    `.${sign}.`,
    `a.tx${sign}t`,
  ]),
  "ends that a system drops": TAILS.flatMap((tail) => [`a.exe${tail}`, `a${tail}${tail}`, tail]),
  "hidden names, and those that look like options": [
    ...[".bashrc", ".ssh", "..hidden", "...", ".", "..", "-rf", "--help", "-", " -x", " .x"],
    ...[".\u200Bx", "\u200B.bashrc", "\u00A0.profile"],
  ],
  "names that programs act upon": [
    ...["desktop.ini", "DESKTOP.INI", "autorun.inf", "Thumbs.db", ".git", ".GIT", "git~1", "GIT~1"],
    ...[".gitattributes", ".htaccess", ".DS_Store", "._x", ".npmrc", ".env"],
  ],
  "names of our own": [
    ...[".0123456789abcdef01234567.part", "x.part", "x.damaged", "parts.journal", "history.db"],
    ...["x (1).txt", "x (9999).txt", "x (1) (1).txt"],
  ],
  "too long": [
    ...["a".repeat(255), "a".repeat(256), "a".repeat(5000), `${"a".repeat(300)}.txt`],
    ...[`a.${"x".repeat(300)}`, `${"a".repeat(226)}.tar.gz`, "é".repeat(200), "語".repeat(200)],
    ...["\u{1F600}".repeat(100), DECOMPOSED.repeat(150), `a${"\u0301".repeat(500)}`],
    ...[
      `${".".repeat(300)}a`,
      `${" ".repeat(300)}a`,
      `a${" ".repeat(300)}.exe`,
      "../".repeat(1000),
    ],
    ...[`CON${"x".repeat(300)}`, `${"x".repeat(229)}.`, `${"x".repeat(228)} .txt`],
  ],
  "no text at all": [
    ...["", "\uD800", "\uDFFF", "a\uD83D.txt", "\uDE00\uD83D", "\uFFFE", "\uFFFF", "\u{10FFFF}"],
    ...["\uFFFD", "a\uFFF9b\uFFFAc\uFFFB", "\u0000\u0000", "\uE000"],
  ],
  "what a shell, a page or a log takes for its own": [
    ...["$(reboot)", "`id`", "; rm x", "| sh", "a && b", "a\nb", "<img src=x onerror=alert(1)>"],
    ...[
      "<script>",
      "&lt;b&gt;",
      "%s%s%n",
      "{{7*7}}",
      "#{7*7}",
      "\u001B[31mred",
      "\u001B]0;t\u0007",
    ],
    ...[
      "__proto__",
      "constructor",
      "toString",
      "'; DROP TABLE files; --",
      'a,b"c',
      "=1+1",
      "@SUM(1)",
    ],
  ],
};

/** Different names that one system or another takes for the same; each list is suggested one after the other. */
export const COLLIDING_NAMES: readonly (readonly string[])[] = [
  ["readme.txt", "README.TXT", "ReadMe.Txt", "readme.txt"],
  ["caf\u00E9.txt", "cafe\u0301.txt", "CAF\u00C9.TXT", "CAFE\u0301.TXT"],
  ["stra\u00DFe", "STRASSE", "strasse", "STRA\u1E9EE"],
  ["\uFB01le.txt", "file.txt", "FILE.TXT"],
  ["\u212B.txt", "\u00C5.txt", "A\u030A.txt", "\u00E5.txt"],
  ["\u03A3\u03AF\u03C3\u03C5\u03C6\u03BF\u03C2", "\u03A3\u038A\u03A3\u03A5\u03A6\u039F\u03A3"],
  ["\uAC00.txt", "\u1100\u1161.txt"],
  ["a.txt", "a.txt.", "a.txt ", "a\u200B.txt", "\u202Ea.txt", "x/a.txt", "x\\a.txt"],
  ["b", "b.", "b ", "b\u00A0", "\u3000b"],
  ["con", "CON", "_con", "_CON"],
  [".x", "_x", "-x", "_X"],
  ["a?b", "a*b", "a_b", "A|B"],
  ["q (1).txt", "q.txt", "q.txt", "q (1).txt", "Q (2).TXT"],
  ["\u01C4", "\u01C5", "\u01C6"],
  ["\u1E9B\u0323", "\u1E9B\u0323", "\u1E69".normalize("NFD")],
];

/** Must come out as they went in. */
export const ORDINARY_NAMES: readonly string[] = [
  ...["report.pdf", "Report 2026 (final).docx", "a.tar.gz", "IMG_0001.JPG", "no extension", "x"],
  ...["données d'été.csv", "Grüße aus Köln.txt", "smörgåsbord.md", "żółć.odt", "İstanbul.jpg"],
  ...["Отчёт за май.xlsx", "Ελληνικά.txt", "עברית.txt", "العربية.pdf", "فارسی.doc", "हिन्दी.txt"],
  ...["বাংলা.txt", "தமிழ்.txt", "ไทย.txt", "中文文件.txt", "日本語のファイル.txt", "한국어.hwp"],
  ...["Tiếng Việt.txt", "ქართული.txt", "Հայերեն.txt", "አማርኛ.txt", "ភាសាខ្មែរ.txt", "မြန်မာ.txt"],
  ...[
    "\u{1F600} party.png",
    "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}.jpg",
    "❤\uFE0F.txt",
    "\u{1F44B}\u{1F3FD}.gif",
  ],
  ...[
    "100% #1 & more!.txt",
    "a+b=c~d@e,f;g[h]{i}'j`k^l$m.txt",
    "it’s “quoted”.txt",
    "…and so on.txt",
  ],
  ...[
    "console.log",
    "comma.txt",
    "nullable.ts",
    "aux-cable.jpg",
    "COM10.txt",
    "lpt.txt",
    "v1.2.3.zip",
  ],
];
