import { type ReactNode, useId, useRef } from "react";
import type { Card as CardModel } from "../../../shared/model/card.ts";
import { isEnded } from "../../../shared/model/card.ts";
import { Card } from "../../ui/card.tsx";
import { cx } from "../../ui/cx.ts";
import { TransferCard } from "../transfers/transfer-card.tsx";
import { AcceptingOffer } from "./accepting-offer.tsx";
import { AnsweredOffer } from "./answered-offer.tsx";
import { BriefOffer } from "./brief-offer.tsx";
import styles from "./offer-card.module.css";
import { RingingOffer } from "./ringing-offer.tsx";
import { useKeptFocus } from "./use-kept-focus.ts";
import { useLeaving } from "./use-leaving.ts";

export interface OfferPlace {
  /** Different whenever the buttons may have come or moved. */
  readonly place: string;
  /** All of the offer, not only its first line. */
  readonly isOpen: boolean;
  readonly onOpen: () => void;
  /** Takes the card away from the stack; the offer stays what it is. */
  readonly onLeave: () => void;
  readonly leaveAfterMs: number | undefined;
}

interface OfferCardProps extends OfferPlace {
  readonly card: CardModel;
}

/** One offer, from the first ring to its end: every state in the same place. */
export function OfferCard(props: OfferCardProps): ReactNode {
  const { card, leaveAfterMs, onLeave } = props;
  const titleId = useId();
  const element = useRef<HTMLDivElement>(null);
  useKeptFocus(element, `${card.state} ${String(props.isOpen)}`);
  const hold = useLeaving(element, leaveAfterMs, onLeave);
  const isElsewhere = card.state === "elsewhere" || card.state === "declinedElsewhere";
  const tone = isElsewhere ? "elsewhere" : card.state === "missed" ? "warn" : "plain";
  return (
    <Card
      isFloating
      tone={tone}
      role="group"
      aria-labelledby={titleId}
      tabIndex={-1}
      data-offer={card.id}
      data-ringing={(card.state === "ringing" && props.isOpen) || undefined}
      className={cx(styles["card"])}
      ref={element}
      {...hold}
    >
      <OfferBody {...props} titleId={titleId} />
    </Card>
  );
}

interface OfferBodyProps extends OfferPlace {
  readonly card: CardModel;
  readonly titleId: string;
}

const AS_TRANSFER: ReadonlySet<CardModel["state"]> = new Set([
  "transferring",
  "stalled",
  "verifying",
  "paused",
  "reconnecting",
  "waitingForSpace",
  "verified",
  "confirmed",
  "partly",
  "damaged",
  "interrupted",
]);

function OfferBody({ card, titleId, ...place }: OfferBodyProps): ReactNode {
  if (card.state === "ringing")
    return place.isOpen ? (
      <RingingOffer card={card} titleId={titleId} place={place.place} />
    ) : (
      <BriefOffer card={card} titleId={titleId} place={place.place} onOpen={place.onOpen} />
    );
  if (card.state === "accepting") return <AcceptingOffer card={card} titleId={titleId} />;
  const hasTaken = card.files.some(({ octets, state }) => octets > 0 || state === "verified");
  if (AS_TRANSFER.has(card.state) || (isEnded(card.state) && hasTaken))
    return <TransferCard card={card} titleId={titleId} isInStack onLeave={place.onLeave} />;
  return <AnsweredOffer card={card} titleId={titleId} onLeave={place.onLeave} />;
}
