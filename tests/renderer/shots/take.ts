/**
 * Pictures of every screen and state: `npm run screenshots [-- FILTER] [--out=DIR] [--looks=light,dark,narrow,pseudo,rtl,forced]`.
 * FILTER is a regular expression over names. Prints what the page complains of, which nothing should.
 */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { contactSheet, type Shot } from "./contact-sheet.ts";
import { GalleryPage, NARROW, type Sight, WIDE } from "./gallery-page.ts";
import type { Pose } from "./hands.ts";
import { POSES } from "./poses.ts";

/** Those of one size follow each other without doing what was done again. */
const LOOKS = {
  light: { ...WIDE, theme: "light" },
  dark: { ...WIDE, theme: "dark" },
  forced: { ...WIDE, theme: "light", hasForcedColours: true },
  pseudo: { ...WIDE, theme: "light", language: "en-XA" },
  rtl: { ...WIDE, theme: "light", language: "ar-XB" },
  narrow: { ...NARROW, theme: "light" },
  narrowDark: { ...NARROW, theme: "dark" },
  narrowPseudo: { ...NARROW, theme: "light", language: "en-XA" },
} as const satisfies Record<string, Sight>;

type LookName = keyof typeof LOOKS;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string", default: "out/screenshots" },
    looks: { type: "string", default: "light,dark,pseudo,narrow" },
  },
});
const filter = new RegExp(positionals[0] ?? "");
const wanted = new Set(values.looks.split(","));
const names = (Object.keys(LOOKS) as LookName[]).filter((name) => wanted.has(name));
const poses = POSES.filter(({ name }) => filter.test(name));
if (names.length === 0 || poses.length === 0) {
  say(`screenshots: nothing of that name; looks are ${Object.keys(LOOKS).join(", ")}`);
  process.exit(2);
}

const shots: Shot[] = [];
const complaints: string[] = [];
const startMs = Date.now();
if (positionals.length === 0) await rm(values.out, { recursive: true, force: true });
await mkdir(values.out, { recursive: true });
const gallery = await GalleryPage.open();
try {
  for (const pose of poses) await takeAll(gallery, pose);
} finally {
  await gallery.close();
}
await writeFile(join(values.out, "index.html"), contactSheet(shots));
const tookS = Math.round((Date.now() - startMs) / 1000);
process.stdout.write(
  `${String(shots.length)} pictures in ${values.out}, index.html shows all; ${String(tookS)} s\n`,
);
if (complaints.length > 0) process.exitCode = 1;

async function takeAll(page: GalleryPage, pose: Pose): Promise<void> {
  let posedPx: number | undefined;
  for (const look of names) {
    const sight = LOOKS[look];
    try {
      if (posedPx === sight.widthPx) await page.wear(sight);
      else await page.pose(pose, sight);
      posedPx = sight.widthPx;
    } catch (error) {
      complain(`${pose.name} ${look}`, String(error).split("\n", 3).join(" "));
      return;
    }
    const file = `${pose.name}-${look}.png`;
    await page.page.screenshot({ path: join(values.out, file) });
    shots.push({ name: pose.name, look, file });
    for (const text of page.takeComplaints()) complain(`${pose.name} ${look}`, text);
  }
}

function complain(where: string, text: string): void {
  complaints.push(where);
  say(`${where}: ${text}`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
