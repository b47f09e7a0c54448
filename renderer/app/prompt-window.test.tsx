import { act, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { appState } from "../../tests/renderer/fixtures/app.ts";
import { OFFERS } from "../../tests/renderer/fixtures/offers.ts";
import { renderPage } from "../../tests/renderer/render-page.tsx";
import { PromptWindow } from "./prompt-window.tsx";
import { useWindowCommands } from "./window-commands.ts";

describe("the small window for offers", () => {
  it("leads to the main window where it has no page of its own", async () => {
    const { user, asked, bridge } = await renderPage(<PromptWindow />, {
      app: { settings: { ...appState().settings, hasSound: false } },
      cards: [OFFERS.one],
    });
    act(() => {
      bridge.changeCard("one", { state: "elsewhere", endedMs: 1 });
    });
    await user.click(await screen.findByRole("button", { name: "See in history" }));
    expect(asked("window.showMain")).toEqual([{ page: "history", cardId: "one" }]);
    expect(window.location.hash).toBe("");
  });
});

function Commands(): null {
  useWindowCommands();
  return null;
}

describe("what menus, the tray and links want shown", () => {
  it("is shown, one after the other", async () => {
    const { bridge, stores } = await renderPage(<Commands />);
    act(() => {
      bridge.emit("window.show", { page: "send" });
    });
    expect(window.location.hash).toBe("#/send");
    act(() => {
      bridge.emit("window.show", { page: "transfers", cardId: "x" });
      bridge.emit("window.show", { action: "palette" });
    });
    expect(window.location.hash).toBe("#/transfers?card=x");
    expect([stores.window.getState().selected, stores.window.getState().layer]).toEqual([
      ...[["x"], "palette"],
    ]);
  });
});
