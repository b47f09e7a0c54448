const ATTRIBUTES = ["aria-label", "aria-valuetext", "placeholder", "title", "alt"];

/** Everything in the window that is seen or heard, but for what only has its keys' names in it. */
export function shownTexts(): readonly string[] {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts: string[] = [];
  while (walker.nextNode() !== null) {
    const { parentElement, nodeValue } = walker.currentNode;
    const isOutside = parentElement?.closest("kbd, [data-live-announcer]") ?? null;
    if (isOutside === null) texts.push(nodeValue ?? "");
  }
  for (const element of document.body.querySelectorAll("*"))
    for (const name of ATTRIBUTES) texts.push(element.getAttribute(name) ?? "");
  return texts;
}

/** Units, parts of dates, abbreviations, keys and names in the configuration, which no catalogue of ours holds. */
const NOT_OURS =
  /\b(?:(?:kilo|mega|giga)?bytes?|and|AM|PM|sec|min|hr|TCP|UDP|[A-Z]{2,5}|Ctrl|Shift|Esc|Enter|Space|Delete|Backspace|(?:settings|account)\.\w+|\w+day|Nov(?:ember)?)\b/g;

/** Words of the component library, which has its own catalogues. */
const OF_THE_LIBRARY = new Set(["Select", "Dismiss"]);

/** English words in a window that wears the pseudo-locale. @param data what main told, as JSON */
export function plainWords(texts: readonly string[], data: string): readonly string[] {
  const words = texts
    .filter((text) => !OF_THE_LIBRARY.has(text))
    .flatMap((text) => text.replace(NOT_OURS, "").match(/\p{L}+/gu) ?? []);
  return [...new Set(words)].filter((word) => /^[A-Za-z]{3,}$/.test(word) && !data.includes(word));
}
