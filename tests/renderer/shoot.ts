/**
 * Pictures of scenarios: `node tests/renderer/shoot.ts OUT [FILTER] [--widths=1080,380] [--themes=light,dark]
 * [--language=en-XA] [--height=720] [--forced-colors]`. Prints what the page complains of.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chromium, type Page } from "@playwright/test";
import { NOW_MS } from "./fixtures/app.ts";
import { SCENARIOS } from "./fixtures/scenarios.ts";
import { serveGallery } from "./gallery-server.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    widths: { type: "string", default: "1080,380" },
    themes: { type: "string", default: "light,dark" },
    height: { type: "string", default: "720" },
    language: { type: "string", default: "system" },
    "forced-colors": { type: "boolean", default: false },
  },
});
const [out = "out/gallery", filter = ""] = positionals;
await mkdir(out, { recursive: true });
const gallery = await serveGallery();
const browser = await chromium.launch({
  executablePath: process.env["CPM_CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
});
try {
  const names = Object.keys(SCENARIOS).filter((name) => new RegExp(filter).test(name));
  const looks = values.widths
    .split(",")
    .flatMap((width) => values.themes.split(",").map((theme) => ({ width, theme })));
  for (const { width, theme } of looks) {
    const context = await browser.newContext({
      viewport: { width: Number(width), height: Number(values.height) },
      forcedColors: values["forced-colors"] ? "active" : "none",
      colorScheme: theme === "dark" ? "dark" : "light",
      timezoneId: "UTC",
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    await page.clock.setFixedTime(NOW_MS);
    for (const name of names) await shoot(page, { name, theme, width });
    await context.close();
  }
} finally {
  await browser.close();
  await gallery.close();
}

async function shoot(
  page: Page,
  { name, theme, width }: { readonly name: string; readonly theme: string; readonly width: string },
): Promise<void> {
  const complaints: string[] = [];
  const hear = (text: string): void => {
    complaints.push(text);
  };
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) hear(message.text());
  });
  page.on("pageerror", (error) => {
    hear(error.message);
  });
  const view = SCENARIOS[name]?.view === "prompt" ? "&view=prompt" : "";
  await page.goto(
    `${gallery.url}?scenario=${name}&theme=${theme}&language=${values.language}${view}`,
  );
  await page.waitForSelector("[data-gallery-ready]", { state: "attached" });
  await page.waitForTimeout(120);
  const suffix = values.language === "system" ? "" : `-${values.language}`;
  const file = join(out, `${name}-${width}-${theme}${suffix}.png`);
  await page.screenshot({ path: file });
  page.removeAllListeners("console");
  page.removeAllListeners("pageerror");
  for (const text of new Set(complaints)) process.stderr.write(`${name} ${width}: ${text}\n`);
}
