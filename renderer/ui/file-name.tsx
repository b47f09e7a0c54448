import type { ReactNode } from "react";
import { cx } from "./cx.ts";
import styles from "./file-name.module.css";

interface FileNameProps {
  readonly name: string;
  readonly className?: string | undefined;
}

/** Extensions longer than this are not one. */
const MAX_EXTENSION = 12;

/** Cut off in its middle where it is too long: the ending, which says what a file can do, is always seen. */
export function FileName({ name, className }: FileNameProps): ReactNode {
  const dot = name.lastIndexOf(".");
  const hasEnding = dot > 0 && name.length - dot <= MAX_EXTENSION;
  return (
    <span className={cx(styles["name"], className)} title={name} dir="ltr">
      <bdi className={styles["stem"]}>{hasEnding ? name.slice(0, dot) : name}</bdi>
      {hasEnding ? <span className={styles["ending"]}>{name.slice(dot)}</span> : null}
    </span>
  );
}

const HEAD = 36;
const TAIL = 20;

/** For a name in a sentence: without its middle where it is too long for one, and never cut through a character. */
export function shortName(name: string): string {
  const characters = Array.from(new Intl.Segmenter().segment(name), ({ segment }) => segment);
  if (characters.length <= HEAD + TAIL + 1) return name;
  return `${characters.slice(0, HEAD).join("")}…${characters.slice(-TAIL).join("")}`;
}

/** `PDF`; empty where the name has no ending. */
export function endingOf(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 && name.length - dot <= MAX_EXTENSION ? name.slice(dot + 1).toUpperCase() : "";
}
