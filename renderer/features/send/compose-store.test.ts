import { beforeEach, describe, expect, it } from "vitest";
import type {
  RequestAnswers,
  RequestArguments,
  RequestName,
  RequestResult,
} from "../../../shared/ipc/contract.ts";
import type { PickedFile } from "../../../shared/model/app-state.ts";
import { defaultSettings } from "../../../shared/model/settings.ts";
import { EMPTY_COMPOSE } from "./compose.ts";
import { type ComposeStore, createComposeStore } from "./compose-store.ts";

const BOB = { aor: "sip:bob@b.example", name: "Bob" };
const CAROL = { aor: "sip:carol@b.example", name: "Carol" };

function file(name: string, more: Partial<PickedFile> = {}): PickedFile {
  return { path: `/home/${name}`, name, type: "text/plain", sizeOctets: 100, ...more };
}

type Answer = RequestResult<RequestName> | Promise<RequestResult<RequestName>>;

let asked: (readonly [RequestName, unknown])[] = [];
let answers: Partial<Record<RequestName, (args: never) => Answer>> = {};
let previewed: string[] = [];
let store: ComposeStore;

async function request<Name extends RequestName>(
  name: Name,
  args: RequestArguments<Name>,
): Promise<RequestResult<Name>> {
  asked.push([name, args]);
  const answer = answers[name];
  if (answer === undefined) throw new Error(`nobody answers ${name}`);
  return (await answer(args as never)) as RequestResult<Name>;
}

function ok(value: RequestAnswers[RequestName]): Answer {
  return { ok: true, value };
}

function sentTo(...aors: readonly string[]): Answer {
  return ok(aors.map((to, index) => ({ to, ok: true as const, id: `card-${index}` })));
}

function state(): ReturnType<ComposeStore["getState"]> {
  return store.getState();
}

/** Lets every promise that is settled already go on. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
}

function fill(): void {
  state().addPicked([file("a"), file("b")]);
  state().dispatch({ do: "addRecipient", recipient: BOB });
  state().dispatch({ do: "addRecipient", recipient: CAROL });
}

beforeEach(() => {
  asked = [];
  answers = {};
  previewed = [];
  store = createComposeStore({
    client: { request },
    app: () => ({ settings: defaultSettings("/in"), limits: { maxFiles: 100 } }),
    makePreview: async (source) => {
      previewed.push(source);
      return Promise.resolve(source === "/broken" ? undefined : new Uint8Array([7]));
    },
  });
});

describe("ux 3.4 files from everywhere", () => {
  it("what was dropped is looked at first, in parts, and the page knows how far it is", async () => {
    let release: () => void = () => undefined;
    answers["files.look"] = async ({ paths }: RequestArguments<"files.look">) => {
      if (asked.length === 2) await new Promise<void>((resolve) => (release = resolve));
      return ok(paths.map((path) => file(path, { path })));
    };
    const paths = Array.from({ length: 150 }, (_, index) => `/home/${index}`);
    const adding = state().addPaths(paths);
    await settle();
    expect(state().compose.pending).toBe(50);
    release();
    await adding;
    expect([state().compose.pending, state().compose.files.length]).toEqual([0, 150]);
  });

  it("what has no path on this computer is refused with a reason", async () => {
    await state().addPaths([""]);
    expect([state().notice, asked]).toEqual([{ name: "noPath" }, []]);
  });

  it("an empty clipboard is told", async () => {
    answers["files.paste"] = () => ok([]);
    await state().paste();
    expect(state().notice).toEqual({ name: "nothingToPaste" });
  });

  it("a file that is there already is told, and is there once", () => {
    state().addPicked([file("a"), file("b")]);
    state().addPicked([file("b")]);
    expect(state().notice).toEqual({ name: "repeated", count: 1, first: "b" });
    expect(state().compose.files).toHaveLength(2);
  });

  it("a failure is shown and leaves the offer as it is", async () => {
    const error = { code: "source", message: "The folder cannot be read." } as const;
    answers["files.choose"] = () => ({ ok: false, error });
    state().addPicked([file("a")]);
    await state().choose("folder");
    expect([state().failure, state().compose.files]).toEqual([error, [file("a")]]);
  });
});

describe("RFC 5547 §6 file-icon", () => {
  it("pictures are made of images, and a broken one does not hold the others up", async () => {
    state().addPicked([
      file("broken.jpg", { source: "/broken" }),
      file("notes.txt"),
      file("a.jpg", { source: "/source/a" }),
    ]);
    await settle();
    expect(previewed).toEqual(["/broken", "/source/a"]);
    expect([...state().compose.previews.values()].map(({ name }) => name)).toEqual([
      "none",
      "ready",
    ]);
  });
});

describe("ux 3.4 sending", () => {
  it("sends files, message and pictures once, and the form is empty again", async () => {
    answers["offer.send"] = () => sentTo(BOB.aor, CAROL.aor);
    fill();
    state().addPicked([file("c.jpg", { source: "/source/c" })]);
    state().dispatch({ do: "setText", text: " The plan " });
    await settle();
    const [ids, again] = await Promise.all([state().send(), state().send()]);
    expect(asked).toEqual([
      [
        "offer.send",
        {
          to: [BOB.aor, CAROL.aor],
          paths: ["/home/a", "/home/b", "/home/c.jpg"],
          text: "The plan",
          icons: [{ index: 2, type: "image/jpeg", bytes: new Uint8Array([7]) }],
        },
      ],
    ]);
    expect([ids, again]).toEqual([["card-0", "card-1"], []]);
    expect(state().compose).toEqual(EMPTY_COMPOSE);
  });

  it("a file with a problem is left out and stays", async () => {
    answers["offer.send"] = () => sentTo(BOB.aor, CAROL.aor);
    fill();
    const gone = file("gone", { problem: { code: "vanished", isBlocking: true } });
    state().addPicked([gone]);
    await state().send();
    expect(asked[0]?.[1]).toMatchObject({ paths: ["/home/a", "/home/b"] });
    expect(state().compose.files).toEqual([gone]);
  });

  it("one result per person: who was not reached stays, with the files and the reason", async () => {
    const error = { code: "badRecipient", message: "No one is registered as carol." } as const;
    answers["offer.send"] = () =>
      ok([
        { to: BOB.aor, ok: true, id: "card-0" },
        { to: CAROL.aor, ok: false, error },
      ]);
    fill();
    expect(await state().send()).toEqual(["card-0"]);
    expect(state().failures).toEqual([{ to: CAROL.aor, name: "Carol", error }]);
    expect([state().compose.recipients, state().compose.files.length]).toEqual([[CAROL], 2]);
  });

  it("a failure of the whole keeps everything, and it can be sent again", async () => {
    const error = { code: "notSignedIn", message: "You are offline." } as const;
    answers["offer.send"] = () => ({ ok: false, error });
    fill();
    expect(await state().send()).toEqual([]);
    expect([state().failure, state().isSending]).toEqual([error, false]);
    expect(state().compose.files).toHaveLength(2);
    answers["offer.send"] = () => sentTo(BOB.aor, CAROL.aor);
    expect(await state().send()).toHaveLength(2);
    expect(state().failure).toBeUndefined();
  });

  it("without a person or a file nothing is sent", async () => {
    expect(await state().send()).toEqual([]);
    state().addPicked([file("a")]);
    expect(await state().send()).toEqual([]);
    expect(asked).toEqual([]);
  });
});

describe("ux 3.4 dropped on a person", () => {
  it("is sent at once, and the offer on the page is left alone", async () => {
    answers["files.look"] = () => ok([file("x")]);
    answers["offer.send"] = () => sentTo(BOB.aor);
    state().addPicked([file("a")]);
    expect(await state().sendAtOnce(BOB, ["/home/x"])).toEqual(["card-0"]);
    expect(asked[1]).toEqual(["offer.send", { to: [BOB.aor], paths: ["/home/x"] }]);
    expect(state().compose.files).toEqual([file("a")]);
  });

  it("with a problem among the files it is shown, and nothing is sent", async () => {
    const empty = file("bad", { problem: { code: "unreadable", isBlocking: true } });
    answers["files.look"] = () => ok([file("x"), empty]);
    expect(await state().sendAtOnce(BOB, ["/home/x", "/home/bad"])).toEqual([]);
    expect(asked.map(([name]) => name)).toEqual(["files.look"]);
    expect(state().notice).toEqual({ name: "lookFirst", person: "Bob" });
    expect([state().compose.recipients, state().compose.files.length]).toEqual([[BOB], 2]);
  });
});
