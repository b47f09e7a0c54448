import { createStore, type StoreApi } from "zustand";
import type { Bridge, RequestFailure } from "../../../shared/ipc/contract.ts";
import { MAX_PICKED } from "../../../shared/ipc/limits.ts";
import type { AppState, PickedFile } from "../../../shared/model/app-state.ts";
import {
  type Compose,
  type ComposeAction,
  composeRows,
  EMPTY_COMPOSE,
  offerIcons,
  type Preview,
  previewsToMake,
  type Recipient,
  reduceCompose,
  repeatedPaths,
  sendableFiles,
  sendButton,
} from "./compose.ts";

/** Paths looked at in one request, so that the button can say how far it is. */
const LOOK_AT_ONCE = 100;

/** Somebody who could not be offered the files, and why. */
export interface SendFailure {
  readonly to: string;
  readonly name: string;
  readonly error: RequestFailure;
}

export type ComposeNotice =
  | { readonly name: "repeated"; readonly count: number; readonly first: string }
  | { readonly name: "nothingToPaste" }
  /** What was dropped is not a file on this computer. */
  | { readonly name: "noPath" }
  | { readonly name: "tooManyDropped"; readonly max: number }
  /** Dropped on a person, but not everything can be sent: nothing was. */
  | { readonly name: "lookFirst"; readonly person: string };

export interface ComposeStoreState {
  readonly compose: Compose;
  readonly isSending: boolean;
  readonly failures: readonly SendFailure[];
  /** The whole offer could not be made. */
  readonly failure: RequestFailure | undefined;
  readonly notice: ComposeNotice | undefined;
  readonly dispatch: (action: ComposeAction) => void;
  readonly addPaths: (paths: readonly string[]) => Promise<void>;
  readonly addPicked: (files: readonly PickedFile[]) => void;
  readonly choose: (kind: "files" | "folder") => Promise<void>;
  readonly paste: () => Promise<void>;
  readonly addSample: () => Promise<void>;
  /** @returns ids of the new cards; empty where nobody was offered anything */
  readonly send: () => Promise<readonly string[]>;
  /** Offers what was dropped on a person; with a problem among the files, it becomes the offer on the page instead. */
  readonly sendAtOnce: (to: Recipient, paths: readonly string[]) => Promise<readonly string[]>;
  readonly putAway: (what: "notice" | "failure") => void;
  /** Forgets everything. */
  readonly clear: () => void;
}

export type ComposeStore = StoreApi<ComposeStoreState>;

export interface ComposeDependencies {
  readonly client: Pick<Bridge, "request">;
  readonly app: () => Pick<AppState, "settings" | "limits">;
  readonly makePreview: (source: string) => Promise<Uint8Array | undefined>;
}

const NOTHING_SHOWN = { failures: [], failure: undefined, notice: undefined } as const;

/** Outlives the page, so that an offer half put together is there when the user comes back. */
export function createComposeStore(dependencies: ComposeDependencies): ComposeStore {
  const { client, app } = dependencies;
  return createStore<ComposeStoreState>((set, get) => {
    const dispatch = (action: ComposeAction): void => {
      set((state) => ({ compose: reduceCompose(state.compose, action) }));
    };

    const addPicked = (files: readonly PickedFile[]): void => {
      const repeated = new Set(
        repeatedPaths(
          get().compose,
          files.map(({ path }) => path),
        ),
      );
      const first = files.find(({ path }) => repeated.has(path));
      if (first !== undefined) {
        set({ notice: { name: "repeated", count: repeated.size, first: first.name } });
      }
      dispatch({ do: "addFiles", files });
      if (app().settings.arePreviewsOn) {
        void makePreviews(previewsToMake(get().compose), dispatch, dependencies.makePreview);
      }
    };

    const look = async (paths: readonly string[]): Promise<readonly PickedFile[]> => {
      const found: PickedFile[] = [];
      dispatch({ do: "setPending", change: paths.length });
      for (let at = 0; at < paths.length; at += LOOK_AT_ONCE) {
        const some = paths.slice(at, at + LOOK_AT_ONCE);
        const answer = await client.request("files.look", { paths: some });
        dispatch({ do: "setPending", change: -some.length });
        if (answer.ok) found.push(...answer.value);
        else set({ failure: answer.error });
      }
      return found;
    };

    const usable = (paths: readonly string[]): readonly string[] => {
      const real = paths.filter((path) => path !== "");
      if (real.length < paths.length) set({ notice: { name: "noPath" } });
      if (real.length > MAX_PICKED) set({ notice: { name: "tooManyDropped", max: MAX_PICKED } });
      return real.slice(0, MAX_PICKED);
    };

    const pick = async (
      name: "files.paste" | "files.sample",
    ): Promise<readonly PickedFile[] | undefined> => {
      set(NOTHING_SHOWN);
      const answer = await client.request(name, {});
      if (answer.ok) {
        addPicked(answer.value);
        return answer.value;
      }
      set({ failure: answer.error });
      return undefined;
    };

    return {
      compose: EMPTY_COMPOSE,
      isSending: false,
      ...NOTHING_SHOWN,
      dispatch,
      addPicked,
      addPaths: async (paths) => {
        set(NOTHING_SHOWN);
        const real = usable(paths);
        if (real.length > 0) addPicked(await look(real));
      },
      choose: async (kind) => {
        set(NOTHING_SHOWN);
        const answer = await client.request("files.choose", { kind });
        if (answer.ok) addPicked(answer.value);
        else set({ failure: answer.error });
      },
      paste: async () => {
        const files = await pick("files.paste");
        if (files?.length === 0) set({ notice: { name: "nothingToPaste" } });
      },
      addSample: async () => {
        await pick("files.sample");
      },
      send: async () => {
        const { compose, isSending } = get();
        const { limits, settings } = app();
        const rows = composeRows(compose.files, limits);
        if (sendButton(compose, rows, isSending).name !== "ready") return [];
        set({ ...NOTHING_SHOWN, isSending: true });
        const files = sendableFiles(rows);
        const paths = files.map(({ path }) => path);
        const text = compose.text.trim();
        const icons = offerIcons(compose, files, settings.arePreviewsOn);
        const answer = await client.request("offer.send", {
          to: compose.recipients.map(({ aor }) => aor),
          paths,
          ...(text === "" ? {} : { text }),
          ...(icons.length === 0 ? {} : { icons }),
        });
        if (!answer.ok) {
          set({ isSending: false, failure: answer.error });
          return [];
        }
        const failures = answer.value.flatMap((result) =>
          result.ok
            ? []
            : [{ to: result.to, name: nameOf(compose.recipients, result.to), error: result.error }],
        );
        const reached = answer.value.filter((result) => result.ok);
        dispatch({
          do: "sent",
          paths,
          to: reached.map(({ to }) => to),
          hasFailed: failures.length > 0,
        });
        set({ isSending: false, failures });
        return reached.map(({ id }) => id);
      },
      sendAtOnce: async (to, paths) => {
        set(NOTHING_SHOWN);
        const real = usable(paths);
        if (real.length === 0) return [];
        const files = await look(real);
        const rows = composeRows(files, app().limits);
        const sendable = sendableFiles(rows);
        if (sendable.length < rows.length || rows.length === 0) {
          dispatch({ do: "addRecipient", recipient: to });
          addPicked(files);
          set({ notice: { name: "lookFirst", person: to.name } });
          return [];
        }
        const answer = await client.request("offer.send", {
          to: [to.aor],
          paths: sendable.map(({ path }) => path),
        });
        if (!answer.ok) {
          set({ failure: answer.error });
          return [];
        }
        set({
          failures: answer.value.flatMap((result) =>
            result.ok ? [] : [{ to: to.aor, name: to.name, error: result.error }],
          ),
        });
        return answer.value.flatMap((result) => (result.ok ? [result.id] : []));
      },
      putAway: (what) => {
        set(what === "notice" ? { notice: undefined } : { failure: undefined, failures: [] });
      },
      clear: () => {
        set((state) => ({
          ...NOTHING_SHOWN,
          compose: { ...EMPTY_COMPOSE, pending: state.compose.pending },
        }));
      },
    };
  });
}

async function makePreviews(
  files: readonly PickedFile[],
  dispatch: (action: ComposeAction) => void,
  make: ComposeDependencies["makePreview"],
): Promise<void> {
  for (const { path } of files) dispatch({ do: "setPreview", path, preview: { name: "making" } });
  // One by one: a large photograph takes a lot of memory while it is decoded.
  for (const { path, source } of files) {
    const bytes = source === undefined ? undefined : await make(source);
    const preview: Preview =
      bytes === undefined ? { name: "none" } : { name: "ready", type: "image/jpeg", bytes };
    dispatch({ do: "setPreview", path, preview });
  }
}

function nameOf(recipients: readonly Recipient[], aor: string): string {
  return recipients.find((recipient) => recipient.aor === aor)?.name ?? aor;
}
