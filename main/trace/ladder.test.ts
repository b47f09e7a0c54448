import { describe, expect, it } from "vitest";
import { FlowBuilder, toRecords } from "../../tests/support/trace-builder.ts";
import { type FlowReport, recogniseFlows } from "./flow-report.ts";
import { formatLadder, formatVerdict } from "./ladder.ts";

function reportOf(builder: FlowBuilder, without?: string): FlowReport {
  const messages = builder.messages.filter(({ steps }) => !steps.some((step) => step === without));
  const [report] = recogniseFlows(toRecords(messages));
  if (report === undefined) throw new Error("no offer was recognised");
  return report;
}

describe("the ladder as text", () => {
  const lines = formatLadder(reportOf(new FlowBuilder({ chunks: 50 }))).split("\n");

  it("has one lane for each element, in the order of the figures", () => {
    expect(lines[0]?.trim().split(/\s+/)).toEqual([
      ...["a1", "core-a", "pf-a", "core-b", "pf-b", "b1", "b2"],
    ]);
  });

  it("draws each message from its sender to its receiver, with the steps it carries", () => {
    const offer = lines.find((line) => line.includes("O4 = T1"));
    expect(offer).toMatch(/^ +6\.0 {2}O4 = T1 .*\|-+INVITE-+>\|/);
    const answer = lines.find((line) => line.includes(" T9"));
    expect(answer).toMatch(/O5 = T9 .*\|<-+200 INVITE-+\|/);
  });

  it("counts the chunks between the steps instead of drawing them", () => {
    expect(lines.length).toBeLessThan(65);
    expect(lines.some((line) => line.includes("more chunks and 200s"))).toBe(true);
  });

  it("keeps the lanes in their columns in every line", () => {
    const arrows = lines.filter((line) => /^ +\d/.test(line));
    const width = Math.max(...arrows.map((line) => line.length));
    for (const line of arrows) expect(line.lastIndexOf("|")).toBe(width - 1);
  });
});

describe("the ladder in a narrow terminal", () => {
  it("gives each lane less room and keeps the arrows readable", () => {
    const text = formatLadder(reportOf(new FlowBuilder()), 96);
    const lines = text.split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(96);
    expect(text).toContain("|-INVITE->|");
    expect(text).toMatch(/\|<-+200-+\|/);
    expect(text).not.toContain("200 INV ");
  });
});

describe("the verdict in one line", () => {
  it("tells a complete flow", () => {
    expect(formatVerdict(reportOf(new FlowBuilder()))).toBe("41 of 41 steps; in causal order");
  });

  it("tells what does not apply to one device", () => {
    expect(formatVerdict(reportOf(new FlowBuilder({ devices: ["b1"] })))).toBe(
      "38 of 38 steps; T5, T10, T11 do not apply to this offer; in causal order",
    );
  });

  it("names what is missing", () => {
    expect(formatVerdict(reportOf(new FlowBuilder(), "T19"))).toBe("40 of 41 steps; missing: T19");
  });
});
