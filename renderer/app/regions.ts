/** The parts of the window between which F6 goes, in the order in which they stand. */
export function moveRegion(step: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>("[data-region]")].filter(isShown);
  if (regions.length === 0) return;
  const current = regionOf(document.activeElement);
  const here = current === null ? -1 : regions.indexOf(current);
  const next = here < 0 && step < 0 ? regions.length - 1 : here + step;
  focusInside(regions.at(next % regions.length));
}

/** The innermost one: offers stand inside the content. */
function regionOf(element: Element | null): HTMLElement | null {
  return element?.closest<HTMLElement>("[data-region]") ?? null;
}

function isShown(element: HTMLElement): boolean {
  return element.getClientRects().length > 0;
}

const FOCUSABLE =
  "a[href],button:not([disabled]),input:not([disabled]),select,textarea,[tabindex='0']";

/** The first thing inside that takes the focus, else the region itself. */
export function focusInside(region: HTMLElement | undefined): void {
  if (region === undefined) return;
  const inside = [...region.querySelectorAll<HTMLElement>(FOCUSABLE)].find(
    (element) => isShown(element) && regionOf(element) === region,
  );
  (inside ?? region).focus();
}
