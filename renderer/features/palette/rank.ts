/** Something that can be found by its words. */
export interface Findable {
  readonly id: string;
  readonly label: string;
  /** Other words for it. */
  readonly keywords?: string;
}

/**
 * The entries that match every word of `text`, best first; all of them, the last used first, where nothing is typed.
 * @param recent ids, the last used first
 */
export function rank<Entry extends Findable>(
  entries: readonly Entry[],
  text: string,
  recent: readonly string[] = [],
): readonly Entry[] {
  const words = fold(text).split(/\s+/).filter(Boolean);
  const place = (id: string): number => {
    const at = recent.indexOf(id);
    return at < 0 ? recent.length : at;
  };
  return entries
    .map((entry) => ({ entry, score: scoreAll(entry, words), place: place(entry.id) }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.place - b.place)
    .map(({ entry }) => entry);
}

function scoreAll(entry: Findable, words: readonly string[]): number {
  let sum = 1;
  for (const word of words) {
    const score = scoreWord(entry, word);
    if (score === 0) return 0;
    sum += score;
  }
  return sum;
}

function scoreWord(entry: Findable, word: string): number {
  const label = fold(entry.label);
  if (label.startsWith(word)) return 8;
  if (startsAWord(label, word)) return 6;
  if (label.includes(word)) return 4;
  const keywords = fold(entry.keywords ?? "");
  if (startsAWord(keywords, word)) return 3;
  return isInOrder(label, word) ? 1 : 0;
}

function startsAWord(text: string, word: string): boolean {
  return text.split(/[\s/·-]+/).some((part) => part.startsWith(word));
}

/** The letters of `word` occur in `text` in this order: `nof` finds "new offer". */
function isInOrder(text: string, word: string): boolean {
  let at = 0;
  for (const letter of word) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return word.length > 1;
}

/** Accents and case do not matter to a search. */
export function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase();
}
