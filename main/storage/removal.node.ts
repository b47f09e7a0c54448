import type { Statements } from "./statements.node.ts";

/** When the user last removed something, so that what was removed is not taken for lost. Wall-clock milliseconds. */
export const REMOVED_SETTING = "history.removedMs";

/** Within the transaction that removes. */
export function noteRemoval(statements: Statements): void {
  statements.run(
    `INSERT INTO settings (name, value) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    REMOVED_SETTING,
    String(Date.now()),
  );
}
