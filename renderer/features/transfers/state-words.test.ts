import * as icons from "lucide-react";
import { describe, expect, it } from "vitest";
import type { CardState } from "../../../shared/model/card.ts";
import { english } from "../../i18n/messages.ts";
import { fileLookOf, lookOf } from "./state-words.ts";

const ICONS: Readonly<Record<string, unknown>> = icons;

/** ux 3.1, written down a second time: text, icon, colour. */
const INCOMING: Readonly<Partial<Record<CardState, readonly [string, string, string]>>> = {
  ringing: ["Ringing", "accent", "BellRing"],
  accepting: ["Accepting…", "accent", "LoaderCircle"],
  transferring: ["Receiving", "accent", "ArrowDown"],
  stalled: ["Stalled", "warn", "Hourglass"],
  verifying: ["Verifying", "accent", "ShieldEllipsis"],
  verified: ["Received · verified", "success", "ShieldCheck"],
  confirmed: ["Received · not checked", "neutral", "Check"],
  partly: ["Partly received ({done} of {total})", "warn", "Contrast"],
  declined: ["Declined", "neutral", "Ban"],
  elsewhere: ["Accepted on another device", "elsewhere", "MonitorSmartphone"],
  declinedElsewhere: ["Declined on another device", "elsewhere", "MonitorX"],
  cancelled: ["Cancelled", "neutral", "CircleX"],
  noLongerRinging: ["No longer ringing", "neutral", "BellOff"],
  missed: ["Missed", "warn", "BellMinus"],
  failed: ["Failed", "danger", "TriangleAlert"],
  interrupted: ["Interrupted", "warn", "Unplug"],
  damaged: ["Failed verification", "danger", "ShieldX"],
};

const OUTGOING: typeof INCOMING = {
  preparing: ["Preparing", "neutral", "LoaderCircle"],
  reaching: ["Reaching {name}…", "accent", "Clock"],
  waiting: ["Waiting for answer", "accent", "Clock"],
  transferring: ["Sending", "accent", "ArrowUp"],
  verified: ["Sent · verified", "success", "ShieldCheck"],
  confirmed: ["Sent · confirmed", "success", "Check"],
  partly: ["Partly sent ({done} of {total})", "warn", "Contrast"],
  noanswer: ["No answer", "neutral", "ClockAlert"],
};

const ROWS = [
  ...Object.entries(INCOMING).map(([state, look]) => ["incoming", state, look] as const),
  ...Object.entries(OUTGOING).map(([state, look]) => ["outgoing", state, look] as const),
];

describe("ux 3.1 one phrase, icon and colour for a state", () => {
  it.each(ROWS)("%s %s", (direction, state, look) => {
    const { word, tone, icon } = lookOf({ direction, state: state as CardState });
    const [text, colour, name] = look;
    expect([english.states[word], tone]).toEqual([text, colour]);
    expect(icon).toBe(ICONS[name]);
  });

  it("of a file that was sent nobody says that it was not checked over there", () => {
    const words = (["incoming", "outgoing"] as const).map(
      (direction) =>
        english.states[fileLookOf({ state: "complete" }, { direction, state: "partly" }).word],
    );
    expect(words).toEqual(["Not checked", "Confirmed"]);
  });

  it("a file is not called offered before the offer was made", () => {
    const words = (["preparing", "waiting"] as const).map((state) => {
      const { word } = fileLookOf({ state: "offered" }, { direction: "outgoing", state });
      return english.states[word];
    });
    expect(words).toEqual(["Waiting", "Offered"]);
  });

  it("names who cancelled only where that is known", () => {
    const problem = { code: "cancelled-by-peer", message: "", action: "" };
    const { word } = lookOf({ direction: "incoming", state: "cancelled", problem });
    expect(english.states[word]).toBe("Cancelled by {name}");
  });

  it("colour is never the only sign: no two states of a side have the same words", () => {
    const words = Object.values(INCOMING).map(([text]) => text);
    expect(new Set(words).size).toBe(words.length);
  });
});
