import { act, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Card } from "../../../shared/model/card.ts";
import { card } from "../../../tests/renderer/fixtures/cards.ts";
import { renderPage } from "../../../tests/renderer/render-page.tsx";
import { StatusBar } from "./status-bar.tsx";

function rates(): string {
  return screen.getByRole("button", { name: /^Sending/ }).textContent;
}

describe("ux 3.3: the speeds of the status bar", () => {
  it.each(["stalled", "paused", "reconnecting"] as const)(
    "are nothing while nothing moves: %s",
    async (state: Card["state"]) => {
      const moving = card({ id: "in", state: "transferring" });
      const { bridge } = await renderPage(<StatusBar />, { cards: [moving] });
      act(() => {
        bridge.emit("card.progress", { id: "in", octets: 50, octetsPerS: 4_200_000, files: [] });
      });
      expect(rates()).toContain("4.2 MB/s");
      act(() => {
        bridge.changeCard("in", { state });
      });
      expect(rates()).not.toContain("4.2 MB/s");
    },
  );
});
