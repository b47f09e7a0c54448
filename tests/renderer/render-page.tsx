import { cleanup, render, waitFor } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import type { ReactNode } from "react";
import { afterEach, vi } from "vitest";
import { CommandProvider } from "../../renderer/app/command-runner.tsx";
import { Providers } from "../../renderer/app/providers.tsx";
import { createClient } from "../../renderer/ipc/client.ts";
import { createStores, type Stores } from "../../renderer/ipc/stores.tsx";
import { follow } from "../../renderer/ipc/sync.ts";
import type { RequestName } from "../../shared/ipc/contract.ts";
import type { AppState } from "../../shared/model/app-state.ts";
import type { Card } from "../../shared/model/card.ts";
import { appState } from "./fixtures/app.ts";
import { createMockBridge, type MockBridge, type MockOptions } from "./mock-bridge.ts";

export interface RenderedPage {
  readonly bridge: MockBridge;
  readonly stores: Stores;
  readonly user: UserEvent;
  /** Arguments of every request of that name, oldest first. */
  readonly asked: (name: RequestName) => readonly unknown[];
}

export interface PageOptions extends MockOptions {
  readonly app?: Partial<AppState>;
  readonly isSignedOut?: boolean;
  readonly cards?: readonly Card[];
  /** For example `#/send?to=sip%3Abob%40b.example`. */
  readonly hash?: string;
}

/** What a layout has and jsdom has not: every element is as large as a small window. */
function giveSizes(): void {
  const sizes = { clientWidth: 800, offsetWidth: 800, clientHeight: 600, scrollHeight: ROW_PX };
  for (const [name, value] of Object.entries(sizes)) {
    vi.spyOn(HTMLElement.prototype, name as keyof typeof sizes, "get").mockReturnValue(value);
  }
  Object.assign(Element.prototype, { scrollIntoView: () => undefined });
  Object.assign(globalThis, { ResizeObserver: NoObserver });
}

/** Lists measure what they have drawn. */
const ROW_PX = 48;

class NoObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}

afterEach(() => {
  cleanup();
  window.location.hash = "";
});

/** A page on the mock bridge, with everything that it may ask for around it. */
export async function renderPage(
  page: ReactNode,
  options: PageOptions = {},
): Promise<RenderedPage> {
  giveSizes();
  window.location.hash = options.hash ?? "";
  const { account, ...rest } = appState(options.app);
  const app = options.isSignedOut === true || account === undefined ? rest : { ...rest, account };
  const bridge = createMockBridge({ app, cards: options.cards ?? [] }, options);
  const stores = createStores(createClient(bridge));
  follow(stores, () => 0);
  await waitFor(() => {
    if (stores.app.getState().app === undefined) throw new Error("no snapshot yet");
  });
  render(
    <Providers stores={stores}>
      <CommandProvider>{page}</CommandProvider>
    </Providers>,
  );
  return {
    bridge,
    stores,
    user: userEvent.setup(),
    asked: (name) =>
      bridge.asked.filter((request) => request.name === name).map(({ args }) => args),
  };
}
