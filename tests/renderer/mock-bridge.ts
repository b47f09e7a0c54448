import { said } from "../../main/app/words/phrase.ts";
import { Words } from "../../main/app/words/words.ts";
import type {
  AppEventName,
  AppEvents,
  AppStateChange,
  Bridge,
  RequestArguments,
  RequestFailure,
  RequestName,
  RequestResult,
} from "../../shared/ipc/contract.ts";
import type { AppSnapshot, AppState, PickedFile } from "../../shared/model/app-state.ts";
import { type Card, canPause } from "../../shared/model/card.ts";
import { type Handler, type Handlers, sharingHandlers } from "./mock-sharing.ts";

const english = new Words("en");

type AnyListener = (payload: AppEvents[AppEventName]) => void;

export interface AskedRequest {
  readonly name: RequestName;
  readonly args: unknown;
}

/** Main's side of the border, in memory: for tests of views, for pictures and for work without a network. */
export interface MockBridge extends Bridge {
  /** Everything that was asked, oldest first. */
  readonly asked: readonly AskedRequest[];
  readonly snapshot: AppSnapshot;
  readonly emit: <Name extends AppEventName>(name: Name, payload: AppEvents[Name]) => void;
  /** Changes a card and tells it. */
  readonly changeCard: (id: string, change: Partial<Card>) => void;
  readonly addCard: (card: Card) => void;
  readonly changeApp: (change: AppStateChange) => void;
  /** Answers this request in another way from now on. */
  readonly answer: <Name extends RequestName>(name: Name, handler: Handler<Name>) => void;
  readonly fail: (name: RequestName, error: RequestFailure) => void;
}

export interface MockOptions {
  /** What `files.choose`, `files.paste` and `files.sample` give. */
  readonly picks?: readonly PickedFile[];
  /** What the history holds beside the cards. */
  readonly history?: readonly Card[];
}

export function createMockBridge(start: AppSnapshot, options: MockOptions = {}): MockBridge {
  const listeners = new Map<AppEventName, Set<AnyListener>>();
  const asked: AskedRequest[] = [];
  let { app, cards } = start;
  let history = options.history ?? [];
  let groups = 0;

  const emit: MockBridge["emit"] = (name, payload) => {
    for (const listener of listeners.get(name) ?? []) listener(payload);
  };
  const changeApp = (change: AppStateChange): void => {
    const entries = Object.entries({ ...app, ...change }).filter(([, value]) => value !== null);
    app = Object.fromEntries(entries) as unknown as AppState;
    emit("app.changed", change);
  };
  const changeCard = (id: string, change: Partial<Card>): void => {
    cards = cards.map((card) => (card.id === id ? { ...card, ...change } : card));
    emit(
      "cards.changed",
      cards.filter((card) => card.id === id),
    );
  };
  const addCard = (card: Card): void => {
    cards = [card, ...cards];
    emit("cards.changed", [card]);
  };
  const find = (id: string): Card | undefined =>
    cards.find((card) => card.id === id) ?? history.find((card) => card.id === id);
  const done = { ok: true, value: null } as const;
  const picks = { ok: true, value: options.picks ?? [] } as const;

  const handlers: Handlers = {
    "app.snapshot": () => ({ ok: true, value: { app, cards } }),
    "files.choose": () => picks,
    "files.paste": () => picks,
    "files.sample": () => picks,
    "files.look": ({ paths }) => ({
      ok: true,
      value: (options.picks ?? []).filter(({ path }) => paths.includes(path)),
    }),
    "folder.choose": () => ({ ok: true, value: "/home/bob/Pictures" }),
    "offer.folder": ({ id, folder }) => {
      changeCard(id, { folder, freeOctets: 64_000_000_000 });
      return done;
    },
    "offer.send": ({ to, paths, text }) => {
      groups += 1;
      const value = to.map((peer, at) => {
        const id = `sent-${String(groups)}-${String(at)}`;
        addCard({
          id,
          direction: "outgoing",
          peer,
          peerName: app.people.find(({ aor }) => aor === peer)?.name ?? peer,
          state: "preparing",
          startedMs: Date.now(),
          ...(text === undefined ? {} : { text }),
          ...(to.length > 1 ? { group: `group-${String(groups)}` } : {}),
          files: paths.map((path, index) => {
            const pick = options.picks?.find((one) => one.path === path);
            return {
              index,
              name: pick?.name ?? path,
              type: pick?.type ?? "application/octet-stream",
              sizeOctets: pick?.sizeOctets ?? 0,
              state: "offered",
              octets: 0,
              isDangerous: false,
              isNameTaken: false,
            };
          }),
        });
        return { to: peer, ok: true, id } as const;
      });
      return { ok: true, value };
    },
    "offer.accept": ({ id, files }) => {
      const taken = new Set(files.map(({ index }) => index));
      changeCard(id, {
        state: "accepting",
        files: (find(id)?.files ?? []).map((file) => ({
          ...file,
          state: taken.has(file.index) ? "waiting" : "declined",
        })),
      });
      return done;
    },
    "offer.decline": ({ id }) => {
      changeCard(id, { state: "declined", endedMs: Date.now() });
      return done;
    },
    "offer.silence": ({ id }) => {
      changeCard(id, { isSilenced: true });
      return done;
    },
    "card.cancel": ({ id }) => {
      changeCard(id, { state: "cancelled", endedMs: Date.now() });
      return done;
    },
    "card.pause": ({ id }) => {
      changeCard(id, { state: "paused", pausedBy: "us" });
      return done;
    },
    "card.resume": ({ id }) => {
      changeCard(id, { state: "reconnecting" });
      return done;
    },
    "cards.pauseAll": () => {
      for (const card of cards.filter(canPause))
        changeCard(card.id, { state: "paused", pausedBy: "us" });
      return done;
    },
    "cards.resumeAll": () => {
      for (const card of cards.filter(({ state }) => state === "paused"))
        changeCard(card.id, { state: "transferring" });
      return done;
    },
    "card.retry": ({ id }) => {
      const before = find(id);
      if (before === undefined)
        return {
          ok: false,
          error: { code: "gone", message: english.say(said("failures.gone.transfer")) },
        };
      const next = `${id}-again`;
      addCard({ ...before, id: next, state: "preparing", startedMs: Date.now() });
      return { ok: true, value: next };
    },
    "card.dismiss": ({ ids }) => {
      for (const id of ids) changeCard(id, { isDismissed: true });
      return done;
    },
    "history.list": ({ limit = 50, before, direction, peer, text = "" }) => {
      const word = text.toLowerCase();
      const all = [...cards, ...history]
        .toSorted((a, b) => b.startedMs - a.startedMs)
        .filter((card) => before === undefined || card.startedMs < before.startedMs)
        .filter((card) => direction === undefined || card.direction === direction)
        .filter((card) => peer === undefined || card.peer === peer)
        .filter((card) => JSON.stringify(card).toLowerCase().includes(word));
      return { ok: true, value: { cards: all.slice(0, limit), hasMore: all.length > limit } };
    },
    "history.forget": ({ ids }) => {
      history = history.filter(({ id }) => !ids.includes(id));
      cards = cards.filter(({ id }) => !ids.includes(id));
      emit("cards.removed", ids);
      return done;
    },
    "history.forgetAll": () => {
      emit(
        "cards.removed",
        cards.map(({ id }) => id),
      );
      history = [];
      cards = [];
      return done;
    },
    "history.export": () => ({ ok: true, value: "/home/bob/history.csv" }),
    "people.save": ({ person, was }) => {
      const { autoAccept, ...rest } = person;
      const saved = { ...rest, ...(autoAccept === undefined ? {} : { autoAccept }) };
      changeApp({
        people: [...app.people.filter(({ aor }) => aor !== (was ?? person.aor)), saved],
      });
      return done;
    },
    "people.remove": ({ aor }) => {
      changeApp({ people: app.people.filter((person) => person.aor !== aor) });
      return done;
    },
    "notice.dismiss": ({ id }) => {
      changeApp({ notices: app.notices.filter((notice) => notice.id !== id) });
      return done;
    },
    "settings.change": (change) => {
      const known = Object.fromEntries(
        Object.entries(change).filter(([, value]) => value !== undefined),
      );
      changeApp({ settings: { ...app.settings, ...known } });
      return done;
    },
    ...sharingHandlers({ app: () => app, changeApp }),
    "account.rename": ({ displayName, deviceName }) => {
      if (app.account !== undefined)
        changeApp({ account: { ...app.account, displayName, deviceName } });
      return done;
    },
  };

  return {
    asked,
    get snapshot() {
      return { app, cards };
    },
    emit,
    changeCard,
    addCard,
    changeApp,
    answer: (name, handler) => {
      Object.assign(handlers, { [name]: handler });
    },
    fail: (name, error) => {
      Object.assign(handlers, { [name]: () => ({ ok: false, error }) });
    },
    request: async <Name extends RequestName>(name: Name, args: RequestArguments<Name>) => {
      asked.push({ name, args });
      await Promise.resolve();
      const handler = handlers[name];
      // Requests that change nothing to be seen.
      return handler === undefined ? (done as RequestResult<Name>) : handler(args);
    },
    on: (name, listener) => {
      const known = listeners.get(name) ?? new Set();
      listeners.set(name, known);
      const any = listener as AnyListener;
      known.add(any);
      return () => {
        known.delete(any);
      };
    },
    pathsOf: (files) => files.map((file) => (file instanceof File ? `/home/bob/${file.name}` : "")),
  };
}
