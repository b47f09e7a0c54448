import { type Card, isEnded, isHalted } from "../../shared/model/card.ts";
import type { Stores } from "./stores.tsx";

/**
 * Asks for everything once and then follows the events. What is told before the answer is in the answer already, so it is
 * dropped; what comes after is applied. A window that was reloaded comes back with the whole state this way.
 * @returns undoes it
 */
export function follow(stores: Stores, now: () => number): () => void {
  const { client } = stores;
  const app = stores.app.getState();
  const cards = stores.cards.getState();
  const progress = stores.progress.getState();
  let isLive = false;
  let isStopped = false;

  const forget = (ids: readonly string[]): void => {
    cards.remove(ids);
    progress.forget(ids);
    stores.window.getState().forget(ids);
  };
  const whenLive =
    <Payload>(apply: (payload: Payload) => void) =>
    (payload: Payload): void => {
      if (isLive) apply(payload);
    };

  const undo = [
    client.on("app.changed", whenLive(app.change)),
    client.on(
      "cards.changed",
      whenLive((changed) => {
        const away = changed.filter(({ isDismissed }) => isDismissed === true);
        cards.change(changed.filter((card) => !away.includes(card)));
        progress.forget(changed.filter((card) => isEnded(card.state)).map((card) => card.id));
        progress.halt(changed.filter(isStill).map((card) => card.id));
        // Told for the last time.
        if (away.length > 0) forget(away.map(({ id }) => id));
      }),
    ),
    client.on("cards.removed", whenLive(forget)),
    client.on(
      "card.progress",
      whenLive((told) => {
        progress.apply(told, now());
      }),
    ),
    // What is handed over or wanted at the start comes once, at any time: also before the answer, before anything is
    // drawn and before anyone is signed in.
    client.on("compose.fill", (fill) => {
      stores.window.getState().fillCompose(fill);
    }),
    client.on("join.asked", (asked) => {
      stores.window.getState().askJoin({ asked });
    }),
    client.on("window.show", (what) => {
      stores.window.getState().want(what);
    }),
    client.on("quit.asked", (quit) => {
      stores.window.getState().askQuit(quit);
    }),
  ];

  void client.request("app.snapshot", {}).then((answer) => {
    if (isStopped) return;
    if (!answer.ok) {
      stores.window.getState().fail(answer.error);
      return;
    }
    app.replace(answer.value.app);
    cards.replaceAll(answer.value.cards);
    isLive = true;
  });

  return () => {
    isStopped = true;
    isLive = false;
    for (const end of undo) end();
  };
}

function isStill(card: Card): boolean {
  return isHalted(card) || card.state === "reconnecting";
}
