import { describe, expect, it } from "vitest";
import css from "./tokens.css?raw";

type Theme = "light" | "dark";
type Rgb = readonly [number, number, number];

/** Colours as the file writes them: `--name: light-dark(#rrggbb, #rrggbb)` or one for both. */
function colourOf(name: string, theme: Theme): Rgb {
  const value = new RegExp(`--${name}:\\s*([^;]+);`).exec(css)?.[1] ?? "";
  const hex = [...value.matchAll(/#([0-9a-f]{6})/gi)].map(([, digits = ""]) => digits);
  const digits = hex[theme === "light" ? 0 : hex.length - 1];
  if (digits === undefined) throw new Error(`no colour --${name}`);
  const part = (at: number): number => Number.parseInt(digits.slice(at, at + 2), 16);
  return [part(0), part(2), part(4)];
}

/** WCAG 2.2 relative luminance. */
function luminance([r, g, b]: Rgb): number {
  const [lr = 0, lg = 0, lb = 0] = [r, g, b].map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * lr + 0.7152 * lg + 0.0722 * lb;
}

function contrast(over: string, under: string, theme: Theme): number {
  const [a, b] = [luminance(colourOf(over, theme)), luminance(colourOf(under, theme))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const THEMES = ["light", "dark"] as const;
const GROUNDS = ["canvas", "surface", "sunken"] as const;
const TEXTS = [
  ...["text", "text-2", "text-3", "accent", "success", "warn", "danger", "elsewhere", "info"],
];
const WASHES = ["warn", "danger", "success", "elsewhere", "accent"] as const;
const INSTANCES = [...["blue", "teal", "violet", "magenta", "green", "ochre", "orange", "grey"]];

describe.each(THEMES)("ux 3.15 contrast in the %s theme", (theme) => {
  it.each(TEXTS.flatMap((text) => GROUNDS.map((ground) => [text, ground] as const)))(
    "text %s on %s MUST reach 4.5 to 1",
    (text, ground) => {
      expect(contrast(text, ground, theme)).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each(GROUNDS)("the edge of a control on %s MUST reach 3 to 1", (ground) => {
    expect(contrast("control", ground, theme)).toBeGreaterThanOrEqual(3);
  });

  it.each(["accent", "danger", "success"])("white on fill %s MUST reach 4.5 to 1", (fill) => {
    expect(contrast("on-fill", `fill-${fill}`, theme)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(WASHES)("%s on its own wash MUST reach 4.5 to 1", (tone) => {
    expect(contrast(tone, `wash-${tone}`, theme)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(WASHES)("text and secondary text on wash %s MUST reach 4.5 to 1", (tone) => {
    expect(contrast("text", `wash-${tone}`, theme)).toBeGreaterThanOrEqual(4.5);
    expect(contrast("text-2", `wash-${tone}`, theme)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(INSTANCES)("the code on instance colour %s MUST reach 5.5 to 1", (colour) => {
    const ratio = contrast("on-instance", `instance-${colour}`, theme);
    expect(Math.round(ratio * 10) / 10).toBeGreaterThanOrEqual(5.5);
  });
});

describe("ux 3.15 the measured numbers", () => {
  it.each([
    ["text", "canvas", 15.9, 16.0],
    ["text-2", "surface", 8.0, 8.7],
    ["text-3", "sunken", 4.7, 5.3],
    ["accent", "canvas", 5.8, 8.1],
    ["success", "surface", 6.1, 8.1],
    ["warn", "sunken", 5.6, 7.6],
    ["danger", "canvas", 5.9, 7.7],
    ["elsewhere", "surface", 7.0, 7.8],
    ["control", "canvas", 3.5, 4.4],
  ])("%s on %s is %f light and %f dark", (over, under, light, dark) => {
    expect(contrast(over, under, "light")).toBeCloseTo(light, 0);
    expect(contrast(over, under, "dark")).toBeCloseTo(dark, 0);
  });
});
