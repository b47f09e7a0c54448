/**
 * Derives every picture in resources/icons from the three drawings there: icon.svg, icon-small.svg (32 pixels and less, where
 * the sheet behind would be a smear) and overlay.svg. Needs a Chromium; run it after a drawing has changed and commit what it writes.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { findBrowser, HOW_TO_GET_A_BROWSER } from "./lib/browser.mjs";
import { icnsOf, icoOf } from "./lib/icon-files.mjs";
import { ROOT } from "./lib/paths.mjs";

const FOLDER = join(ROOT, "resources", "icons");
const LARGEST_SMALL_PX = 32;
const LINUX_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];
const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256];
const ICNS_SIZES = [16, 32, 64, 128, 256, 512, 1024];
/** What a menu bar is high; twice as many pixels on a dense screen. */
const TRAY_PX = 22;
const OVERLAY_PX = 16;

function drawing(name) {
  return readFileSync(join(FOLDER, `${name}.svg`), "utf8");
}

/** The small icon with a dot: an offer waits. */
function dotted(svg) {
  const dot =
    '<circle cx="25" cy="7" r="7" fill="#ffffff"/><circle cx="25" cy="7" r="5.4" fill="#e0621a"/>';
  return svg.replace("</svg>", `${dot}</svg>`);
}

async function withPainter(work) {
  const executablePath = findBrowser();
  if (executablePath === undefined) throw new Error(`no browser found: ${HOW_TO_GET_A_BROWSER}`);
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath, args });
  try {
    const page = await browser.newPage();
    await work(async (svg, px) => {
      await page.setViewportSize({ width: px, height: px });
      const data = Buffer.from(svg).toString("base64");
      await page.setContent(
        `<style>*{margin:0}img{display:block}</style><img width="${px}" height="${px}" src="data:image/svg+xml;base64,${data}">`,
      );
      return page.screenshot({ omitBackground: true });
    });
  } finally {
    await browser.close();
  }
}

function write(name, bytes) {
  writeFileSync(join(FOLDER, name), bytes);
  console.log(`${name} ${bytes.length}`);
}

await withPainter(async (paint) => {
  const [large, small, overlay] = ["icon", "icon-small", "overlay"].map(drawing);
  const bySize = new Map();
  for (const px of new Set([...LINUX_SIZES, ...ICO_SIZES, ...ICNS_SIZES])) {
    bySize.set(px, await paint(px <= LARGEST_SMALL_PX ? small : large, px));
  }
  for (const px of LINUX_SIZES) write(`${px}x${px}.png`, bySize.get(px));
  write("icon.png", bySize.get(512));
  write("icon.ico", icoOf(new Map(ICO_SIZES.map((px) => [px, bySize.get(px)]))));
  write("icon.icns", icnsOf(new Map(ICNS_SIZES.map((px) => [px, bySize.get(px)]))));
  for (const [suffix, factor] of [
    ["", 1],
    ["@2x", 2],
  ]) {
    write(`tray${suffix}.png`, await paint(small, TRAY_PX * factor));
    write(`tray-dot${suffix}.png`, await paint(dotted(small), TRAY_PX * factor));
    write(`overlay${suffix}.png`, await paint(overlay, OVERLAY_PX * factor));
  }
});
