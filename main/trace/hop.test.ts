import { describe, expect, it } from "vitest";
import type { TraceRecord } from "../../shared/model/trace-record.ts";
import { AddressBook } from "./address-book.ts";
import { nameElements, pairHops } from "./hop.ts";
import { TraceRecorder } from "./recorder.ts";

function record(fields: Partial<TraceRecord>): TraceRecord {
  return {
    ...{ t: "1000", process: "p", n: 1, element: "a1", peer: "", local: "10.0.0.1:5060" },
    ...{ remote: "10.0.0.2:5060", dir: "out", proto: "sip", transport: "udp", raw: "" },
    summary: { method: "INVITE", callId: "c", cseq: "1 INVITE", topBranch: "z9hG4bK1" },
    ...fields,
  };
}

describe("pairing what one element sent with what the next received", () => {
  it("takes both ends from the two records, wherever the peer called from", () => {
    const sent = record({ local: "10.0.0.1:40001", peer: "core-a" });
    const received = record({
      ...{ t: "2000", process: "q", element: "core-a", dir: "in" },
      ...{ local: "10.0.0.2:5060", remote: "10.0.0.1:40001", peer: "10.0.0.1:40001" },
    });
    const [hop, ...others] = pairHops([received, sent]);
    expect(others).toEqual([]);
    expect(hop).toMatchObject({
      ...{ from: "a1", to: "core-a", copies: 1 },
      ...{ sent: { t: 1000n, process: "p", n: 1 }, received: { t: 2000n, process: "q", n: 1 } },
    });
  });

  it("keeps messages apart that share a branch: CANCEL, the 200 to it and the 487", () => {
    const summaries = [
      { method: "CANCEL", cseq: "1 CANCEL" },
      { status: 200, cseq: "1 CANCEL" },
      { status: 487, cseq: "1 INVITE" },
      { method: "ACK", cseq: "1 ACK" },
    ];
    const records = summaries.map((summary) =>
      record({ summary: { callId: "c", topBranch: "z9hG4bK1", ...summary } }),
    );
    expect(pairHops(records)).toHaveLength(4);
  });

  it("keeps equal MSRP transaction ids of two connections apart", () => {
    const summary = { method: "SEND", tid: "t1", messageId: "m1" };
    const one = record({ proto: "msrp", summary, remote: "10.0.0.2:1" });
    const other = record({ proto: "msrp", summary, remote: "10.0.0.2:2" });
    expect(pairHops([one, other])).toHaveLength(2);
  });

  it("names an element by any record made at its address", () => {
    const records = [
      record({ peer: "10.0.0.2:5060" }),
      record({
        element: "core-a",
        local: "10.0.0.2:5060",
        remote: "10.0.0.9:1",
        peer: "10.0.0.9:1",
      }),
    ];
    expect(nameElements(records).map(({ peer }) => peer)).toEqual(["core-a", "10.0.0.9:1"]);
  });
});

describe("the recorder", () => {
  it("adds time, process, counter, element and the peer's name", () => {
    const addresses = new AddressBook();
    addresses.add("[::1]:5060", "core-a");
    const records: TraceRecord[] = [];
    const recorder = new TraceRecorder({
      clock: {
        nowMs: () => 0,
        wallMs: () => 0,
        nowNs: () => 77n,
        startTimer: () => ({ cancel() {} }),
      },
      ...{ process: "a1-42", element: "a1", addresses },
      sink: (each) => records.push(each),
    });
    const draft = {
      ...({ dir: "out", proto: "sip", transport: "udp", local: "[::1]:9" } as const),
      ...{ remote: "[::1]:5060", summary: { method: "BYE" }, raw: new Uint8Array([1, 2]) },
    };
    recorder.record(draft);
    recorder.record({ ...draft, remote: "[::1]:7" });
    expect(records[0]).toEqual({
      ...{ t: "77", process: "a1-42", n: 1, element: "a1", peer: "core-a", raw: "AQI=" },
      ...{ dir: "out", proto: "sip", transport: "udp", local: "[::1]:9", remote: "[::1]:5060" },
      summary: { method: "BYE" },
    });
    expect(records[1]).toMatchObject({ n: 2, peer: "[::1]:7" });
  });
});
