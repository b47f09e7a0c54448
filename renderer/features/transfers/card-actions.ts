import {
  type Card,
  type CardFile,
  canPause,
  canResume,
  isEnded,
} from "../../../shared/model/card.ts";
import { navigate } from "../../app/navigation.ts";
import type { Ask, Stores } from "../../ipc/stores.tsx";
import { asksBeforeCancel } from "./card-summary.ts";

/** What can be done with a card. Some of it asks first: the question is put into the window's store. */
export interface CardActions {
  readonly cancel: () => void;
  readonly cancelFile: (file: CardFile) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Goes on in a folder that the user chooses. */
  readonly resumeElsewhere: () => void;
  /** Pauses what moves, lets go on what does not; false where it can do neither. */
  readonly toggle: () => boolean;
  /** Cancels what runs, puts away what has ended. */
  readonly remove: () => void;
  /** Offers anew what was not transferred, or asks the other user to. */
  readonly retry: () => void;
  readonly open: (file: CardFile, isConfirmed?: boolean) => void;
  readonly reveal: (file: CardFile) => void;
  readonly copyPath: (file: CardFile) => void;
  readonly drag: (file: CardFile) => void;
  readonly keep: (file: CardFile) => void;
  readonly discard: (file: CardFile) => void;
  readonly forward: () => void;
  readonly showDetails: () => void;
  readonly copyDetails: (details: string) => void;
}

export function cardActions(card: Card, stores: Stores, ask: Ask): CardActions {
  const { id } = card;
  const { getState } = stores.window;
  const cancel = (): void => {
    const progress = stores.progress.getState().byId[id];
    if (asksBeforeCancel(card, progress, Date.now())) getState().ask({ kind: "cancel", id });
    else void ask("card.cancel", { id });
  };
  const pause = (): void => void ask("card.pause", { id });
  const resume = (): void => void ask("card.resume", { id });
  return {
    cancel,
    pause,
    resume,
    resumeElsewhere: () => void resumeElsewhere(card, ask),
    toggle: () => {
      if (canResume(card)) resume();
      else if (canPause(card)) pause();
      else return false;
      return true;
    },
    cancelFile: ({ index }) => void ask("card.cancelFile", { id, index }),
    remove: () => {
      if (!isEnded(card.state)) cancel();
      else if (isKept(card)) getState().ask({ kind: "forget", id, ids: [id] });
      else void ask("card.dismiss", { ids: [id] });
    },
    retry: () => {
      if (card.direction === "outgoing") void ask("card.retry", { id });
      else void ask("offer.askAgain", { id });
    },
    open: (file, isConfirmed = false) => void openFile(card, file, { stores, isConfirmed }),
    reveal: ({ index }) => void ask("file.reveal", { id, index }),
    copyPath: ({ index }) => void ask("file.copyPath", { id, index }),
    drag: ({ index }) => void ask("file.drag", { id, index }),
    keep: ({ index }) => {
      getState().ask({ kind: "keep", id, index });
    },
    discard: ({ index }) => void ask("file.settle", { id, index, what: "delete" }),
    forward: () => void forward(card, stores, ask),
    showDetails: () => {
      navigate("transfers");
      getState().choose([id]);
    },
    copyDetails: (text) => void ask("text.copy", { text }),
  };
}

/** Putting the card away deletes what has arrived of it. */
export function isKept(card: Card): boolean {
  return card.direction === "incoming" && isEnded(card.state) && canResume(card);
}

/** The file lies where it was put, and nothing is known against it. */
export function canOpen({ path, isGone, state }: CardFile): boolean {
  return path !== undefined && isGone !== true && state !== "damaged";
}

async function resumeElsewhere({ id, folder: current }: Card, ask: Ask): Promise<void> {
  const folder = await ask("folder.choose", current === undefined ? {} : { current });
  if (folder !== undefined && folder !== null) await ask("card.resume", { id, folder });
}

async function openFile(
  { id }: Card,
  { index }: CardFile,
  { stores, isConfirmed }: { readonly stores: Stores; readonly isConfirmed: boolean },
): Promise<void> {
  const args = { id, index, ...(isConfirmed ? { isConfirmed } : {}) };
  const answer = await stores.client.request("file.open", args);
  if (answer.ok) return;
  if (answer.error.code === "dangerous" && !isConfirmed)
    stores.window.getState().ask({ kind: "dangerous", id, index });
  else stores.window.getState().fail(answer.error);
}

async function forward({ files }: Card, stores: Stores, ask: Ask): Promise<void> {
  const paths = files.filter(canOpen).flatMap(({ path }) => path ?? []);
  const looked = await ask("files.look", { paths });
  if (looked === undefined) return;
  stores.window.getState().fillCompose({ files: looked });
  navigate("send");
}
