import { describe, expect, it } from "vitest";
import { type BuiltMessage, FlowBuilder, toRecords } from "../../tests/support/trace-builder.ts";
import { type FlowReport, isComplete, recogniseFlows } from "./flow-report.ts";
import { FLOW_STEPS, type FlowStep, STEP_CAUSES } from "./flow-step.ts";

function reportOf(messages: readonly BuiltMessage[]): FlowReport {
  const [report] = recogniseFlows(toRecords(messages));
  if (report === undefined) throw new Error("no offer was recognised");
  return report;
}

function indexOf(messages: readonly BuiltMessage[], step: FlowStep): number {
  return messages.findIndex((message) => message.steps.includes(step));
}

/** The message of `step` moved to the place just before the one of `cause`. */
function movedBefore(
  messages: readonly BuiltMessage[],
  step: FlowStep,
  cause: FlowStep,
): readonly BuiltMessage[] {
  const moved = messages.filter((message) => message.steps.includes(step));
  const rest = messages.filter((message) => !message.steps.includes(step));
  return rest.toSpliced(indexOf(rest, cause), 0, ...moved);
}

describe("the 41 steps of the change request", () => {
  it("are all seen in a conforming flow to two devices", () => {
    const report = reportOf(new FlowBuilder().messages);
    expect(report.seen).toEqual(FLOW_STEPS);
    expect(report.missing).toEqual([]);
    expect(report.misplaced).toEqual([]);
    expect(report.notApplicable).toEqual([]);
    expect(isComplete(report)).toBe(true);
  });

  it("are the messages that the figures draw, and no others", () => {
    const { messages } = new FlowBuilder({ files: 2, chunks: 3 });
    const report = reportOf(messages);
    const recognised = report.hops.map((hop) => [...(report.stepsOf.get(hop) ?? [])].sort());
    expect(recognised).toEqual(messages.map(({ steps }) => [...steps].sort()));
  });

  it.each(FLOW_STEPS.flatMap((step) => [[step, 1] as const, [step, 3] as const]))(
    "names %s when its message is not there, of files of %i chunks",
    (step, chunks) => {
      const { messages } = new FlowBuilder({ chunks });
      const without = messages.filter((message) => !message.steps.includes(step));
      const report = reportOf(without);
      const removed = messages.find((message) => message.steps.includes(step))?.steps ?? [];
      expect(report.missing).toEqual(FLOW_STEPS.filter((name) => removed.includes(name)));
      expect(report.misplaced).toEqual([]);
      expect(isComplete(report)).toBe(false);
    },
  );

  it.each(FLOW_STEPS.flatMap((step) => STEP_CAUSES[step].map((cause) => [step, cause] as const)))(
    "calls %s misplaced before %s, where that is its cause",
    (step, cause) => {
      const { messages } = new FlowBuilder();
      const effectFrom = messages.find((message) => message.steps.includes(step))?.from;
      const causeTo = messages.find((message) => message.steps.includes(cause))?.to;
      const report = reportOf(movedBefore(messages, step, cause));
      expect(report.missing).toEqual([]);
      const names = report.misplaced.map((entry) => entry.step);
      if (effectFrom === causeTo) expect(names).toContain(step);
      else expect(STEP_CAUSES[step].length).toBeGreaterThan(1);
    },
  );
});

describe("order is causal, not numeric", () => {
  it("lets the core cancel in the instant it forwards the OK, or after everything else", () => {
    const { messages } = new FlowBuilder();
    const isCancel = ({ steps }: BuiltMessage): boolean =>
      steps.includes("T10") || steps.includes("T11");
    const late = [...messages.filter((m) => !isCancel(m)), ...messages.filter(isCancel)];
    expect(isComplete(reportOf(late))).toBe(true);
  });

  it("calls T10 misplaced before the loser's provisional response", () => {
    const { messages } = new FlowBuilder();
    const isRinging = ({ from, summary }: BuiltMessage): boolean =>
      from === "b1" && summary.status === 180;
    const ringing = messages.filter(isRinging);
    const rest = messages.filter((message) => !isRinging(message));
    const late = rest.toSpliced(indexOf(rest, "T11"), 0, ...ringing);
    expect(reportOf(late).misplaced).toEqual([
      { step: "T10", cause: "the device's provisional response" },
    ]);
  });

  it("calls O11 misplaced before the last chunk of the last file", () => {
    const { messages } = new FlowBuilder({ chunks: 2 });
    const isLast = ({ from, summary }: BuiltMessage): boolean =>
      from === "pf-a" && summary.flag === "$";
    const rest = messages.filter((message) => !isLast(message));
    const late = rest.toSpliced(indexOf(rest, "O11") + 1, 0, ...messages.filter(isLast));
    expect(reportOf(late).misplaced.map(({ step }) => step)).toEqual(["O11"]);
  });

  it("takes a message that arrived late for its cause only from its arrival on", () => {
    const records = toRecords(new FlowBuilder().messages).map((record) =>
      record.element === "core-a" && record.dir === "in" && record.summary.topBranch === "a1>core-a"
        ? { ...record, t: (BigInt(record.t) + 3_000_000n).toString() }
        : record,
    );
    const [report] = recogniseFlows(records);
    expect(report?.misplaced).toEqual([{ step: "O2", cause: "O1" }]);
  });

  it("decides equal times of one process by its counter", () => {
    const records = toRecords(new FlowBuilder().messages).map((record) => ({
      ...record,
      t: "5",
      process: "simulation",
    }));
    const numbered = records.map((record, i) => ({ ...record, n: i + 1 }));
    expect(recogniseFlows(numbered).map(isComplete)).toEqual([true]);
    const reversed = records.map((record, i) => ({ ...record, n: records.length - i }));
    expect(recogniseFlows(reversed)[0]?.misplaced.length).toBeGreaterThan(30);
  });
});

describe("devices of the receiver", () => {
  it("with one device T5, T10 and T11 are not applicable", () => {
    const report = reportOf(new FlowBuilder({ devices: ["b1"] }).messages);
    expect(report.notApplicable).toEqual(["T5", "T10", "T11"]);
    expect(report.seen).toHaveLength(38);
    expect(isComplete(report)).toBe(true);
  });

  it("with four devices every losing one is offered the files, cancelled and confirms", () => {
    const { messages } = new FlowBuilder({ devices: ["b1", "b2", "b3", "b4"] });
    expect(isComplete(reportOf(messages))).toBe(true);
    const withoutOne = messages.filter(({ steps, to }) => !(steps.includes("T10") && to === "b2"));
    expect(reportOf(withoutOne).missing).toEqual(["T10"]);
    const withoutOffer = messages.filter(({ steps, to }) => !(steps.includes("T4") && to === "b3"));
    expect(reportOf(withoutOffer).missing).toEqual(["T4"]);
  });

  it("a device that had refused is not cancelled, so that T10 and T11 are not applicable", () => {
    const messages = new FlowBuilder().messages
      .filter(({ steps }) => !steps.includes("T10") && !steps.includes("T11"))
      .map((message) =>
        message.summary.status === 487
          ? { ...message, summary: { ...message.summary, status: 486 } }
          : message,
      );
    expect(reportOf(messages).notApplicable).toEqual(["T10", "T11"]);
  });

  it("the first acceptance wins when two devices accept in one instant", () => {
    const { messages } = new FlowBuilder();
    const at = indexOf(messages, "T7");
    const template = messages[at - 1];
    if (template === undefined) throw new Error("the flow has a T7");
    const late = { ...template, steps: [], summary: { ...template.summary } };
    const fromLoser = (from: string, to: string): BuiltMessage => ({
      ...late,
      ...{ from, to },
      summary: {
        status: 200,
        cseq: "1 INVITE",
        toTag: "b1",
        callId: "d3",
        topBranch: `${to}>${from}`,
      },
    });
    const raced = messages
      .filter(({ summary, steps }) => summary.status !== 487 && !steps.includes("T11"))
      .filter(({ steps }) => !steps.includes("T10"))
      .toSpliced(at, 0, fromLoser("b1", "core-b"), fromLoser("core-b", "pf-b"));
    const report = reportOf(raced);
    expect(report.path.winner).toBe("b2");
    expect(report.missing).toEqual([]);
    expect(report.notApplicable).toEqual(["T10", "T11"]);
  });
});

describe("what else a trace may hold", () => {
  it("an INVITE that was challenged first counts by the attempt that went through", () => {
    const { messages } = new FlowBuilder();
    const renumbered = messages.map((message) =>
      message.summary.callId === "d1" && message.summary.cseq?.endsWith("INVITE") === true
        ? { ...message, summary: { ...message.summary, cseq: "2 INVITE" } }
        : message,
    );
    const [invite] = messages;
    if (invite === undefined) throw new Error("the flow has an O1");
    const challenged: BuiltMessage = {
      ...invite,
      steps: [],
      summary: { ...invite.summary, topBranch: "first try" },
    };
    const challenge: BuiltMessage = {
      ...{ steps: [], from: "core-a", to: "a1", proto: "sip" },
      summary: { status: 407, cseq: "1 INVITE", callId: "d1", topBranch: "first try", toTag: "x" },
    };
    const report = reportOf([challenged, challenge, ...renumbered]);
    expect(isComplete(report)).toBe(true);
    const o1 = report.hops.find((hop) => report.stepsOf.get(hop)?.includes("O1"));
    expect(o1?.summary.cseq).toBe("2 INVITE");
  });

  it("the bodiless SEND that opens a session is no step", () => {
    const { messages } = new FlowBuilder();
    const opener: BuiltMessage = {
      ...{ steps: [], from: "pf-a", to: "a1", proto: "msrp" },
      summary: { method: "SEND", tid: "opener", messageId: "opener", hasBody: false, flag: "$" },
    };
    const early: BuiltMessage = { ...opener, from: "a1", to: "pf-a" };
    const report = reportOf(messages.toSpliced(indexOf(messages, "O8"), 0, opener, early));
    expect(isComplete(report)).toBe(true);
  });

  it("retransmissions fall together in one hop", () => {
    const records = toRecords(new FlowBuilder().messages);
    const again = records
      .filter(({ dir }) => dir === "out")
      .map((record) => ({
        ...record,
        t: (BigInt(record.t) + 500_000_000n).toString(),
        n: record.n + 1000,
      }));
    const [report] = recogniseFlows([...records, ...again]);
    expect(report && isComplete(report)).toBe(true);
    expect(report?.hops.every((hop) => hop.copies === 2)).toBe(true);
  });

  it("several offers of several conversations each have their own report", () => {
    const first = new FlowBuilder({ prefix: "1-", conversationId: "one" }).messages;
    const second = new FlowBuilder({ prefix: "2-", conversationId: "two", devices: ["b2"] })
      .messages;
    const interleaved = first.flatMap((message, i) => {
      const other = second[i];
      return other === undefined ? [message] : [message, other];
    });
    const reports = recogniseFlows(toRecords(interleaved));
    expect(reports.map((report) => report.conversationId)).toEqual(["one", "two"]);
    expect(reports.map((report) => report.missing)).toEqual([[], []]);
    expect(reports.map((report) => report.seen.length)).toEqual([41, 38]);
  });

  it("several offers of one conversation are told apart by time", () => {
    const first = toRecords(new FlowBuilder({ prefix: "1-", files: 2 }).messages);
    const second = toRecords(new FlowBuilder({ prefix: "2-" }).messages, 10_000);
    const reports = recogniseFlows([...second, ...first]);
    expect(reports.map(isComplete)).toEqual([true, true]);
    expect(reports[0]?.hops.map((hop) => hop.summary.messageId)).not.toContain("2-file-0");
    expect(reports[1]?.hops.map((hop) => hop.summary.messageId)).not.toContain("1-file-0");
  });

  it("an offer that nobody accepted has the steps up to the devices", () => {
    const { messages } = new FlowBuilder();
    const report = reportOf(messages.slice(0, indexOf(messages, "T6")));
    expect(report.seen).toEqual(["O1", "O2", "O3", "O4", "T1", "T2", "T3", "T4", "T5"]);
    expect(isComplete(report)).toBe(false);
  });

  it("inside one home network nothing passes between two cores", () => {
    const rename = (name: string): string => name.replace("-b", "-a");
    const messages = new FlowBuilder().messages
      .map((message) => ({ ...message, from: rename(message.from), to: rename(message.to) }))
      .filter(({ from, to }) => !(from === "core-a" && to === "core-a"));
    const report = reportOf(messages);
    expect(report.notApplicable).toEqual(["O4", "O5", "O16", "O17", "T1", "T9", "T14", "T21"]);
    expect(report.missing).toEqual([]);
    expect(report.misplaced).toEqual([]);
  });

  it("clients that are not traced are known by addresses, other ones for MSRP than for SIP", () => {
    const isClient = (name: string): boolean => /^[ab]\d/.test(name);
    const addressOf = (name: string, proto: string): string =>
      isClient(name)
        ? `10.0.0.${name.slice(1)}:${proto === "sip" ? "5060" : "40000"}`
        : `${name}:1`;
    const records = toRecords(new FlowBuilder({ devices: ["b1", "b2"], chunks: 2 }).messages)
      .filter(({ element }) => !isClient(element))
      .map((record) => {
        const remote = addressOf(record.peer, record.proto);
        const shift = record.peer === "a1" ? remote.replace("0.1:", "9.1:") : remote;
        return { ...record, remote: shift, peer: isClient(record.peer) ? shift : record.peer };
      });
    const [report, ...others] = recogniseFlows(records);
    expect(others).toEqual([]);
    expect(report?.missing).toEqual([]);
    expect(report?.misplaced).toEqual([]);
  });

  it("an empty trace holds no offer", () => {
    expect(recogniseFlows([])).toEqual([]);
  });
});
