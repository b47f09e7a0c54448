import { createTranslator } from "use-intl/core";
import { describe, expect, it } from "vitest";
import { catalogueFor, type Catalogue as Texts } from "../../../shared/i18n/pseudo.ts";
import { englishIn } from "../../../tests/support/english-in.ts";
import { type Catalogue, english } from "./catalogue.ts";
import { keptPhrase, readPhrase } from "./kept-phrase.ts";
import { said } from "./phrase.ts";
import { Words, wordsFor } from "./words.ts";

function pathsOf(texts: Texts, before = ""): readonly string[] {
  return Object.entries(texts).flatMap(([name, text]) =>
    typeof text === "string" ? [`${before}${name}`] : pathsOf(text, `${before}${name}.`),
  );
}

describe("the catalogue of main", () => {
  it.each(["en", "en-XA"] as const)("has only texts that can be formed, in %s", (locale) => {
    const faults: string[] = [];
    const form = createTranslator({
      locale,
      messages: catalogueFor<Catalogue>(english, locale),
      onError: (error) => {
        // A value that is not given is this test's own doing.
        if (!error.message.includes("was not provided")) faults.push(error.message);
      },
    }) as (key: string) => string;
    for (const path of pathsOf(english)) form(path);
    expect(faults).toEqual([]);
  });
});

describe("ux 3.11 sentences", () => {
  const words = new Words("en");

  it("count, list and measure as the windows do", () => {
    expect(
      words.say(
        said("problems.someDeclined", {
          ...{ name: "Bob", taken: 1, total: 5, declined: 4 },
          files: { list: ["a.txt", "b.txt", "c.txt", said("problems.more", { count: 1 })] },
        }),
      ),
    ).toBe("Bob took 1 of 5 files; a.txt, b.txt, c.txt and 1 more were not wanted.");
    expect(
      words.say(
        said("problems.tooLarge", { file: "a", size: { octets: 4_900_000_000 }, name: "Bob" }),
      ),
    ).toBe("a (4.9 GB) is larger than this network or Bob allows. No file was sent.");
  });

  it("hold another sentence", () => {
    const rest = said("problems.someComplete", { complete: 1, taken: 2 });
    expect(words.say(said("problems.cancelledFile", { file: "b.mp4", rest }))).toBe(
      "You cancelled b.mp4. 1 of 2 files is complete and stays.",
    );
  });

  it("leave names as they are, whatever stands in them", () => {
    const file = "{count, plural, other {#}} <b>'{0}'.txt";
    expect(words.say(said("failures.moved", { file }))).toBe(
      `${file} is not at its place any more.`,
    );
  });

  it("are not turned around by a name with a bidirectional override", () => {
    const name = "evil\u202Egpj.exe";
    const values = { name: "Bob", taken: 1, total: 2, declined: 1, files: { list: [name] } };
    expect(words.say(said("problems.someDeclined", values))).toBe(
      "Bob took 1 of 2 files; evil\uFFFDgpj.exe was not wanted.",
    );
    expect(words.say(said("failures.moved", { file: name }))).toBe(
      "evil\uFFFDgpj.exe is not at its place any more.",
    );
  });

  it("of somebody else stand as they were written", () => {
    expect(words.say("ENOENT: no such file {x}")).toBe("ENOENT: no such file {x}");
  });

  it.each([
    [0, "Bob · phone — CPM"],
    [1, "Bob · phone — CPM: 1 offer waits"],
    [2, "Bob · phone — CPM: 2 offers wait"],
  ])("of the tray, for %i offers", (count, tip) => {
    expect(words.say(said("shell.tray.tip", { title: "Bob · phone — CPM", count }))).toBe(tip);
  });

  it.each([
    [0, "plan.pdf · 14.6 MB"],
    [2, "plan.pdf and 2 more · 14.6 MB"],
  ])("of a notification, for %i more files", (more, body) => {
    const size = { octets: 14_600_000 };
    expect(words.say(said("shell.notify.offerBody", { file: "plan.pdf", more, size }))).toBe(body);
  });
});

describe("language", () => {
  it.each([
    ["system", "en-XA", "en-XA"],
    ["ar-XB", "de", "ar-XB"],
    ["system", "de-DE", "en"],
    ["💥", "de-DE", "en"],
  ])("of the setting %s in a system that is %s: %s", (setting, system, locale) => {
    expect(wordsFor(setting, system).locale).toBe(locale);
  });

  it("the pseudo-locale leaves nothing in English but data", () => {
    const text = new Words("en-XA").say(
      said("problems.fileTooLarge", { file: "big.iso", size: { octets: 5_000_000 }, name: "Bob" }),
    );
    expect(text).toContain("big.iso");
    expect(englishIn([text], "big.iso Bob")).toEqual([]);
  });
});

describe("sentences of the history", () => {
  const kept = keptPhrase(
    said("problems.connection", {
      ...{ name: "Bob", percent: "61" },
      rest: said("problems.someComplete", { complete: 1, taken: 2 }),
    }),
  );

  it("are shown in the language of who reads them", () => {
    expect(new Words("en").say(readPhrase(kept))).toBe(
      "The connection to Bob broke at 61 %. 1 of 2 files is complete and stays.",
    );
    expect(englishIn([new Words("en-XA").say(readPhrase(kept))], "Bob")).toEqual([]);
  });

  it("keep their lists and sizes", () => {
    const phrase = said("problems.damagedHere", {
      ...{ files: { list: ["a", said("problems.more", { count: 2 })] }, count: 3 },
    });
    expect(readPhrase(keptPhrase(phrase))).toEqual(phrase);
    const size = said("failures.noSpace", { size: { octets: 2 }, free: { octets: 1 } });
    expect(readPhrase(keptPhrase(size))).toEqual(size);
  });

  it("of an earlier version stand as they were written", () => {
    expect(readPhrase("Bob declined.")).toBe("Bob declined.");
  });

  it.each([
    '{"key":"problems.declined"',
    '{"key":"problems.gone"}',
    '{"key":"problems"}',
    '{"key":"constructor.name"}',
    '{"key":"problems.declined","values":{"name":null}}',
    '{"key":"problems.declined","values":{"name":{"key":"x"}}}',
    '{"key":"problems.declined","values":{"name":{"list":[1]}}}',
  ])("of another version that cannot be read say so: %s", (text) => {
    expect(readPhrase(text)).toEqual(said("problems.otherVersion"));
  });
});
