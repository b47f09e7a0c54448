/** Something that the window does not show whole. */
export interface Cut {
  readonly element: string;
  readonly text: string;
  readonly by: string;
}

const TOLERANCE_PX = 1;

/**
 * Text that is cut off, and elements that reach out of the window or of what clips them. What can be scrolled is not cut
 * off; nor is a name that ends in dots and has its whole self in a tooltip.
 */
export function findCuts(): readonly Cut[] {
  const { documentElement, body } = document;
  const elements = [...body.querySelectorAll("*")].filter(isLookedAt);
  return [
    ...(documentElement.scrollWidth > innerWidth
      ? [cutOf(documentElement, "scrolls sideways")]
      : []),
    ...elements.flatMap(cutInside),
    ...elements
      .filter((element) => element.matches(CONTROLS) || hasText(element))
      .flatMap(cutAtEdge),
  ];
}

const CONTROLS = "button,input,a[href],textarea,img";

function cutOf({ tagName, className, textContent }: Element, by: string): Cut {
  const text = textContent.trim().slice(0, 80);
  return { element: `${tagName.toLowerCase()}.${className.slice(0, 60)}`, text, by };
}

function isLookedAt(element: Element): boolean {
  if (element.closest("svg, [data-live-announcer]") !== null) return false;
  if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
  return element.getClientRects().length > 0 && !lineOf(element).some(isOnlyHeard);
}

/** The element and all that it is in. */
function lineOf(element: Element): readonly Element[] {
  const line: Element[] = [];
  for (let at: Element | null = element; at !== null; at = at.parentElement) line.push(at);
  return line;
}

function isOnlyHeard(element: Element): boolean {
  return getComputedStyle(element).clipPath === "inset(50%)";
}

function clips(overflow: string): boolean {
  return overflow === "hidden" || overflow === "clip";
}

function cutInside(element: Element): readonly Cut[] {
  const { overflowX, overflowY } = getComputedStyle(element);
  const { scrollWidth, clientWidth, scrollHeight, clientHeight } = element;
  const isWide = scrollWidth > clientWidth + TOLERANCE_PX && clips(overflowX);
  const isHigh = scrollHeight > clientHeight + TOLERANCE_PX && clips(overflowY);
  return [
    ...(isWide && !hasDotsAndTitle(element)
      ? [cutOf(element, `width ${scrollWidth} in ${clientWidth}`)]
      : []),
    ...(isHigh ? [cutOf(element, `height ${scrollHeight} in ${clientHeight}`)] : []),
  ];
}

function hasDotsAndTitle(element: Element): boolean {
  const line = lineOf(element);
  return (
    line.some((at) => getComputedStyle(at).textOverflow === "ellipsis") &&
    line.some((at) => at.hasAttribute("title"))
  );
}

function textNodes(element: Element): readonly ChildNode[] {
  return [...element.childNodes].filter(
    ({ nodeType, nodeValue }) => nodeType === Node.TEXT_NODE && nodeValue?.trim() !== "",
  );
}

function hasText(element: Element): boolean {
  return textNodes(element).length > 0;
}

interface Span {
  readonly left: number;
  readonly right: number;
}

/** Of its own text where it has some: paddings and separators may reach out. */
function spanOf(element: Element): Span {
  const range = document.createRange();
  const rects = textNodes(element).flatMap((node) => {
    range.selectNodeContents(node);
    return [...range.getClientRects()];
  });
  if (rects.length === 0) return element.getBoundingClientRect();
  return {
    left: Math.min(...rects.map(({ left }) => left)),
    right: Math.max(...rects.map(({ right }) => right)),
  };
}

/** Left and right, up to the first that scrolls sideways. */
function cutAtEdge(element: Element): readonly Cut[] {
  if (hasDotsAndTitle(element)) return [];
  const span = spanOf(element);
  const line = lineOf(element);
  // What stands over the page is cut by the window alone.
  const floating = line.findIndex((at) => getComputedStyle(at).position === "fixed");
  const around = floating < 0 ? line : [...line.slice(0, floating + 1), document.body];
  for (const at of around.slice(1)) {
    const edge = edgeOf(at);
    if (edge === "scrolls") return [];
    if (edge === undefined) continue;
    if (span.left < edge.left - TOLERANCE_PX || span.right > edge.right + TOLERANCE_PX) {
      const [from, to, first, last] = [span.left, span.right, edge.left, edge.right].map(
        Math.round,
      );
      return [cutOf(element, `${from}…${to} in ${first}…${last}`)];
    }
  }
  return [];
}

function edgeOf(element: Element): Span | "scrolls" | undefined {
  if (element === document.body) return { left: 0, right: innerWidth };
  const { overflowX } = getComputedStyle(element);
  if (overflowX === "visible") return undefined;
  const isWide = element.scrollWidth > element.clientWidth + TOLERANCE_PX;
  return isWide && !clips(overflowX) ? "scrolls" : element.getBoundingClientRect();
}
