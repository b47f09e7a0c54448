import type { Card } from "../../../shared/model/card.ts";
import { useAsk } from "../../ipc/stores.tsx";
import { acceptedFiles, type Selection } from "./selection.ts";

export interface Answers {
  readonly accept: () => void;
  readonly silence: () => void;
  readonly declineAll: () => void;
  readonly declineHere: () => void;
  readonly declineAndBlock: () => void;
  readonly chooseFolder: () => void;
}

/** Every answer that an offer can be given. */
export function useAnswers(card: Card, selection: Selection): Answers {
  const ask = useAsk();
  const { id } = card;
  return {
    accept: () => {
      void ask("offer.accept", {
        id,
        files: acceptedFiles(selection),
        ...(card.folder === undefined ? {} : { folder: card.folder }),
      });
    },
    silence: () => void ask("offer.silence", { id }),
    declineAll: () => void ask("offer.decline", { id, where: "everywhere" }),
    declineHere: () => void ask("offer.decline", { id, where: "here" }),
    declineAndBlock: () => void ask("offer.decline", { id, where: "everywhere", isBlocking: true }),
    chooseFolder: () =>
      void ask("folder.choose", card.folder === undefined ? {} : { current: card.folder }).then(
        (folder) => {
          if (typeof folder === "string") void ask("offer.folder", { id, folder });
        },
      ),
  };
}
