import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import type { AppState, Arrival } from "../../shared/model/app-state.ts";
import { appState } from "../../tests/renderer/fixtures/app.ts";
import { createMockBridge, type MockBridge } from "../../tests/renderer/mock-bridge.ts";
import { createClient } from "../ipc/client.ts";
import { createStores } from "../ipc/stores.tsx";
import { Root } from "./root.tsx";

const { account, ...SIGNED_OUT } = appState({ registration: { name: "signedOut" } });

afterEach(cleanup);

function window(arrival?: Arrival): MockBridge {
  const app: AppState = { ...SIGNED_OUT, ...(arrival === undefined ? {} : { arrival }) };
  const bridge = createMockBridge({ app, cards: [] });
  render(<Root stores={createStores(createClient(bridge))} view="main" />);
  return bridge;
}

describe("ux 3.2 first run", () => {
  it("is for whom has no account", async () => {
    window();
    expect(await screen.findByRole("button", { name: "Start" })).toBeTruthy();
  });

  it("is not shown while the account of the start is on its way", async () => {
    const bridge = window({});
    expect(await screen.findByText("Signing in…")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Start" })).toBeNull();
    bridge.changeApp({ account: account ?? null, arrival: null });
    expect(await screen.findByRole("navigation", { name: "Pages" })).toBeTruthy();
  });

  it("says why that account did not come", async () => {
    window({ failure: { code: "unknownUser", message: "No such user." } });
    expect(await screen.findByRole("button", { name: "Start" })).toBeTruthy();
    expect(screen.getByRole("alert").textContent).not.toBe("");
  });
});
