import { useCallback } from "react";
import { navigate } from "../../app/navigation.ts";
import { useStores } from "../../ipc/stores.tsx";
import type { Recipient } from "./compose.ts";
import { droppedFiles } from "./dropped.ts";
import { useComposeStore } from "./use-compose.ts";

/** Offers what was dropped on a person at once, and shows what became of it. */
export function useSendDropped(): (to: Recipient, transfer: DataTransfer) => void {
  const store = useComposeStore();
  const { client, window: windowStore } = useStores();
  return useCallback(
    (to, transfer) => {
      const paths = client.pathsOf(droppedFiles(transfer));
      void store
        .getState()
        .sendAtOnce({ aor: to.aor, name: to.name }, paths)
        .then((ids) => {
          if (ids.length > 0) windowStore.getState().select(ids);
          navigate(ids.length > 0 ? "transfers" : "send");
        });
    },
    [store, client, windowStore],
  );
}
