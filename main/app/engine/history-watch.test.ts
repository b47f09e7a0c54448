import { describe, expect, it } from "vitest";
import { appState } from "../../../tests/renderer/fixtures/app.ts";
import { FakeClock } from "../../../tests/support/fake-clock.ts";
import { HistoryWatch } from "./history-watch.ts";
import { Outbox } from "./outbox.ts";
import { StateDesk } from "./state-desk.ts";

const TEN_MINUTES_MS = 600_000;

describe("ux 3.11: a history that cannot be read or written", () => {
  it("is told at once, and the same not again for ten minutes", () => {
    const clock = new FakeClock();
    const state = new StateDesk(appState(), new Outbox(() => undefined));
    const watch = new HistoryWatch({ state, clock });
    const beginMs = clock.wallMs();
    watch.tell("unwritten");
    clock.advance(TEN_MINUTES_MS - 1);
    watch.tell("unwritten");
    expect(state.current.historyTrouble).toEqual({ kind: "unwritten", atMs: beginMs });
    clock.advance(1);
    watch.tell("unwritten");
    const againMs = beginMs + TEN_MINUTES_MS;
    expect(state.current.historyTrouble).toEqual({ kind: "unwritten", atMs: againMs });
    watch.tell("unread");
    expect(state.current.historyTrouble).toEqual({ kind: "unread", atMs: againMs });
  });
});
