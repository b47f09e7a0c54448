import { describe, expect, it } from "vitest";
import type { PickedFile } from "../../../shared/model/app-state.ts";
import {
  type Compose,
  type ComposeAction,
  checkingOf,
  composeRows,
  EMPTY_COMPOSE,
  MAX_PREVIEWS,
  offerIcons,
  previewsToMake,
  reduceCompose,
  repeatedPaths,
  sendableFiles,
  sendButton,
  totalOctets,
} from "./compose.ts";

const BOB = { aor: "sip:bob@b.example", name: "Bob" };
const CAROL = { aor: "sip:carol@b.example", name: "Carol" };
const LIMITS = { maxFiles: 3, maxSizeOctets: 1000 };

function file(name: string, more: Partial<PickedFile> = {}): PickedFile {
  return { path: `/home/${name}`, name, type: "text/plain", sizeOctets: 100, ...more };
}

function play(...actions: readonly ComposeAction[]): Compose {
  return actions.reduce(reduceCompose, EMPTY_COMPOSE);
}

function withFiles(...files: readonly PickedFile[]): Compose {
  return play({ do: "addFiles", files });
}

describe("ux 3.4 files of an offer that is put together", () => {
  it("a file chosen twice is there once, at its first place, as it was looked at last", () => {
    const state = play(
      { do: "addFiles", files: [file("a"), file("b")] },
      { do: "addFiles", files: [file("a", { sizeOctets: 7 })] },
    );
    expect(state.files).toEqual([file("a", { sizeOctets: 7 }), file("b")]);
    expect(repeatedPaths(state, ["/home/b", "/home/c"])).toEqual(["/home/b"]);
  });

  it("a file that is removed takes its picture with it", () => {
    const state = play(
      { do: "addFiles", files: [file("a"), file("b")] },
      { do: "setPreview", path: "/home/a", preview: { name: "none" } },
      { do: "removeFile", path: "/home/a" },
    );
    expect([state.files, [...state.previews]]).toEqual([[file("b")], []]);
  });

  it("a picture that is ready after its file was removed is not kept", () => {
    const state = play({ do: "setPreview", path: "/home/a", preview: { name: "none" } });
    expect(state).toBe(EMPTY_COMPOSE);
  });
});

describe("ux 3.4 problems that are found before sending", () => {
  it("a file with a blocking problem does not block the rest", () => {
    const bad = file("gone", { problem: { code: "vanished", isBlocking: true } });
    const rows = composeRows([bad, file("a")], LIMITS);
    expect(rows).toEqual([
      { file: bad, problem: { code: "vanished", isBlocking: true } },
      { file: file("a") },
    ]);
    expect(sendableFiles(rows)).toEqual([file("a")]);
  });

  it("a file with a notice is sent", () => {
    const empty = file("empty", { problem: { code: "empty", isBlocking: false } });
    expect(sendableFiles(composeRows([empty], LIMITS))).toEqual([empty]);
  });

  it("a file larger than the network allows is not sent", () => {
    const rows = composeRows([file("big", { sizeOctets: 1001 })], LIMITS);
    expect(rows[0]?.problem).toEqual({ code: "tooLarge", isBlocking: true });
  });

  it("only files that can be sent count towards the most that an offer holds", () => {
    const bad = file("bad", { problem: { code: "unreadable", isBlocking: true } });
    const rows = composeRows([file("a"), bad, file("b"), file("c"), file("d")], LIMITS);
    expect(rows.map(({ problem }) => problem?.code)).toEqual([
      undefined,
      "unreadable",
      undefined,
      undefined,
      "tooMany",
    ]);
  });

  it("no limit of the network is no limit", () => {
    const rows = composeRows([file("big", { sizeOctets: 5e12 })], { maxFiles: 10 });
    expect(totalOctets(sendableFiles(rows))).toBe(5e12);
  });
});

describe("ux 3.4 the button says what will really be sent", () => {
  function buttonOf(state: Compose): unknown {
    return sendButton(state, composeRows(state.files, LIMITS), false);
  }

  it("names how many files, and the people", () => {
    const state = play(
      { do: "addFiles", files: [file("a"), file("big", { sizeOctets: 2000 })] },
      { do: "addRecipient", recipient: BOB },
      { do: "addRecipient", recipient: CAROL },
    );
    expect(buttonOf(state)).toEqual({ name: "ready", count: 1, people: ["Bob", "Carol"] });
  });

  it("tells while files are looked at and pictures are made how many are done", () => {
    const state = play(
      { do: "addFiles", files: [file("a"), file("b")] },
      { do: "setPreview", path: "/home/a", preview: { name: "making" } },
      { do: "setPending", change: 1 },
      { do: "addRecipient", recipient: BOB },
    );
    expect(checkingOf(state)).toEqual({ done: 1, total: 3 });
    expect(buttonOf(state)).toEqual({ name: "checking", done: 1, total: 3 });
  });

  it("says what is missing", () => {
    expect(buttonOf(EMPTY_COMPOSE)).toEqual({ name: "noFiles" });
    expect(buttonOf(withFiles(file("a")))).toEqual({ name: "noRecipient", count: 1 });
    expect(buttonOf(withFiles(file("big", { sizeOctets: 2000 })))).toEqual({
      name: "noneSendable",
    });
  });

  it("says that it is sending", () => {
    expect(sendButton(EMPTY_COMPOSE, [], true)).toEqual({ name: "sending" });
  });
});

describe("ux 3.4 several people", () => {
  it("a person is there once", () => {
    const state = play(
      { do: "addRecipient", recipient: BOB },
      { do: "addRecipient", recipient: { ...BOB, name: "Robert" } },
    );
    expect(state.recipients).toEqual([BOB]);
  });

  it("a person that is removed is gone", () => {
    const state = play(
      { do: "addRecipient", recipient: BOB },
      { do: "addRecipient", recipient: CAROL },
      { do: "removeRecipient", aor: BOB.aor },
    );
    expect(state.recipients).toEqual([CAROL]);
  });
});

describe("ux 3.4 after sending", () => {
  const FILLED = play(
    { do: "addFiles", files: [file("a"), file("b")] },
    { do: "addRecipient", recipient: BOB },
    { do: "addRecipient", recipient: CAROL },
    { do: "setText", text: "The plan" },
  );

  it("the form is empty again", () => {
    const sent = { paths: ["/home/a", "/home/b"], to: [BOB.aor, CAROL.aor], hasFailed: false };
    expect(reduceCompose(FILLED, { do: "sent", ...sent })).toEqual(EMPTY_COMPOSE);
  });

  it("a file that was not sent stays", () => {
    const sent = { paths: ["/home/a"], to: [BOB.aor, CAROL.aor], hasFailed: false };
    expect(reduceCompose(FILLED, { do: "sent", ...sent }).files).toEqual([file("b")]);
  });

  it("files, message and the person stay whom the offer did not reach", () => {
    const sent = { paths: ["/home/a", "/home/b"], to: [BOB.aor], hasFailed: true };
    const state = reduceCompose(FILLED, { do: "sent", ...sent });
    expect([state.recipients, state.files.length, state.text]).toEqual([[CAROL], 2, "The plan"]);
  });
});

describe("RFC 5547 §6 pictures of an offer", () => {
  const BYTES = new Uint8Array([1, 2, 3]);
  const IMAGES = [
    file("a.jpg", { source: "/source/1" }),
    file("b"),
    file("c.jpg", { source: "/s" }),
  ];
  const READY = { name: "ready", type: "image/jpeg", bytes: BYTES } as const;

  it("are made of files whose octets the window may see, each once", () => {
    const state = reduceCompose(withFiles(...IMAGES), {
      do: "setPreview",
      path: "/home/a.jpg",
      preview: { name: "none" },
    });
    expect(previewsToMake(state).map(({ name }) => name)).toEqual(["c.jpg"]);
  });

  it("are not made beyond what one offer carries", () => {
    const many = Array.from({ length: MAX_PREVIEWS + 5 }, (_, index) =>
      file(`${index}.jpg`, { source: `/source/${index}` }),
    );
    expect(previewsToMake(withFiles(...many))).toHaveLength(MAX_PREVIEWS);
  });

  it("carry the place of their file among those that are sent", () => {
    const state = [
      { do: "setPreview", path: "/home/c.jpg", preview: READY } as const,
      { do: "setPreview", path: "/home/a.jpg", preview: READY } as const,
      { do: "wantPreview", path: "/home/a.jpg", isWanted: false } as const,
    ].reduce<Compose>(reduceCompose, withFiles(...IMAGES));
    expect(offerIcons(state, IMAGES.slice(1), true)).toEqual([
      { index: 1, type: "image/jpeg", bytes: BYTES },
    ]);
    expect(offerIcons(state, IMAGES, true)).toHaveLength(1);
    expect(offerIcons(state, IMAGES, false)).toEqual([]);
  });
});
