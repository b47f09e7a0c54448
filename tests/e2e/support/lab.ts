import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Page, type TestInfo, test } from "@playwright/test";
import { AppWindow } from "./app-window.ts";
import { Machine } from "./application.ts";

export const ALICE = "sip:alice@a.example";
export const BOB = "sip:bob@b.example";

/** One sender and two devices of one receiver, each with a folder of its own, as `npm start` opens them. */
export interface Lab {
  readonly machine: Machine;
  readonly alice: AppWindow;
  readonly laptop: AppWindow;
  readonly phone: AppWindow;
  /** Where the network is a program of its own. */
  readonly stopNetwork?: () => Promise<number>;
  end(): Promise<void>;
}

const PLACES = {
  alice: [ALICE, "alice", "A1", "blue", "0,0,640,760"],
  laptop: [BOB, "bob-laptop", "B1", "violet", "640,0,640,760"],
  phone: [BOB, "bob-phone", "B2", "magenta", "1280,0,400,760"],
} as const;

/** Opens a window at its place: there it counts as looked at, and offers ring in it. */
export async function openWindow(machine: Machine, who: keyof typeof PLACES): Promise<AppWindow> {
  const [user, device, code, colour, bounds] = PLACES[who];
  const args = ["--code", code, "--colour", colour, "--bounds", bounds];
  const application = await machine.startUser(user, device, ...args);
  const folder = join(machine.folder, "received", who);
  await mkdir(folder, { recursive: true });
  const window = new AppWindow(application, folder);
  await window.ask("settings.change", { receiveFolder: folder, hasSound: false });
  return window;
}

export async function openLab(machine?: Machine): Promise<Lab> {
  const own = machine ?? (await Machine.make());
  return openOn(own);
}

async function openOn(machine: Machine): Promise<Lab> {
  try {
    const alice = await openWindow(machine, "alice");
    // Both have come up, or not, before anything is put away.
    const devices = await Promise.allSettled([
      openWindow(machine, "laptop"),
      openWindow(machine, "phone"),
    ]);
    const [laptop, phone] = devices.map(windowOf);
    if (laptop === undefined || phone === undefined) throw new Error("two devices were opened");
    return { machine, alice, laptop, phone, end: () => machine.end() };
  } catch (error) {
    await machine.end();
    throw error;
  }
}

function windowOf(outcome: PromiseSettledResult<AppWindow>): AppWindow {
  if (outcome.status === "rejected") throw outcome.reason;
  return outcome.value;
}

/** What the windows showed when a test failed. */
export async function keepPictures(info: TestInfo, pages: readonly Page[]): Promise<void> {
  if (info.status === info.expectedStatus) return;
  for (const [i, page] of pages.entries()) {
    const path = info.outputPath(`window-${String(i + 1)}.png`);
    await page.screenshot({ path, timeout: 5_000 }).catch(() => undefined);
  }
}

/** One lab for all tests of a file, opened before the first; each finds lists without what others left. */
export function sharedLab(open: () => Promise<Lab> = openLab): Lab {
  let lab: Lab | undefined;
  const current = (): Lab => {
    if (lab === undefined) throw new Error("the lab is open only while a test runs");
    return lab;
  };
  test.beforeAll(async () => {
    test.setTimeout(90_000);
    lab = await open();
  });
  test.afterEach(async () => {
    const { alice, laptop, phone } = current();
    await keepPictures(
      test.info(),
      [alice, laptop, phone].map((window) => window.page),
    );
    for (const window of [alice, laptop, phone]) await window.tidy();
  });
  test.afterAll(() => lab?.end());
  return {
    get machine() {
      return current().machine;
    },
    get alice() {
      return current().alice;
    },
    get laptop() {
      return current().laptop;
    },
    get phone() {
      return current().phone;
    },
    get stopNetwork() {
      return current().stopNetwork ?? (() => Promise.reject(new Error("it is the windows' own")));
    },
    end: () => current().end(),
  };
}
