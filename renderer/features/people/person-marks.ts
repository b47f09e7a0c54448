import { Ban, type LucideIcon, MonitorSmartphone, Zap } from "lucide-react";
import type { Person } from "../../../shared/model/app-state.ts";
import type { Tone } from "../../ui/chip.tsx";

export interface PersonMark {
  readonly name: "me" | "blocked" | "autoAccept";
  readonly tone: Tone;
  readonly icon: LucideIcon;
}

/** What is special about a person; most have no mark. */
export function personMarks(person: Person): readonly PersonMark[] {
  if (person.isBlocked) return [{ name: "blocked", tone: "danger", icon: Ban }];
  return [
    ...(person.isMe ? [{ name: "me", tone: "elsewhere", icon: MonitorSmartphone } as const] : []),
    ...(person.autoAccept === undefined
      ? []
      : [{ name: "autoAccept", tone: "warn", icon: Zap } as const]),
  ];
}
