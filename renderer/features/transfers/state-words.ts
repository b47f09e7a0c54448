import {
  ArrowDown,
  ArrowUp,
  Ban,
  BellMinus,
  BellOff,
  BellRing,
  Check,
  CircleX,
  Clock,
  ClockAlert,
  Contrast,
  HardDrive,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  MonitorSmartphone,
  MonitorX,
  Pause,
  PlugZap,
  ShieldCheck,
  ShieldEllipsis,
  ShieldX,
  TriangleAlert,
  Unplug,
} from "lucide-react";
import type { Card, CardFile, CardFileState, CardState } from "../../../shared/model/card.ts";
import type { Messages } from "../../i18n/messages.ts";
import type { Tone } from "../../ui/chip.tsx";

export interface StateLook {
  readonly tone: Tone;
  readonly icon: LucideIcon;
  readonly isSpinning?: boolean;
  readonly word: keyof Messages["states"];
}

type Look = StateLook | { readonly incoming: StateLook; readonly outgoing: StateLook };

/** Colour, icon and word of each state; the same on every screen. */
const LOOKS: Readonly<Record<CardState, Look>> = {
  preparing: { tone: "neutral", icon: LoaderCircle, isSpinning: true, word: "preparing" },
  reaching: { tone: "accent", icon: Clock, word: "reaching" },
  ringing: { tone: "accent", icon: BellRing, word: "ringing" },
  waiting: { tone: "accent", icon: Clock, word: "waiting" },
  accepting: { tone: "accent", icon: LoaderCircle, isSpinning: true, word: "accepting" },
  transferring: {
    incoming: { tone: "accent", icon: ArrowDown, word: "receiving" },
    outgoing: { tone: "accent", icon: ArrowUp, word: "sending" },
  },
  stalled: { tone: "warn", icon: Hourglass, word: "stalled" },
  verifying: { tone: "accent", icon: ShieldEllipsis, word: "verifying" },
  paused: { tone: "neutral", icon: Pause, word: "paused" },
  reconnecting: { tone: "warn", icon: PlugZap, word: "reconnecting" },
  waitingForSpace: { tone: "warn", icon: HardDrive, word: "waitingForSpace" },
  verified: {
    incoming: { tone: "success", icon: ShieldCheck, word: "receivedVerified" },
    outgoing: { tone: "success", icon: ShieldCheck, word: "sentVerified" },
  },
  confirmed: {
    incoming: { tone: "neutral", icon: Check, word: "receivedUnchecked" },
    outgoing: { tone: "success", icon: Check, word: "sentConfirmed" },
  },
  partly: {
    incoming: { tone: "warn", icon: Contrast, word: "partlyReceived" },
    outgoing: { tone: "warn", icon: Contrast, word: "partlySent" },
  },
  declined: { tone: "neutral", icon: Ban, word: "declined" },
  elsewhere: { tone: "elsewhere", icon: MonitorSmartphone, word: "elsewhere" },
  declinedElsewhere: { tone: "elsewhere", icon: MonitorX, word: "declinedElsewhere" },
  cancelled: { tone: "neutral", icon: CircleX, word: "cancelled" },
  noLongerRinging: { tone: "neutral", icon: BellOff, word: "noLongerRinging" },
  missed: { tone: "warn", icon: BellMinus, word: "missed" },
  noanswer: { tone: "neutral", icon: ClockAlert, word: "noAnswer" },
  failed: { tone: "danger", icon: TriangleAlert, word: "failed" },
  interrupted: { tone: "warn", icon: Unplug, word: "interrupted" },
  damaged: { tone: "danger", icon: ShieldX, word: "damaged" },
};

export function lookOf(
  card: Pick<Card, "state" | "direction" | "problem" | "pausedBy">,
): StateLook {
  const look = LOOKS[card.state];
  const own = "word" in look ? look : look[card.direction];
  if (card.state === "paused" && card.pausedBy === "peer") return { ...own, word: "pausedBy" };
  // Whose doing it was is only known where the card says so.
  return card.state === "cancelled" && card.problem?.code === "cancelled-by-peer"
    ? { ...own, word: "cancelledBy" }
    : own;
}

const FILE_LOOKS: Readonly<Record<CardFileState, Omit<StateLook, "isSpinning">>> = {
  offered: { tone: "neutral", icon: Clock, word: "fileOffered" },
  declined: { tone: "neutral", icon: Ban, word: "fileDeclined" },
  waiting: { tone: "neutral", icon: Clock, word: "fileWaiting" },
  transferring: { tone: "accent", icon: ArrowDown, word: "fileTransferring" },
  verifying: { tone: "accent", icon: ShieldEllipsis, word: "fileVerifying" },
  verified: { tone: "success", icon: ShieldCheck, word: "fileVerified" },
  complete: { tone: "neutral", icon: Check, word: "fileComplete" },
  failed: { tone: "danger", icon: TriangleAlert, word: "fileFailed" },
  damaged: { tone: "danger", icon: ShieldX, word: "fileDamaged" },
  interrupted: { tone: "warn", icon: Unplug, word: "fileInterrupted" },
};

export function fileLookOf(
  file: Pick<CardFile, "state">,
  card: Pick<Card, "direction" | "state">,
): Omit<StateLook, "isSpinning"> {
  const look = FILE_LOOKS[file.state];
  if (card.direction === "incoming") return look;
  if (card.state === "preparing") return FILE_LOOKS.waiting;
  if (file.state === "transferring") return { ...look, icon: ArrowUp };
  // Nobody says that it was not checked over there.
  return file.state === "complete" ? { ...look, tone: "success", word: "fileConfirmed" } : look;
}
