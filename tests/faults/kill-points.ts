/** Which process dies. The network's are those of the receiver's home network and of the sender's. */
export type Victim = "sender" | "receiver" | "pf-a" | "pf-b" | "core-a" | "core-b";

export type SizeName = "100kB" | "20MB" | "300MB";

/** Where the hook kills: before or after a place, as it is passed for the nth time. */
export interface KillPoint {
  readonly victim: Victim;
  readonly when: "before" | "after";
  readonly place: string;
  readonly nth: number;
  /** Smaller transfers do not get there. */
  readonly from: SizeName;
}

export const SIZES: readonly SizeName[] = ["100kB", "20MB", "300MB"];

export function nameOf({ victim, when, place, nth }: KillPoint): string {
  return `${victim} ${when} ${place}${nth === 1 ? "" : ` ${String(nth)}`}`;
}

/** `before in INVITE`, `after out SEND 3 @20MB`: the third one, which needs 20 MB. */
function point(victim: Victim, text: string): KillPoint {
  const match = /^(before|after) (.*?)(?: (\d+))?(?: @(\w+))?$/.exec(text);
  const [, when, place = "", nth = "1", from = "100kB"] = match ?? [];
  if (when !== "before" && when !== "after") throw new Error(`not a point: ${text}`);
  const size = SIZES.find((one) => one === from);
  if (size === undefined) throw new Error(`not a size: ${from}`);
  return { victim, when, place, nth: Number(nth), from: size };
}

const SENDER = [
  "before out INVITE",
  "after out INVITE",
  "before in 100 INVITE",
  "before in 180 INVITE",
  "after in 180 INVITE",
  "before in 200 INVITE",
  "after in 200 INVITE",
  "before out ACK",
  "after out ACK",
  "before connect msrp",
  "after connect msrp",
  "before read other",
  "before out SEND",
  "after out SEND",
  "before out SEND 2",
  "after out SEND 2",
  "before in 200 SEND",
  "after in 200 SEND",
  "after in 200 SEND 2",
  "before out SEND 6 @20MB",
  "after out SEND 12 @20MB",
  "after in 200 SEND 15 @20MB",
  "after out SEND 100 @300MB",
  "after out SEND 250 @300MB",
  "before in REPORT",
  "after in REPORT",
  "before out BYE",
  "after out BYE",
  "before in 200 BYE",
  "after in 200 BYE",
  "before history 10",
  "after history 13",
  "before history 16",
  "after history 18",
  "after history 19",
] as const;

const RECEIVER = [
  "before in INVITE",
  "after in INVITE",
  "before out 180 INVITE",
  "after out 180 INVITE",
  "before out 200 INVITE",
  "after out 200 INVITE",
  "before in ACK",
  "after in ACK",
  "before create part",
  "after create part",
  "before write journal",
  "after write journal",
  "after write journal 2",
  "before in SEND",
  "after in SEND",
  "before in SEND 2",
  "after in SEND 2",
  "before write part",
  "after write part",
  "before out 200 SEND",
  "after out 200 SEND",
  "before chmod part",
  "before sync part",
  "after sync part",
  "before link",
  "after link",
  "before unlink part",
  "after unlink part",
  "before sync other",
  "after sync other",
  "before datasync journal",
  "after datasync journal",
  "before out REPORT",
  "after out REPORT",
  "before in BYE",
  "after in BYE",
  "before out 200 BYE",
  "after out 200 BYE",
  "before out MESSAGE",
  "after out MESSAGE",
  "before history 10",
  "after history 13",
  "before history 16",
  "after history 18",
  "after history 20",
  "before datasync part @20MB",
  "after datasync part @20MB",
  "before datasync part 2 @20MB",
  "after datasync journal 2 @20MB",
  "after in SEND 12 @20MB",
  "after write part 20 @20MB",
  "after write part 200 @300MB",
  "after write part 600 @300MB",
  "after datasync part 30 @300MB",
  "before write journal 30 @300MB",
] as const;

/** A Participating Function sees each message twice, as it comes and as it goes. */
const FUNCTION = [
  "before in INVITE",
  "after in INVITE",
  "before out INVITE",
  "after out INVITE",
  "before in 180 INVITE",
  "before out 180 INVITE",
  "after out 180 INVITE",
  "before in 200 INVITE",
  "after in 200 INVITE",
  "before out 200 INVITE",
  "after out 200 INVITE",
  "before in ACK",
  "before out ACK",
  "after out ACK",
  "before in SEND",
  "after in SEND",
  "before out SEND",
  "after out SEND",
  "before in SEND 2",
  "after out SEND 2",
  "before in 200 SEND",
  "before out 200 SEND",
  "after out 200 SEND 2",
  "before in REPORT",
  "before out REPORT",
  "after out REPORT",
  "before in BYE",
  "before out BYE",
  "after out BYE",
  "before out 200 BYE",
  "after out 200 BYE",
  "after out SEND 12 @20MB",
  "after out 200 SEND 15 @20MB",
  "after in SEND 100 @300MB",
  "after out SEND 250 @300MB",
] as const;

const CORE = [
  "before in INVITE",
  "after in INVITE",
  "before out INVITE",
  "after out INVITE",
  "before in INVITE 2",
  "after in INVITE 2",
  "before out INVITE 2",
  "after out INVITE 2",
  "before out 100 INVITE",
  "before in 180 INVITE",
  "after in 180 INVITE",
  "before out 180 INVITE",
  "after out 180 INVITE",
  "before in 200 INVITE",
  "after in 200 INVITE",
  "before out 200 INVITE",
  "after out 200 INVITE",
  "before in 200 INVITE 2",
  "after out 200 INVITE 2",
  "before in ACK",
  "after in ACK",
  "before out ACK",
  "after out ACK",
  "before in BYE",
  "after in BYE",
  "before out BYE",
  "after out BYE",
  "before in 200 BYE",
  "before out 200 BYE",
  "after out 200 BYE",
] as const;

/** All of them; each is tried with every size that gets there. */
export const KILL_POINTS: readonly KillPoint[] = [
  ...SENDER.map((text) => point("sender", text)),
  ...RECEIVER.map((text) => point("receiver", text)),
  ...FUNCTION.map((text, i) => point(i % 2 === 0 ? "pf-b" : "pf-a", text)),
  ...CORE.map((text, i) => point(i % 2 === 0 ? "core-b" : "core-a", text)),
];

export function canReach({ from }: KillPoint, size: SizeName): boolean {
  return SIZES.indexOf(size) >= SIZES.indexOf(from);
}
