import { Check, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import {
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  Keyboard,
  MenuTrigger,
  Popover,
  Separator,
  Text,
} from "react-aria-components";
import { cx } from "./cx.ts";
import styles from "./menu.module.css";

export interface MenuEntry {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly icon?: LucideIcon;
  readonly keys?: string | undefined;
  readonly isDanger?: boolean;
  readonly isDisabled?: boolean;
  /** One of several of which one holds. */
  readonly isChosen?: boolean | undefined;
  /** A line above it. */
  readonly startsGroup?: boolean;
  readonly run: () => void;
}

interface MenuProps {
  /** Name of the menu. */
  readonly label: string;
  readonly entries: readonly MenuEntry[];
  /** The button that opens it. */
  readonly children: ReactNode;
  readonly placement?: "bottom end" | "bottom start" | "top end" | "top start";
}

export function Menu({ label, entries, children, placement = "bottom end" }: MenuProps): ReactNode {
  return (
    <MenuTrigger>
      {children}
      <Popover className={cx(styles["popover"])} placement={placement} offset={4}>
        <AriaMenu
          aria-label={label}
          className={cx(styles["menu"])}
          onAction={(key) => {
            entries.find((entry) => entry.id === key)?.run();
          }}
          disabledKeys={entries.filter((entry) => entry.isDisabled).map((entry) => entry.id)}
        >
          {entries.flatMap((entry) => [
            ...(entry.startsGroup === true
              ? [<Separator key={`${entry.id} line`} className={cx(styles["line"])} />]
              : []),
            <Entry key={entry.id} entry={entry} hasMarks={entries.some(isOneOfSeveral)} />,
          ])}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

function isOneOfSeveral(entry: MenuEntry): boolean {
  return entry.isChosen !== undefined;
}

interface EntryProps {
  readonly entry: MenuEntry;
  readonly hasMarks: boolean;
}

function Entry({ entry, hasMarks }: EntryProps): ReactNode {
  const Icon = entry.icon;
  return (
    <AriaMenuItem
      id={entry.id}
      textValue={entry.label}
      className={cx(styles["item"], entry.isDanger === true && styles["danger"])}
    >
      {hasMarks ? (
        <span className={styles["mark"]}>
          {entry.isChosen === true ? <Check aria-hidden size={16} /> : null}
        </span>
      ) : null}
      {Icon === undefined ? null : <Icon aria-hidden size={16} className={styles["mark"]} />}
      <span className={styles["words"]}>
        <Text slot="label" className={cx(styles["text"])}>
          {entry.label}
        </Text>
        {entry.hint === undefined ? null : (
          <Text slot="description" className={cx(styles["hint"])}>
            {entry.hint}
          </Text>
        )}
      </span>
      {entry.keys === undefined ? null : (
        <Keyboard className={cx(styles["keys"])}>{entry.keys}</Keyboard>
      )}
    </AriaMenuItem>
  );
}
