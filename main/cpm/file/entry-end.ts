import type { TransferState } from "../../../shared/model/transfer.ts";
import type { HistoryEntry, HistoryFile } from "../../base/transfer-store.ts";
import { type FileOutcome, transferStateOf } from "./outcome.ts";

/** How an offer of before has ended now that some of its files went on. */
export function stateOfEntry({ files }: HistoryEntry, isCancelled: boolean): TransferState {
  return transferStateOf(files.map(outcomeOf), isCancelled);
}

function outcomeOf({ state, isVerified }: HistoryFile): FileOutcome {
  switch (state) {
    case "complete":
      return { kind: "complete", isProven: isVerified === true };
    case "declined":
      return { kind: "declined" };
    case "failed":
      return { kind: "failed", reason: "", code: "internal" };
    case "cancelled":
      return { kind: "interrupted", reason: "", code: "declined" };
    default:
      return { kind: "interrupted", reason: "", code: "connection" };
  }
}
