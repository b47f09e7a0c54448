import { fold } from "../palette/rank.ts";
import {
  configKey,
  type RowName,
  SECTIONS,
  SETTING_ROWS,
  type SectionName,
} from "./setting-rows.ts";

/** The words of the page in the locale of the user. */
export interface SettingWords {
  readonly section: (name: SectionName) => string;
  readonly row: (name: RowName) => string;
  /** Words of a section beside its rows, for those with a content of their own. */
  readonly extra: (name: SectionName) => string;
}

export interface FoundSection {
  readonly name: SectionName;
  readonly rows: readonly RowName[];
  /** The section's own content is to be shown too. */
  readonly hasContent: boolean;
}

/**
 * Sections with the rows that have every word of `text` in their label, hint, section or configuration name. A section
 * whose name or own content matches is shown whole.
 */
export function findSettings(text: string, words: SettingWords): readonly FoundSection[] {
  const parts = fold(text).split(/\s+/).filter(Boolean);
  const has = (haystack: string): boolean => {
    const folded = fold(haystack);
    return parts.every((part) => folded.includes(part));
  };
  return SECTIONS.map((name) => {
    const rows = SETTING_ROWS.filter(({ section }) => section === name).map((row) => row.name);
    const hasContent = has(`${words.section(name)} ${words.extra(name)}`);
    const isWhole = has(words.section(name));
    const found = isWhole
      ? rows
      : rows.filter((row) => has(`${words.section(name)} ${words.row(row)} ${configKey(row)}`));
    return { name, rows: found, hasContent };
  }).filter(({ rows, hasContent }) => rows.length > 0 || hasContent);
}

/** Rows and contents, for what is announced. */
export function countFound(sections: readonly FoundSection[]): number {
  return sections.reduce(
    (sum, { rows, hasContent }) => sum + rows.length + (hasContent ? 1 : 0),
    0,
  );
}
