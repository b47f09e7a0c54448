import type { Page } from "@playwright/test";

/** Something that a window of this size does not show whole. */
export interface Cut {
  readonly element: string;
  readonly text: string;
  readonly by: string;
}

/**
 * Text that is cut off, and elements that reach out of the window or of what clips them. What can be scrolled is not cut
 * off; nor is a name that ends in dots and has its whole self in a tooltip.
 */
export function cutsIn(page: Page): Promise<readonly Cut[]> {
  return page.evaluate(() => {
    const TOLERANCE_PX = 1;
    const cuts: Cut[] = [];

    const isShown = (element: Element): boolean =>
      element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
      element.getClientRects().length > 0;
    const scrolls = (overflow: string): boolean => overflow === "auto" || overflow === "scroll";
    /** Heard, not seen. */
    const isHidden = (element: Element): boolean => {
      const { clipPath, clip } = getComputedStyle(element);
      return clipPath === "inset(50%)" || clip.startsWith("rect(0px");
    };
    const isInside = (element: Element, test: (at: Element) => boolean): boolean => {
      for (let at: Element | null = element; at !== null; at = at.parentElement)
        if (test(at)) return true;
      return false;
    };
    const report = (element: Element, by: string): void => {
      const text = (element.textContent ?? "").trim().slice(0, 80);
      const { tagName, className } = element;
      cuts.push({
        element: `${tagName.toLowerCase()}.${String(className).slice(0, 60)}`,
        text,
        by,
      });
    };

    /** Own text, not that of children. */
    const hasText = (element: Element): boolean =>
      [...element.childNodes].some(
        (node) => node.nodeType === Node.TEXT_NODE && (node.textContent ?? "").trim() !== "",
      );
    const checkInside = (element: Element): void => {
      const style = getComputedStyle(element);
      const { scrollWidth, clientWidth, scrollHeight, clientHeight } = element;
      const isWide = scrollWidth > clientWidth + TOLERANCE_PX;
      const isHigh = scrollHeight > clientHeight + TOLERANCE_PX;
      if (isWide && (style.overflowX === "hidden" || style.overflowX === "clip")) {
        const hasDots = style.textOverflow === "ellipsis";
        const isTold = isInside(element, (at) => at.hasAttribute("title"));
        if (!(hasDots && isTold)) report(element, `width ${scrollWidth} in ${clientWidth}`);
      }
      if (isHigh && (style.overflowY === "hidden" || style.overflowY === "clip"))
        report(element, `height ${scrollHeight} in ${clientHeight}`);
    };
    /** Of its text where it has some: paddings and separators may reach out. */
    const boxOf = (element: Element): { left: number; right: number } => {
      if (!hasText(element)) return element.getBoundingClientRect();
      const range = document.createRange();
      const rects = [...element.childNodes].flatMap((node) => {
        range.selectNodeContents(node);
        return node.nodeType === Node.TEXT_NODE ? [...range.getClientRects()] : [];
      });
      return {
        left: Math.min(...rects.map(({ left }) => left)),
        right: Math.max(...rects.map(({ right }) => right)),
      };
    };
    /** Left and right of everything that does not scroll sideways. */
    const checkEdges = (element: Element): void => {
      const box = boxOf(element);
      for (let at = element.parentElement; at !== null; at = at.parentElement) {
        const { overflowX } = getComputedStyle(at);
        if (scrolls(overflowX) && at.scrollWidth > at.clientWidth + TOLERANCE_PX) return;
        if (overflowX === "visible" && at !== document.body) continue;
        const edge =
          at === document.body ? { left: 0, right: innerWidth } : at.getBoundingClientRect();
        if (box.left < edge.left - TOLERANCE_PX || box.right > edge.right + TOLERANCE_PX) {
          const by = `${Math.round(box.left)}…${Math.round(box.right)}`;
          report(element, `${by} in ${Math.round(edge.left)}…${Math.round(edge.right)}`);
          return;
        }
      }
    };

    if (document.documentElement.scrollWidth > innerWidth) report(document.documentElement, "page");
    for (const element of document.body.querySelectorAll("*")) {
      if (element.closest("svg") !== null || element.closest("[data-live-announcer]") !== null)
        continue;
      if (!isShown(element) || isInside(element, isHidden)) continue;
      checkInside(element);
      const isControl = element.matches("button,input,a[href],textarea,img");
      if (isControl || hasText(element)) checkEdges(element);
    }
    return cuts;
  });
}
