import { act, type BoundFunctions, type queries, screen, within } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { renderPage } from "../../../tests/renderer/render-page.tsx";
import { Banners } from "./banners.tsx";

const UNWRITTEN = /The history could not be written\. Your files are not affected/;

function notices(): BoundFunctions<typeof queries> {
  return within(screen.getByRole("region", { name: "Notices" }));
}

describe("ux 3.11: a history that cannot be read or written", () => {
  it("is told until it is put away, and again when it happens again", async () => {
    const { bridge } = await renderPage(<Banners />, {
      app: { historyTrouble: { kind: "unwritten", atMs: 1 } },
    });
    expect(notices().getByText(UNWRITTEN)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Dismiss" }));
    expect(notices().queryByText(UNWRITTEN)).toBeNull();
    act(() => {
      bridge.changeApp({ historyTrouble: { kind: "unwritten", atMs: 2 } });
    });
    expect(notices().getByText(UNWRITTEN)).toBeTruthy();
    act(() => {
      bridge.changeApp({ historyTrouble: { kind: "unread", atMs: 3 } });
    });
    expect(notices().getByText(/could not be read\..*Start this app again/)).toBeTruthy();
  });

  it("is not told where all is well", async () => {
    await renderPage(<Banners />, {});
    expect(screen.getByRole("region", { name: "Notices" }).textContent).toBe("");
  });
});
