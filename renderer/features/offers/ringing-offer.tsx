import { TriangleAlert } from "lucide-react";
import { type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { Card } from "../../../shared/model/card.ts";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { useCommandMatch } from "../../app/command-runner.tsx";
import { useFormats } from "../../i18n/use-formats.ts";
import { useApp } from "../../ipc/stores.tsx";
import { OfferActions } from "./offer-actions.tsx";
import { OfferFiles } from "./offer-files.tsx";
import { OfferFolder } from "./offer-folder.tsx";
import { OfferHead, Sender } from "./offer-head.tsx";
import styles from "./ringing-offer.module.css";
import {
  type Choices,
  chooseConflict,
  NO_CHOICES,
  type Selection,
  selectFiles,
  tickExactly,
} from "./selection.ts";
import { useAnswers } from "./use-answers.ts";
import { useGuard } from "./use-guard.ts";

interface RingingOfferProps {
  readonly card: Card;
  readonly titleId: string;
  readonly place: string;
}

/** Everything needed to decide, on one surface. */
export function RingingOffer({ card, titleId, place }: RingingOfferProps): ReactNode {
  const isMe = useApp((app) => app.people.some(({ aor, isMe: mine }) => mine && aor === card.peer));
  const conflict = useApp((app) => app.settings.conflict);
  const arePicturesShown = useApp((app) => app.settings.arePreviewsOn);
  const [choices, setChoices] = useState<Choices>(NO_CHOICES);
  const selection = useMemo(
    () => selectFiles(card, choices, { isMe, conflict }),
    [card, choices, isMe, conflict],
  );
  const guard = useGuard(place);
  const answers = useAnswers(card, selection);
  const announceTicks = useAnnounceTicks(card);
  const matches = useCommandMatch();

  const change = (next: Choices): void => {
    guard(() => {
      setChoices(next);
      announceTicks(selectFiles(card, next, { isMe, conflict }));
    });
  };
  const tick = (indexes: ReadonlySet<number>): void => {
    change(tickExactly(choices, card.files, indexes));
  };
  const press = (event: KeyboardEvent): void => {
    const actions = {
      offerAll: () => {
        tick(new Set(card.files.map(({ index }) => index)));
      },
      offerNone: () => {
        tick(new Set());
      },
      offerAccept: () => {
        if (selection.canAccept) guard(answers.accept);
      },
      offerDecline: () => {
        guard(answers.declineAll);
      },
    } as const;
    for (const id of ["offerAll", "offerNone", "offerAccept", "offerDecline"] as const)
      if (matches(event, id)) {
        event.preventDefault();
        event.stopPropagation();
        actions[id]();
        return;
      }
  };

  const content = useCardKeys(press);

  return (
    <div className={styles["offer"]} ref={content}>
      <OfferHead card={card} titleId={titleId} />
      <div className={styles["scroll"]}>
        <Sender card={card} />
        {card.text === undefined || card.text === "" ? null : (
          <blockquote className={styles["text"]} dir="auto">
            {card.text}
          </blockquote>
        )}
        <OfferFiles
          files={card.files}
          selection={selection}
          arePicturesShown={arePicturesShown}
          onTick={tick}
          onConflict={(index, policy) => {
            change(chooseConflict(choices, index, policy));
          }}
        />
        <OfferFolder card={card} />
        <OfferNotes card={card} selection={selection} />
      </div>
      <OfferActions card={card} selection={selection} answers={answers} guard={guard} />
    </div>
  );
}

/** Keys that are pressed anywhere on the card, on the card itself too, before lists and buttons get them. */
function useCardKeys(press: (event: KeyboardEvent) => void): RefObject<HTMLDivElement | null> {
  const content = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const card = content.current?.closest<HTMLElement>("[data-offer]");
    card?.addEventListener("keydown", press, { capture: true });
    return () => {
      card?.removeEventListener("keydown", press, { capture: true });
    };
  });
  return content;
}

function useAnnounceTicks(card: Card): (selection: Selection) => void {
  const t = useTranslations("offers");
  const announce = useAnnounce();
  const { sizeAloud } = useFormats();
  const settleKey = `ticks ${card.id}`;
  useEffect(
    () => () => {
      // Once it is answered, nobody wants to hear what was ticked.
      announce({ politeness: "polite", settleKey, text: "" });
    },
    [announce, settleKey],
  );
  return ({ files, ticked, tickedOctets }) => {
    announce({
      politeness: "polite",
      settleKey,
      text: t("announceSelected", {
        count: String(ticked.length),
        total: files.length,
        size: sizeAloud(tickedOctets),
      }),
    });
  };
}

interface OfferNotesProps {
  readonly card: Card;
  readonly selection: Selection;
}

/** What follows from the ticks, in words. */
function OfferNotes({ card, selection }: OfferNotesProps): ReactNode {
  const t = useTranslations("offers");
  const { size } = useFormats();
  const others = useApp((app) => app.devices);
  const devices = others.filter(({ isThisDevice, isOnline }) => !isThisDevice && isOnline);
  const notTaken = selection.files.filter(({ isTicked }) => !isTicked);
  const [first] = notTaken;
  const free = size(selection.freeOctets);
  const isPartly = selection.ticked.length > 0 && first !== undefined;
  return (
    <div className={styles["notes"]}>
      {selection.isHopeless ? (
        <p className={styles["problem"]}>
          <TriangleAlert aria-hidden size={16} />
          {t("noRoom", { name: card.peerName, size: size(selection.offeredOctets), free })}
        </p>
      ) : selection.isTooMuch ? (
        <p className={styles["problem"]}>
          <TriangleAlert aria-hidden size={16} />
          {t("tooMuch", { size: size(selection.neededOctets), free })}
        </p>
      ) : null}
      {selection.restFiles === 0 ? null : (
        <p>{t(notTaken.length === 0 ? "restToo" : "restLater", { count: selection.restFiles })}</p>
      )}
      {isPartly ? (
        <p>
          {notTaken.length === 1
            ? t("notTakenOne", { name: card.peerName, file: first.file.name })
            : t("notTakenMore", {
                name: card.peerName,
                file: first.file.name,
                count: notTaken.length - 1,
              })}
        </p>
      ) : null}
      {card.hasMoreWaiting === true ? <p>{t("moreWaiting")}</p> : null}
      {devices.length === 0 ? null : <AlsoRinging names={devices.map(({ name }) => name)} />}
    </div>
  );
}

interface AlsoRingingProps {
  readonly names: readonly string[];
}

function AlsoRinging({ names }: AlsoRingingProps): ReactNode {
  const t = useTranslations("offers");
  const { list } = useFormats();
  return <p>{t("alsoRinging", { count: names.length, devices: list(names) })}</p>;
}
