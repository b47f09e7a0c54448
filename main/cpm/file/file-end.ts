import type { FileEvent } from "../../../shared/model/client-events.ts";
import type { OfferId } from "../../../shared/model/offer.ts";
import type { HistoryFile } from "../../base/transfer-store.ts";
import { type FileOutcome, isStopped } from "./outcome.ts";

/** The `file` event for an outcome. */
export function fileEvent(id: OfferId, index: number, outcome: FileOutcome): FileEvent {
  switch (outcome.kind) {
    case "complete":
      return {
        id,
        index,
        state: "complete",
        verified: outcome.isProven,
        ...(outcome.path === undefined ? {} : { path: outcome.path }),
        ...(outcome.hash === undefined ? {} : { hash: outcome.hash }),
      };
    case "declined":
      return { id, index, state: "declined" };
    case "interrupted":
      return {
        ...{ id, index, state: "interrupted", reason: outcome.reason, code: outcome.code },
        ...(outcome.resumable === undefined
          ? {}
          : { resumable: { octets: outcome.resumable.octets } }),
      };
    case "failed":
      return {
        id,
        index,
        state: "failed",
        reason: outcome.reason,
        code: outcome.code,
        ...(outcome.isMismatch === true ? { verified: false } : {}),
        ...(outcome.path === undefined ? {} : { path: outcome.path }),
      };
  }
}

/** What the history keeps of an outcome. */
export function historyChange(outcome: FileOutcome): Partial<Omit<HistoryFile, "index">> {
  if (outcome.kind === "complete")
    return {
      state: "complete",
      isVerified: outcome.isProven,
      ...(outcome.path === undefined ? {} : { path: outcome.path }),
    };
  if (outcome.kind === "failed" && outcome.path !== undefined)
    return { state: "failed", isVerified: false, path: outcome.path };
  if (outcome.kind === "interrupted") {
    const octets = outcome.resumable === undefined ? {} : { octets: outcome.resumable.octets };
    return { state: isStopped(outcome) ? "cancelled" : "interrupted", ...octets };
  }
  return { state: outcome.kind };
}
