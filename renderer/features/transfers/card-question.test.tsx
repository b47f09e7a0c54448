import { act, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { TRANSFERS } from "../../../tests/renderer/fixtures/transfers.ts";
import { renderPage } from "../../../tests/renderer/render-page.tsx";
import { CardQuestion } from "./card-question.tsx";

describe("ux 3.5: the question before a cancel", () => {
  it("goes away with the transfer that ended meanwhile, and does not come back", async () => {
    const { bridge, stores } = await renderPage(<CardQuestion />, { cards: TRANSFERS });
    act(() => {
      stores.window.getState().ask({ kind: "cancel", id: "t-receiving" });
    });
    expect(screen.getByRole("alertdialog", { name: "Cancel the transfer?" })).toBeTruthy();
    act(() => {
      bridge.changeCard("t-receiving", { state: "verified", endedMs: 1 });
    });
    expect(screen.queryByRole("alertdialog")).toBeNull();
    expect(stores.window.getState().question).toBeUndefined();
  });
});
