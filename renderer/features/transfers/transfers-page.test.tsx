import { act, screen, waitFor, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Card } from "../../../shared/model/card.ts";
import { NOW_MS } from "../../../tests/renderer/fixtures/app.ts";
import { card, file, threeFiles } from "../../../tests/renderer/fixtures/cards.ts";
import { PAUSED } from "../../../tests/renderer/fixtures/transfers.ts";
import { renderPage } from "../../../tests/renderer/render-page.tsx";
import { setNarrow } from "../../../tests/renderer/window-width.ts";
import { OfferStack } from "../offers/offer-stack.tsx";
import { CardQuestion } from "./card-question.tsx";
import { TransfersPage } from "./transfers-page.tsx";

vi.mock("../offers/chime.ts", () => ({ playChime: () => undefined }));

afterEach(() => {
  setNarrow(false);
});

const ACCEPTING = card({ id: "in", state: "accepting" });

function partly(problem: string, states: readonly Card["files"][number]["state"][]): Card {
  return card({
    ...{ id: "out", direction: "outgoing", state: "interrupted" },
    files: threeFiles(states.map((state) => ({ state }))),
    problem: { code: problem, message: "It ended.", action: "" },
  });
}

describe("ux 3.6: the button of an ended transfer", () => {
  it.each([
    ["cancelled-by-us", ["verified", "interrupted", "interrupted"], "Send the rest again"],
    ["cancelled-by-us", ["interrupted", "interrupted", "interrupted"], "Send again"],
    ["connection", ["verified", "interrupted", "verified"], "Retry failed (1)"],
  ] as const)("after %s of %j is %s, in the menu too", async (problem, states, name) => {
    const { user } = await renderPage(<TransfersPage />, { cards: [partly(problem, states)] });
    expect(screen.getByRole("button", { name })).toBeTruthy();
    await user.click(screen.getByRole("button", { name: /^Actions for/ }));
    expect(screen.getByRole("menuitem", { name: (words) => words.startsWith(name) })).toBeTruthy();
  });
});

describe("ux 3.1: what stands still", () => {
  const [, byPeer, reconnecting] = PAUSED;

  it("is paused by the other person, and goes on when that one says so", async () => {
    await renderPage(<TransfersPage />, { cards: byPeer === undefined ? [] : [byPeer] });
    expect(screen.getByText("Paused by Carol")).toBeTruthy();
    expect(screen.getByText("It goes on when Carol resumes it.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Resume/ })).toBeNull();
  });

  it("says when the connection is tried next", async () => {
    vi.spyOn(Date, "now").mockReturnValue(NOW_MS);
    await renderPage(<TransfersPage />, {
      cards: reconnecting === undefined ? [] : [reconnecting],
    });
    expect(screen.getByText("next try in 4 s")).toBeTruthy();
  });
});

describe("ux 3.13: several selected transfers", () => {
  it("are paused together while one of them moves, and then resumed", async () => {
    const cards = ["a", "b"].map((id) => card({ id, state: "transferring" }));
    const { user, stores, bridge, asked } = await renderPage(<TransfersPage />, { cards });
    act(() => {
      stores.window.getState().select(["a", "b"]);
    });
    const bar = within(screen.getByRole("toolbar", { name: "Selected transfers" }));
    await user.click(bar.getByRole("button", { name: "Pause" }));
    expect(asked("card.pause")).toEqual([{ id: "a" }, { id: "b" }]);
    act(() => {
      for (const id of ["a", "b"]) bridge.changeCard(id, { state: "paused", pausedBy: "us" });
    });
    await user.click(bar.getByRole("button", { name: "Resume" }));
    expect(asked("card.resume")).toEqual([{ id: "a" }, { id: "b" }]);
  });

  it("that have ended can only be removed", async () => {
    const cards = ["a", "b"].map((id) => card({ id, state: "missed" }));
    const { stores } = await renderPage(<TransfersPage />, { cards });
    act(() => {
      stores.window.getState().select(["a", "b"]);
    });
    const bar = within(screen.getByRole("toolbar", { name: "Selected transfers" }));
    expect(bar.getAllByRole("button").map(({ textContent }) => textContent)).toEqual([
      "Remove from list",
      "",
    ]);
  });
});

describe("ux 3.6: cancelling what would be much to send again", () => {
  const files = [file("film.mkv", 900_000_000, { octets: 500_000_000, state: "transferring" })];
  const page = (
    <>
      <TransfersPage />
      <CardQuestion />
    </>
  );

  it("asks for each of several, one after the other", async () => {
    const cards = ["a", "b"].map((id) => card({ id, state: "transferring", files }));
    const { user, stores, asked } = await renderPage(page, { cards });
    act(() => {
      stores.window.getState().select(["a", "b"]);
    });
    await user.click(screen.getByRole("button", { name: "Remove from list" }));
    for (const times of [1, 2]) {
      await user.click(screen.getByRole("button", { name: "Cancel transfer" }));
      await waitFor(() => {
        expect(asked("card.cancel")).toHaveLength(times);
      });
    }
    expect(asked("card.cancel")).toEqual([{ id: "a" }, { id: "b" }]);
    expect(screen.queryByRole("alertdialog")).toBeNull();
  });

  it("asks no more when the transfer has ended meanwhile", async () => {
    const cards = [card({ id: "a", state: "transferring", files })];
    const { bridge, stores } = await renderPage(page, { cards });
    act(() => {
      stores.window.getState().ask({ kind: "cancel", id: "a" });
    });
    expect(screen.getByRole("alertdialog")).toBeTruthy();
    act(() => {
      bridge.changeCard("a", { state: "verified" });
    });
    await waitFor(() => {
      expect(screen.queryByRole("alertdialog")).toBeNull();
    });
  });
});

describe("selected transfers that are put away", () => {
  it("are selected no more", async () => {
    const cards = ["a", "b", "c"].map((id) => card({ id, state: "missed" }));
    const { user, stores } = await renderPage(<TransfersPage />, { cards });
    act(() => {
      stores.window.getState().select(["a", "b"]);
    });
    await user.click(screen.getByRole("button", { name: "Remove from list" }));
    await waitFor(() => {
      expect(stores.window.getState().selected).toEqual([]);
    });
    expect(screen.queryByRole("toolbar", { name: "Selected transfers" })).toBeNull();
    expect(Object.keys(stores.cards.getState().byId)).toEqual(["c"]);
  });
});

describe("ux 3.5 in a small window", () => {
  const page = (
    <>
      <OfferStack />
      <TransfersPage />
    </>
  );

  it.each([
    [true, 1],
    [false, 2],
  ])("narrow %s: a card over the list stands %i times", async (isNarrow, times) => {
    setNarrow(isNarrow);
    await renderPage(page, { cards: [ACCEPTING], hash: "#/transfers" });
    await waitFor(() => {
      expect(screen.getAllByText("Accepting…")).toHaveLength(times);
    });
  });
});
