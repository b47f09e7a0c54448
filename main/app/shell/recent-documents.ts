import { app } from "electron";
import type { Card } from "../../../shared/model/card.ts";

/** Received files that are proven go into the system's list of recent documents, once; Linux has none. */
export class RecentDocuments {
  readonly #known = new Set<string>();

  add({ id, direction, files }: Card): void {
    if (direction !== "incoming" || process.platform === "linux") return;
    for (const { index, state, path, isDangerous } of files) {
      const key = `${id} ${index}`;
      if (state !== "verified" || path === undefined || isDangerous || this.#known.has(key))
        continue;
      this.#known.add(key);
      app.addRecentDocument(path);
    }
  }
}
