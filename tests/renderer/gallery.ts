import type { Theme } from "../../shared/model/settings.ts";
import { SCENARIOS, type Scenario } from "./fixtures/scenarios.ts";
import { createMockBridge, type MockBridge } from "./mock-bridge.ts";

/**
 * Puts a mock bridge where the true window, loaded next, looks for its own. In the address: `scenario`, `theme`,
 * `density`, `language`, `motion=reduced`, `view=prompt`; the page is the scenario's own unless the hash names one.
 */
const query = new URLSearchParams(window.location.search);
const scenario = SCENARIOS[query.get("scenario") ?? ""] ?? SCENARIOS["transfers-active"];
if (scenario !== undefined) put(scenario);

/** Time for the window to have drawn the snapshot. */
const DRAWN_MS = 60;

function put({ snapshot, page, picks = [], history = [], events }: Scenario): void {
  const { app, cards } = snapshot;
  const settings = {
    ...app.settings,
    theme: choice<Theme>("theme", ["light", "dark", "system"], app.settings.theme),
    density: choice("density", ["comfortable", "compact"], app.settings.density),
    language: query.get("language") ?? app.settings.language,
    isMotionReduced: query.get("motion") === "reduced",
  };
  const bridge = createMockBridge({ app: { ...app, settings }, cards }, { picks, history });
  Object.assign(window, { mockBridge: bridge });
  Object.defineProperty(window, "cpm", { value: bridge });
  if (window.location.hash === "") window.location.hash = `#/${page}`;
  const root = document.getElementById("root");
  const observer = new MutationObserver(() => {
    observer.disconnect();
    setTimeout(() => {
      events?.(bridge);
      document.documentElement.dataset["galleryReady"] = "true";
    }, DRAWN_MS);
  });
  if (root !== null) observer.observe(root, { childList: true });
}

function choice<Value extends string>(
  name: string,
  values: readonly Value[],
  otherwise: Value,
): Value {
  return values.find((value) => value === query.get(name)) ?? otherwise;
}

declare global {
  interface Window {
    readonly mockBridge?: MockBridge;
  }
}
