import type { ReactNode } from "react";
import { ListLayout, Virtualizer } from "react-aria-components";

/** Rows up to which a list is drawn whole. */
export const WHOLE_ROWS = 50;

interface VirtualListProps {
  readonly rows: number;
  readonly rowHeightPx: number;
  readonly gapPx?: number;
  /** A ListBox or GridList with a fixed height. */
  readonly children: ReactNode;
}

/** Draws only the rows that are seen, where there are many. */
export function VirtualList({
  rows,
  rowHeightPx,
  gapPx = 0,
  children,
}: VirtualListProps): ReactNode {
  if (rows <= WHOLE_ROWS) return children;
  return (
    <Virtualizer layout={ListLayout} layoutOptions={{ rowSize: rowHeightPx, gap: gapPx }}>
      {children}
    </Virtualizer>
  );
}
