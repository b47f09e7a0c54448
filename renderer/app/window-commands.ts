import { useEffect } from "react";
import type { WindowAction } from "../../shared/ipc/contract.ts";
import { useAsk, useStores, useWindow } from "../ipc/stores.tsx";
import { useCommand, useCommandRunner } from "./command-runner.tsx";
import type { CommandId } from "./commands.ts";
import { navigate } from "./navigation.ts";
import { moveRegion } from "./regions.ts";

const ACTIONS: Readonly<Record<WindowAction, CommandId>> = {
  palette: "palette",
  shortcuts: "shortcuts",
  search: "search",
  chooseFiles: "chooseFiles",
  focusOffer: "focusOffer",
};

/** Commands that are there on every page, and what menus, the tray and notifications ask for. */
export function useWindowCommands(): void {
  const stores = useStores();
  const runner = useCommandRunner();
  const ask = useAsk();
  const { window: windowStore, client, app } = stores;

  useCommand("newOffer", () => {
    navigate("send");
  });
  useCommand("palette", () => {
    windowStore.getState().show("palette");
  });
  useCommand("shortcuts", () => {
    windowStore.getState().show("shortcuts");
  });
  useCommand("pageSend", () => {
    navigate("send");
  });
  useCommand("pageTransfers", () => {
    navigate("transfers");
  });
  useCommand("pageHistory", () => {
    navigate("history");
  });
  useCommand("pagePeople", () => {
    navigate("people");
  });
  useCommand("pageDevices", () => {
    navigate("devices");
  });
  useCommand("settings", () => {
    navigate("settings");
  });
  useCommand("nextRegion", () => {
    moveRegion(1);
  });
  useCommand("previousRegion", () => {
    moveRegion(-1);
  });
  useCommand("reconnect", () => {
    void ask("account.refresh", {});
  });
  useCommand("doNotDisturb", () => {
    const isOn = app.getState().app?.settings.isDoNotDisturb ?? false;
    void ask("settings.change", { isDoNotDisturb: !isOn });
  });

  const hasFill = useWindow((state) => state.composeFill !== undefined);
  useEffect(() => {
    if (hasFill) navigate("send");
  }, [hasFill]);

  useEffect(() => {
    const undo = [
      client.on("window.show", ({ page, cardId, action }) => {
        if (page !== undefined) navigate(page, cardId === undefined ? {} : { card: cardId });
        if (cardId !== undefined) windowStore.getState().select([cardId]);
        if (action !== undefined) runner.run(ACTIONS[action]);
      }),
      client.on("quit.asked", (quit) => {
        windowStore.getState().askQuit(quit);
      }),
    ];
    return () => {
      for (const end of undo) end();
    };
  }, [client, windowStore, runner]);
}
