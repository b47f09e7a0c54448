import type { ReactNode } from "react";
import { INSTANCE_COLOURS } from "../../shared/model/settings.ts";
import styles from "./avatar.module.css";
import { cx } from "./cx.ts";

interface AvatarProps {
  readonly name: string;
  /** Gives the colour: the same person has the same one everywhere. */
  readonly address: string;
  readonly size?: "s" | "m" | "l";
}

/** Decoration beside a name that is written out. */
export function Avatar({ name, address, size = "m" }: AvatarProps): ReactNode {
  const colour = INSTANCE_COLOURS[hashOf(address) % INSTANCE_COLOURS.length] ?? "grey";
  return (
    <span
      aria-hidden
      className={cx(styles["avatar"], styles[size])}
      style={{ background: `var(--instance-${colour})` }}
    >
      {initials(name)}
    </span>
  );
}

function hashOf(text: string): number {
  let hash = 7;
  for (const char of text) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003;
  return hash;
}

/** At most two letters; the first of the first and of the last word. */
export function initials(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = words.at(0);
  const last = words.length > 1 ? words.at(-1) : undefined;
  return [first, last].map((word) => firstLetter(word).toUpperCase()).join("");
}

function firstLetter(word: string | undefined): string {
  return /[\p{L}\p{N}]/u.exec(word ?? "")?.[0] ?? "";
}
