import { useMemo } from "react";
import { useTranslations } from "use-intl";
import type { RequestFailure } from "../../../shared/ipc/contract.ts";
import type { Card } from "../../../shared/model/card.ts";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { navigate } from "../../app/navigation.ts";
import { useStores } from "../../ipc/stores.tsx";
import { canOpen } from "../transfers/card-actions.ts";
import { cardDetails, isThere } from "./card-text.ts";

export interface EntryActions {
  /** Opens a file; without an index the first that is there. */
  readonly open: (card: Card, index?: number) => Promise<void>;
  readonly reveal: (card: Card, index?: number) => Promise<void>;
  /** The user points to where a moved file is now. */
  readonly locate: (card: Card, index: number) => Promise<void>;
  /** A file set aside as damaged; keeping it asks first. */
  readonly keep: (card: Card, index: number) => void;
  readonly settle: (card: Card, index: number, what: "keep" | "delete") => Promise<void>;
  /** Goes on with what was interrupted, and shows it. */
  readonly resume: (card: Card) => Promise<void>;
  readonly sendAgain: (card: Card) => Promise<void>;
  readonly askAgain: (card: Card) => Promise<void>;
  readonly copyDetails: (card: Card) => Promise<void>;
  readonly forget: (card: Card) => Promise<void>;
}

interface EntryActionOptions {
  readonly forget: (id: string) => Promise<RequestFailure | undefined>;
  /** A file that can run programs was to be opened. */
  readonly onDangerous: (card: Card, index: number) => void;
  /** A damaged file was to be kept. */
  readonly onKeep: (card: Card, index: number) => void;
  /** A card that is not among those of this run, as it is now. */
  readonly onChanged: (card: Card) => void;
}

export function useEntryActions({
  forget,
  onDangerous,
  onKeep,
  onChanged,
}: EntryActionOptions): EntryActions {
  const t = useTranslations("history");
  const { client, window: windowStore } = useStores();
  const announce = useAnnounce();
  return useMemo(() => {
    const { fail } = windowStore.getState();
    return {
      open: async (card, index = firstThere(card)) => {
        if (index === undefined) return;
        const answer = await client.request("file.open", { id: card.id, index });
        if (answer.ok) return;
        if (answer.error.code === "dangerous") onDangerous(card, index);
        else fail(answer.error);
      },
      reveal: async (card, index = firstThere(card)) => {
        if (index === undefined) return;
        const answer = await client.request("file.reveal", { id: card.id, index });
        if (!answer.ok) fail(answer.error);
      },
      locate: async ({ id }, index) => {
        const answer = await client.request("file.locate", { id, index });
        if (!answer.ok) fail(answer.error);
        else if (answer.value !== null) {
          onChanged(answer.value);
          const name = answer.value.files.find((file) => file.index === index)?.name ?? "";
          announce({ text: t("found", { name }), politeness: "polite" });
        }
      },
      keep: onKeep,
      settle: async ({ id }, index, what) => {
        const answer = await client.request("file.settle", { id, index, what });
        if (answer.ok) onChanged(answer.value);
        else fail(answer.error);
      },
      resume: async ({ id }) => {
        const answer = await client.request("card.resume", { id });
        if (answer.ok) navigate("transfers", { card: id });
        else fail(answer.error);
      },
      sendAgain: async (card) => {
        const answer = await client.request("card.retry", { id: card.id });
        if (!answer.ok) {
          fail(answer.error);
          return;
        }
        windowStore.getState().select([answer.value]);
        navigate("transfers", { card: answer.value });
      },
      askAgain: async (card) => {
        const answer = await client.request("offer.askAgain", { id: card.id });
        if (!answer.ok) fail(answer.error);
      },
      copyDetails: async (card) => {
        const answer = await client.request("text.copy", { text: cardDetails(card) });
        if (answer.ok) announce({ text: t("copied"), politeness: "polite" });
        else fail(answer.error);
      },
      forget: async (card) => {
        const failure = await forget(card.id);
        if (failure === undefined) announce({ text: t("forgotten"), politeness: "polite" });
        else fail(failure);
      },
    };
  }, [client, windowStore, announce, t, forget, onDangerous, onKeep, onChanged]);
}

/** What is damaged lies there too, but only to be settled. */
function firstThere(card: Card): number | undefined {
  return (card.files.find(canOpen) ?? card.files.find(isThere))?.index;
}
