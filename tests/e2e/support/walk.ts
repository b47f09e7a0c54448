import type { Page } from "@playwright/test";

export interface Walk {
  /** Controls that Tab did not come to. */
  readonly unreached: readonly string[];
  /** Had the focus without a ring around them. */
  readonly unmarked: readonly string[];
  /** Had the focus outside the window, or under something else. */
  readonly unseen: readonly string[];
}

interface Stop {
  readonly place: number;
  readonly words: string;
  readonly isMarked: boolean;
  readonly isSeen: boolean;
}

/** More steps than any page has controls. */
const MAX_STEPS = 200;

/** Presses Tab until the focus is where it began. */
export async function walkOf(page: Page): Promise<Walk> {
  const wanted = await number(page);
  const stops: Stop[] = [];
  for (let step = 0; step < MAX_STEPS; step += 1) {
    await page.keyboard.press("Tab");
    const stop = await lookAtFocus(page);
    if (stop === undefined || stops.some(({ place }) => place === stop.place)) break;
    stops.push(stop);
  }
  const reached = new Set(stops.map(({ place }) => place));
  return {
    unreached: wanted.filter(({ place }) => !reached.has(place)).map(({ words }) => words),
    unmarked: stops.filter(({ isMarked }) => !isMarked).map(({ words }) => words),
    unseen: stops.filter(({ isSeen }) => !isSeen).map(({ words }) => words),
  };
}

/**
 * Numbers all elements, and gives those that Tab has to reach: all controls, but of several that are one to the keyboard
 * (rows of a list with what is in them, radio buttons) only what the arrows do not lead to.
 */
function number(
  page: Page,
): Promise<readonly { readonly place: number; readonly words: string }[]> {
  return page.evaluate(() => {
    const all = [...document.querySelectorAll<HTMLElement>("body *")];
    for (const [place, element] of all.entries()) element.dataset["walk"] = String(place);
    const controls = "a[href],button,input,textarea,select,[tabindex='0']";
    const passedOver = [
      ":disabled,[aria-disabled='true'],input[type='radio']:not(:checked)",
      "[inert] *,[aria-hidden='true'] *,[role='grid'],[role='row'],[role='row'] *,[role='option']",
    ].join(",");
    return all
      .filter((element) => element.matches(controls) && !element.matches(passedOver))
      .filter((element) => element.tabIndex >= 0)
      .filter((element) => element.checkVisibility({ visibilityProperty: true }))
      .map((element) => ({
        place: Number(element.dataset["walk"]),
        words: (element.getAttribute("aria-label") ?? element.textContent) || element.outerHTML,
      }));
  });
}

function lookAtFocus(page: Page): Promise<Stop | undefined> {
  return page.evaluate(async () => {
    // What stands over it makes room with the next frame.
    for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
    const element = document.activeElement;
    if (!(element instanceof HTMLElement) || element === document.body) return undefined;
    // A control that is drawn by its label, or by the field that it writes into, shows the ring there.
    const drawn = element.closest("label") ?? element;
    const marked = [drawn.parentElement, drawn, ...drawn.querySelectorAll("*")].some((one) => {
      if (one === null) return false;
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      return outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0;
    });
    // Came up after they were numbered.
    element.dataset["walk"] ??= `1${Math.trunc(performance.now())}`;
    const { left, right, top, bottom } = drawn.getBoundingClientRect();
    const x = (Math.max(0, left) + Math.min(innerWidth, right)) / 2;
    const y = (Math.max(0, top) + Math.min(innerHeight, bottom)) / 2;
    const over = document.elementFromPoint(x, y);
    return {
      place: Number(element.dataset["walk"]),
      words: (element.getAttribute("aria-label") ?? element.textContent) || element.outerHTML,
      isMarked: marked,
      isSeen: over !== null && (drawn.contains(over) || over.contains(drawn)),
    };
  });
}
