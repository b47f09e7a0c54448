import {
  ArrowDown,
  ArrowUp,
  Ban,
  Bell,
  BellOff,
  BellRing,
  Check,
  Clock,
  ClockAlert,
  Contrast,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  MonitorSmartphone,
  MonitorX,
  ShieldCheck,
  ShieldX,
  TriangleAlert,
  Unplug,
  X,
} from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Card, CardState } from "../../shared/model/card.ts";
import { Chip, type Tone } from "./chip.tsx";

interface Look {
  readonly tone: Tone;
  readonly icon: LucideIcon;
  readonly isSpinning?: boolean;
}

const LOOKS: Readonly<Record<CardState, Look>> = {
  preparing: { tone: "neutral", icon: LoaderCircle, isSpinning: true },
  reaching: { tone: "accent", icon: Clock },
  ringing: { tone: "accent", icon: Bell },
  waiting: { tone: "accent", icon: Clock },
  accepting: { tone: "accent", icon: LoaderCircle, isSpinning: true },
  transferring: { tone: "accent", icon: ArrowDown },
  stalled: { tone: "warn", icon: Hourglass },
  verifying: { tone: "accent", icon: LoaderCircle, isSpinning: true },
  verified: { tone: "success", icon: ShieldCheck },
  confirmed: { tone: "success", icon: Check },
  partly: { tone: "warn", icon: Contrast },
  failed: { tone: "danger", icon: TriangleAlert },
  interrupted: { tone: "warn", icon: Unplug },
  damaged: { tone: "danger", icon: ShieldX },
  declined: { tone: "neutral", icon: Ban },
  noanswer: { tone: "neutral", icon: ClockAlert },
  cancelled: { tone: "neutral", icon: X },
  elsewhere: { tone: "elsewhere", icon: MonitorSmartphone },
  declinedElsewhere: { tone: "elsewhere", icon: MonitorX },
  noLongerRinging: { tone: "neutral", icon: BellOff },
  missed: { tone: "warn", icon: BellRing },
};

interface StateChipProps {
  readonly card: Card;
}

/** The one word for how a card stands: the same on every screen. */
export function StateChip({ card }: StateChipProps): ReactNode {
  const look = LOOKS[card.state];
  const icon = card.state === "transferring" && card.direction === "outgoing" ? ArrowUp : look.icon;
  return (
    <Chip tone={toneOf(card)} icon={icon} isSpinning={look.isSpinning === true}>
      {useStateWord(card)}
    </Chip>
  );
}

/** Nobody vouches for what was received without a fingerprint, so it is not shown as a success. */
function toneOf(card: Card): Tone {
  const isUnchecked = card.state === "confirmed" && card.direction === "incoming";
  return isUnchecked ? "neutral" : LOOKS[card.state].tone;
}

export function useStateWord(card: Card): string {
  const t = useTranslations("states");
  const isIncoming = card.direction === "incoming";
  const { done, total } = doneOf(card);
  switch (card.state) {
    case "reaching":
      return t("reaching", { name: card.peerName });
    case "transferring":
      return t(isIncoming ? "receiving" : "sending");
    case "verified":
      return t(isIncoming ? "receivedVerified" : "sentVerified");
    case "confirmed":
      return t(isIncoming ? "receivedUnchecked" : "sentConfirmed");
    case "partly":
      return t(isIncoming ? "partlyReceived" : "partlySent", {
        done: String(done),
        total: String(total),
      });
    case "noanswer":
      return t("noAnswer");
    default:
      return t(card.state);
  }
}

function doneOf(card: Card): { readonly done: number; readonly total: number } {
  const done = card.files.filter(({ state }) => state === "verified" || state === "complete");
  return { done: done.length, total: card.files.length };
}
