import type { ReactNode } from "react";
import { Tooltip as AriaTooltip, TooltipTrigger } from "react-aria-components";
import { Kbd } from "./kbd.tsx";
import styles from "./tooltip.module.css";

interface TooltipProps {
  readonly text: string;
  /** Keys that do the same. */
  readonly keys?: string | undefined;
  /** Something that takes the focus. */
  readonly children: ReactNode;
}

/** A second place for words that are elsewhere too, never the only one. */
export function Tooltip({ text, keys, children }: TooltipProps): ReactNode {
  return (
    <TooltipTrigger delay={600} closeDelay={0}>
      {children}
      <AriaTooltip offset={6} className={styles["tooltip"] ?? ""}>
        {text}
        {keys === undefined ? null : <Kbd keys={keys} />}
      </AriaTooltip>
    </TooltipTrigger>
  );
}
