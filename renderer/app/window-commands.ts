import { useEffect } from "react";
import type { AppEvents, WindowAction } from "../../shared/ipc/contract.ts";
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

/** Commands that are there on every page. */
export function useWindowCommands(): void {
  const stores = useStores();
  const ask = useAsk();
  const { window: windowStore, app } = stores;

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
  useCommand("joinNearby", () => {
    windowStore.getState().askJoin({});
  });
  useCommand("shareNearby", () => {
    navigate("settings", { section: "network", part: "sharing" });
  });
  useCommand("pauseAll", () => {
    void ask("cards.pauseAll", {});
  });
  useCommand("resumeAll", () => {
    void ask("cards.resumeAll", {});
  });
  useCommand("doNotDisturb", () => {
    const isOn = app.getState().app?.settings.isDoNotDisturb ?? false;
    void ask("settings.change", { isDoNotDisturb: !isOn });
  });

  const hasFill = useWindow((state) => state.composeFill !== undefined);
  useEffect(() => {
    if (hasFill) navigate("send");
  }, [hasFill]);

  useWanted();
}

/** What menus, the tray, links and notifications want shown. */
function useWanted(): void {
  const { window: windowStore } = useStores();
  const runner = useCommandRunner();
  const isWanted = useWindow((state) => state.wanted.length > 0);
  useEffect(() => {
    if (!isWanted) return;
    const { takeWanted, select } = windowStore.getState();
    for (const what of takeWanted()) {
      showPlace(what);
      if (what.cardId !== undefined) select([what.cardId]);
      if (what.action !== undefined) runner.run(ACTIONS[what.action]);
    }
  }, [isWanted, windowStore, runner]);
}

function showPlace({ page, cardId }: AppEvents["window.show"]): void {
  if (page !== undefined) navigate(page, cardId === undefined ? {} : { card: cardId });
}
