import { act } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { Card } from "../../../shared/model/card.ts";
import { TRANSFERS } from "../../../tests/renderer/fixtures/transfers.ts";
import { renderPage } from "../../../tests/renderer/render-page.tsx";
import { TransfersPage } from "./transfers-page.tsx";

const drawn = vi.hoisted(() => new Map<string, number>());

// Stands in every row and is drawn with it.
vi.mock("./state-chip.tsx", () => ({
  useStateWord: () => "",
  StateChip: ({ card }: { readonly card: Card }) => {
    drawn.set(card.id, (drawn.get(card.id) ?? 0) + 1);
    return null;
  },
}));

describe("progress draws only the row that it belongs to", () => {
  it("ten messages for one transfer leave the other rows as they are", async () => {
    const { bridge } = await renderPage(<TransfersPage />, { cards: TRANSFERS });
    const before = new Map(drawn);
    for (let at = 1; at <= 10; at++)
      act(() => {
        bridge.emit("card.progress", {
          id: "t-receiving",
          octets: 9_000_000 + at,
          octetsPerS: 1000,
          files: [{ index: 1, octets: 6_900_000 + at }],
        });
      });
    const changed = [...drawn].filter(([id, count]) => count !== before.get(id));
    expect(changed).toEqual([["t-receiving", (before.get("t-receiving") ?? 0) + 10]]);
  });

  it("a card that changes without moving in the list draws its own row alone", async () => {
    const { bridge } = await renderPage(<TransfersPage />, { cards: TRANSFERS });
    const before = new Map(drawn);
    act(() => {
      bridge.changeCard("t-receiving", { state: "stalled" });
    });
    const changed = [...drawn].filter(([id, count]) => count !== before.get(id));
    expect(changed.map(([id]) => id)).toEqual(["t-receiving"]);
  });
});
