import type { FlowStep } from "../../main/trace/flow-step.ts";
import type { TraceRecord, TraceSummary } from "../../shared/model/trace-record.ts";

/** One message of a constructed flow, before it becomes two records. */
export interface BuiltMessage {
  readonly steps: readonly FlowStep[];
  readonly from: string;
  readonly to: string;
  readonly proto: "sip" | "msrp";
  readonly summary: TraceSummary;
}

type Way = readonly [from: string, to: string];

export interface FlowOptions {
  /** The receiver's devices; the last one accepts. */
  readonly devices?: readonly string[];
  readonly conversationId?: string;
  readonly files?: number;
  /** Chunks of each file. */
  readonly chunks?: number;
  /** Distinguishes Call-IDs, tags and ids of several flows in one trace. */
  readonly prefix?: string;
}

/** Both figures of the change request as one conforming flow, message by message. */
export class FlowBuilder {
  readonly messages: BuiltMessage[] = [];
  readonly #options: Required<FlowOptions>;
  readonly #devices: readonly string[];
  readonly #winner: string;

  constructor(options: FlowOptions = {}) {
    this.#options = {
      devices: ["b1", "b2"],
      conversationId: "conversation",
      files: 1,
      chunks: 1,
      prefix: "",
      ...options,
    };
    this.#devices = this.#options.devices;
    this.#winner = this.#devices.at(-1) ?? "b1";
    this.#offer();
    this.#accept();
    this.#media();
    this.#bye();
  }

  #offer(): void {
    this.#invite(["O1"], "a1", "core-a", "d1");
    this.#invite(["O2"], "core-a", "pf-a", "d1");
    this.#invite(["O3"], "pf-a", "core-a", "d2");
    this.#invite(["O4", "T1"], "core-a", "core-b", "d2");
    this.#invite(["T2"], "core-b", "pf-b", "d2");
    this.#invite(["T3"], "pf-b", "core-b", "d3");
    const losers = this.#devices.slice(0, -1);
    for (const device of losers) this.#invite(["T4"], "core-b", device, "d3");
    this.#invite([losers.length > 0 ? "T5" : "T4"], "core-b", this.#winner, "d3");
    for (const device of this.#devices) {
      this.#reply([], [device, "core-b"], "d3", { status: 180, cseq: "1 INVITE", toTag: device });
      this.#reply([], ["core-b", "pf-b"], "d3", { status: 180, cseq: "1 INVITE", toTag: device });
    }
  }

  #accept(): void {
    const ok = (steps: readonly FlowStep[], from: string, to: string, leg: string): void => {
      const toTag = leg === "d3" ? this.#winner : `${leg}-tag`;
      this.#reply(steps, [from, to], leg, { status: 200, cseq: "1 INVITE", toTag });
    };
    ok(["T6"], this.#winner, "core-b", "d3");
    for (const device of this.#devices.slice(0, -1)) this.#cancel(device);
    ok(["T7"], "core-b", "pf-b", "d3");
    ok(["T8"], "pf-b", "core-b", "d2");
    ok(["T9", "O5"], "core-b", "core-a", "d2");
    ok(["O6"], "core-a", "pf-a", "d2");
    ok(["O7"], "pf-a", "core-a", "d1");
    ok(["O8"], "core-a", "a1", "d1");
    this.#request([], ["a1", "core-a"], "d1", { method: "ACK", cseq: "1 ACK", toTag: "d1-tag" });
  }

  #cancel(device: string): void {
    const branch = `core-b>${device}`;
    const cancel = { method: "CANCEL", cseq: "1 CANCEL", topBranch: this.#id(branch) };
    this.#request(["T10"], ["core-b", device], "d3", cancel);
    this.#reply(["T11"], [device, "core-b"], "d3", {
      status: 200,
      cseq: "1 CANCEL",
      toTag: device,
    });
    this.#reply([], [device, "core-b"], "d3", { status: 487, cseq: "1 INVITE", toTag: device });
  }

  #media(): void {
    const hops = [
      ["a1", "pf-a"] as const,
      ["pf-a", "pf-b"] as const,
      ["pf-b", this.#winner] as const,
    ];
    const firstSteps: readonly (readonly FlowStep[])[] = [["O9"], ["O10", "T12"], ["T13"]];
    const lastReplies: readonly (readonly FlowStep[])[] = [["O12"], ["O11"], []];
    for (let file = 0; file < this.#options.files; file += 1) {
      for (let chunk = 0; chunk < this.#options.chunks; chunk += 1) {
        const isFirst = file === 0 && chunk === 0;
        const isLast = chunk === this.#options.chunks - 1;
        const isVeryLast = isLast && file === this.#options.files - 1;
        hops.forEach(([from, to], i) => {
          const tid = this.#id(`${from}-${String(file)}-${String(chunk)}`);
          const summary: TraceSummary = {
            ...{ method: "SEND", tid, messageId: this.#id(`file-${String(file)}`) },
            ...{
              byteRange: `${String(chunk * 9 + 1)}-*/*`,
              hasBody: true,
              flag: isLast ? "$" : "+",
            },
          };
          this.#add(isFirst ? (firstSteps[i] ?? []) : [], [from, to], "msrp", summary);
        });
        [...hops].reverse().forEach(([from, to], i) => {
          const tid = this.#id(`${from}-${String(file)}-${String(chunk)}`);
          const steps = isVeryLast ? (lastReplies[hops.length - 1 - i] ?? []) : [];
          this.#add(steps, [to, from], "msrp", { status: 200, tid });
        });
      }
    }
  }

  #bye(): void {
    const path: readonly (readonly [readonly FlowStep[], string, string, string])[] = [
      [["O13"], "a1", "core-a", "d1"],
      [["O14"], "core-a", "pf-a", "d1"],
      [["O15"], "pf-a", "core-a", "d2"],
      [["O16", "T14"], "core-a", "core-b", "d2"],
      [["T15"], "core-b", "pf-b", "d2"],
      [["T16"], "pf-b", "core-b", "d3"],
      [["T17"], "core-b", this.#winner, "d3"],
    ];
    const answers: readonly (readonly FlowStep[])[] = [
      ...([["O20"], ["O19"], ["O18"], ["T21", "O17"], ["T20"], ["T19"], ["T18"]] as const),
    ];
    const tagOf = (leg: string): string => (leg === "d3" ? this.#winner : `${leg}-tag`);
    for (const [steps, from, to, leg] of path) {
      const bye = {
        method: "BYE",
        cseq: "2 BYE",
        toTag: tagOf(leg),
        topBranch: this.#id(`bye ${from}>${to}`),
      };
      this.#request(steps, [from, to], leg, bye);
    }
    [...path].reverse().forEach(([, from, to, leg], i) => {
      const steps = answers[path.length - 1 - i] ?? [];
      const topBranch = this.#id(`bye ${from}>${to}`);
      this.#reply(steps, [to, from], leg, {
        status: 200,
        cseq: "2 BYE",
        toTag: tagOf(leg),
        topBranch,
      });
    });
  }

  #invite(steps: readonly FlowStep[], from: string, to: string, leg: string): void {
    const { conversationId } = this.#options;
    this.#request(steps, [from, to], leg, { method: "INVITE", cseq: "1 INVITE", conversationId });
  }

  #request(steps: readonly FlowStep[], way: Way, leg: string, summary: TraceSummary): void {
    const topBranch = this.#id(way.join(">"));
    this.#add(steps, way, "sip", { callId: this.#id(leg), topBranch, ...summary });
  }

  /** A response carries the branch of the request that came the other way. */
  #reply(steps: readonly FlowStep[], way: Way, leg: string, summary: TraceSummary): void {
    const topBranch = this.#id(way.toReversed().join(">"));
    this.#add(steps, way, "sip", { callId: this.#id(leg), topBranch, ...summary });
  }

  #add(steps: readonly FlowStep[], way: Way, proto: "sip" | "msrp", summary: TraceSummary): void {
    const [from, to] = way;
    this.messages.push({ steps, from, to, proto, summary });
  }

  #id(text: string): string {
    return `${this.#options.prefix}${text}`;
  }
}

/** Two records for each message, 1 ms apart, in the order of the list. */
export function toRecords(messages: readonly BuiltMessage[], startMs = 0): readonly TraceRecord[] {
  const counters = new Map<string, number>();
  return messages.flatMap((message, i) => {
    const atNs = BigInt(startMs + i * 2) * 1_000_000n + 1_000_000_000n;
    return (["out", "in"] as const).map((dir): TraceRecord => {
      const element = dir === "out" ? message.from : message.to;
      const peer = dir === "out" ? message.to : message.from;
      const n = (counters.get(element) ?? 0) + 1;
      counters.set(element, n);
      return {
        t: (dir === "out" ? atNs : atNs + 1_000_000n).toString(),
        ...{ process: element, n, element, peer, dir, proto: message.proto, raw: "" },
        ...{
          local: `${element}:1`,
          remote: `${peer}:1`,
          transport: "tcp",
          summary: message.summary,
        },
      };
    });
  });
}
