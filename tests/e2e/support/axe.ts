import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/**
 * `all`: every rule. `colours`: those that another theme of the same elements can break. `layout`: all but those, for
 * the same elements and colours in another size.
 */
export type AxeScope = "all" | "colours" | "layout";

const COLOURS = ["color-contrast", "link-in-text-block"];

/** Beyond what axe checks by itself: what is seen on a control is in its name (WCAG 2.5.3). */
const MORE = { "label-content-name-mismatch": { enabled: true } };

/** @returns a line for each violation: rule, element, what is wrong */
export async function violationsOf(
  page: Page,
  scope: AxeScope = "all",
): Promise<readonly string[]> {
  const rules = Object.fromEntries(COLOURS.map((id) => [id, { enabled: scope !== "layout" }]));
  const builder = new AxeBuilder({ page }).setLegacyMode().options({
    resultTypes: ["violations"],
    ...(scope === "colours"
      ? { runOnly: { type: "rule", values: COLOURS } }
      : { rules: { ...MORE, ...rules } }),
  });
  // Of the component library: what it has said aloud, for the seconds until it clears it away.
  const { violations } = await builder.exclude("[data-live-announcer]").analyze();
  return violations
    .flatMap(({ id, nodes }) => nodes.map((node) => ({ id, node })))
    .filter(({ id, node }) => !isDescribed(id, node.html))
    .map(({ id, node }) => `${id}: ${node.html.slice(0, 240)}\n${node.failureSummary ?? ""}`);
}

/** The second line of a menu's item is its description and not part of its label. */
function isDescribed(rule: string, html: string): boolean {
  return rule === "label-content-name-mismatch" && html.includes('role="menuitem"');
}
