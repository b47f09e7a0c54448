import type { Theme } from "../../shared/model/settings.ts";
import { SCENARIOS } from "./fixtures/scenarios.ts";
import { createMockBridge, type MockBridge } from "./mock-bridge.ts";

/**
 * Puts the true window on a mock bridge. In the address: `scenario`, `theme`, `density`, `language`, `motion=reduced`,
 * `view=prompt`; the page is the scenario's own unless the hash names one. Without a scenario: a list of all.
 */
const query = new URLSearchParams(window.location.search);
const name = query.get("scenario");
const scenario = name === null ? undefined : SCENARIOS[name];

if (scenario === undefined) list();
else await show();

function list(): void {
  const root = document.getElementById("root");
  const links = Object.keys(SCENARIOS).map((one) => {
    const link = document.createElement("a");
    link.href = `?scenario=${one}`;
    link.textContent = one;
    const line = document.createElement("p");
    line.append(link);
    return line;
  });
  root?.append(...links);
}

async function show(): Promise<void> {
  if (scenario === undefined) return;
  const { app, cards } = scenario.snapshot;
  const settings = {
    ...app.settings,
    theme: choice<Theme>(query.get("theme"), ["light", "dark", "system"], app.settings.theme),
    density: choice(query.get("density"), ["comfortable", "compact"], app.settings.density),
    language: query.get("language") ?? app.settings.language,
    isMotionReduced: query.get("motion") === "reduced",
  };
  const bridge = createMockBridge(
    { app: { ...app, settings }, cards },
    { picks: scenario.picks ?? [], history: scenario.history ?? [] },
  );
  Object.assign(window, { mockBridge: bridge });
  Object.defineProperty(window, "cpm", { value: bridge });
  if (window.location.hash === "") window.location.hash = `#/${scenario.page}`;
  await import("../../renderer/app/main.tsx");
  await new Promise((resolve) => {
    setTimeout(resolve, 50);
  });
  scenario.events?.(bridge);
  document.documentElement.dataset["galleryReady"] = "true";
}

function choice<Value extends string>(
  given: string | null,
  values: readonly Value[],
  otherwise: Value,
): Value {
  return values.find((value) => value === given) ?? otherwise;
}

declare global {
  interface Window {
    readonly mockBridge?: MockBridge;
  }
}
