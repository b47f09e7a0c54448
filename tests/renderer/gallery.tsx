import { createRoot, type Root as ReactRoot } from "react-dom/client";
import { Root } from "../../renderer/app/root.tsx";
import { createClient } from "../../renderer/ipc/client.ts";
import { createStores } from "../../renderer/ipc/stores.tsx";
import "../../renderer/styles/index.css";
import { findCuts } from "./cuts.ts";
import { PICKS, SCENARIOS } from "./fixtures/scenarios.ts";
import { CHOICES, JOIN, LINK } from "./fixtures/sharing.ts";
import type { Gallery, Look } from "./look.ts";
import { createMockBridge, type MockBridge } from "./mock-bridge.ts";
import { plainWords, shownTexts } from "./shown-texts.ts";

let root: ReactRoot | undefined;
let bridge: MockBridge | undefined;

async function show(name: string, look: Look = {}): Promise<void> {
  const scenario = SCENARIOS[name];
  const element = document.getElementById("root");
  if (scenario === undefined || element === null) throw new Error(`no scenario ${name}`);
  root?.unmount();
  const { app, cards } = scenario.snapshot;
  const settings = { ...app.settings, ...look };
  const { picks = [], history = [] } = scenario;
  const mock = createMockBridge({ app: { ...app, settings }, cards }, { picks, history });
  bridge = mock;
  window.location.hash = `#/${scenario.page}`;
  root = createRoot(element);
  root.render(<Root stores={createStores(createClient(mock))} view={scenario.view ?? "main"} />);
  await drawn();
  scenario.events?.(mock);
  await drawn();
}

/** The snapshot is asked for, answered and drawn by then; so is what an effect asks for in turn. */
async function drawn(): Promise<void> {
  for (let frame = 0; frame < 4; frame += 1) await nextFrame();
}

function nextFrame(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      setTimeout(resolve, 0);
    });
  });
}

Object.defineProperty(window, "gallery", {
  value: {
    get bridge() {
      return bridge;
    },
    show,
    cuts: findCuts,
    plainWords: () =>
      plainWords(shownTexts(), JSON.stringify([bridge?.snapshot, PICKS, CHOICES, JOIN, LINK])),
  } satisfies Gallery,
});

// In the address: `scenario`, `theme`, `density`, `language`, `motion=reduced`.
const query = new URLSearchParams(window.location.search);
const wanted = query.get("scenario");
if (wanted !== null) {
  const text = (name: string): string | undefined => query.get(name) ?? undefined;
  const look = {
    theme: text("theme"),
    density: text("density"),
    language: text("language"),
    isMotionReduced: text("motion") === "reduced",
  };
  const given = Object.entries(look).filter(([, value]) => value !== undefined);
  void show(wanted, Object.fromEntries(given)).then(() => {
    document.documentElement.dataset["galleryReady"] = "true";
  });
}
