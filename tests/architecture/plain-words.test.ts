import { describe, expect, it } from "vitest";
import { plainWordsOf } from "./plain-words.ts";
import { sourceFiles } from "./source-files.ts";

function planted(text: string): { readonly path: string; readonly text: string } {
  return { path: "planted.ts", text };
}

/** Not for people, or the same in every language. */
const OUTSIDE: readonly RegExp[] = [
  // How the client begins what the user did, compared with.
  /model\/card-words\.ts:\d+ You $/,
  // Endings of names.
  /model\/dangerous-file\.ts:/,
  // A column of the exported table, which other programs read by these names.
  /model\/history-text\.ts:\d+ file result$/,
  // Of a file that the system reads.
  /shell\/autostart-file\.ts:\d+ \[Desktop Entry\]$/,
  // Said in a terminal, like everything of the command line.
  /shell\/main\.ts:\d+ cpm-courier: /,
  // A folder's name, and that of another product.
  /shell\/profile-place\.ts:\d+ CPM Courier$/,
  /shell\/desktop\.ts:\d+ Electron /,
];

describe("what the desktop application says comes from its catalogue", () => {
  it.each([
    'const title = "Choose files";',
    'const label = "Quit";',
    'const label = "Loading…";',
    "const text = `$VALUE declined.`;",
    "const text = `No room in $VALUE`;",
    'failure("gone", "This app is closing.");',
    'return { reason: isGone ? "It is gone" : "" };',
  ])("finds words for people: %s", (text) => {
    expect(plainWordsOf(planted(text.replace("$VALUE", ["$", "{value}"].join(""))))).toHaveLength(
      1,
    );
  });

  it.each([
    'import { x } from "./two words.ts";',
    'type Name = "Two words";',
    'log.write("error", "the history failed", { why: "no idea" });',
    'this.#complain("a card could not be kept", why);',
    'throw new TypeError("This cannot be.");',
    'said("problems.noAnswer", { name });',
    'window.on("ready-to-show", () => undefined);',
  ])("lets pass what no user sees: %s", (text) => {
    expect(plainWordsOf(planted(text))).toEqual([]);
  });

  it("holds for every file of main/app", () => {
    const files = sourceFiles("main/app/**/*.ts").filter(
      ({ path }) => !path.endsWith(".test.ts") && !path.startsWith("main/app/words/en/"),
    );
    expect(files.length).toBeGreaterThan(80);
    const found = files.flatMap(plainWordsOf);
    expect(found.filter((one) => !OUTSIDE.some((known) => known.test(one)))).toEqual([]);
  });
});
