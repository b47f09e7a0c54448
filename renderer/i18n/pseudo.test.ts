import { createTranslator } from "use-intl";
import { describe, expect, it } from "vitest";
import { type Catalogue, pseudoText } from "../../shared/i18n/pseudo.ts";
import { english, messagesFor } from "./messages.ts";

describe("the pseudo-locale", () => {
  it("accents letters and leaves arguments, plural forms and tags", () => {
    expect(pseudoText("Send {count, plural, one {# file} other {# files}} to <b>{name}</b>")).toBe(
      "[Šéñð {count, plural, one {# ƒîļé} other {# ƒîļéš}} ţö <b>{name}</b> ẋẋẋ ẋẋẋ]",
    );
  });

  it("every English text stays a message that can be formed", () => {
    const faults: string[] = [];
    const t = createTranslator({
      locale: "en",
      messages: messagesFor("en-XA") as unknown as Record<string, string>,
      onError: (error) => {
        // An argument that is not given is this test's own doing.
        if (!error.message.includes("was not provided")) faults.push(error.message);
      },
    });
    for (const path of paths(english)) t(path);
    expect(faults).toEqual([]);
  });
});

function paths(catalogue: Catalogue, before = ""): readonly string[] {
  return Object.entries(catalogue).flatMap(([key, value]) =>
    typeof value === "string" ? [`${before}${key}`] : paths(value, `${before}${key}.`),
  );
}
