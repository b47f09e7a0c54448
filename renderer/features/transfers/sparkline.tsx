import { memo, type ReactNode } from "react";
import styles from "./sparkline.module.css";

interface SparklineProps {
  /** Octets per second, oldest first. */
  readonly speeds: readonly number[];
}

const WIDTH = 60;
const HEIGHT = 16;
/** Fewer seconds make a speck and no line. */
const FEWEST = 5;

/** The speed of the last minute, or since the beginning; decoration beside the number. */
export const Sparkline = memo(function Sparkline({ speeds }: SparklineProps): ReactNode {
  if (speeds.length < FEWEST) return null;
  const top = Math.max(...speeds, 1);
  const step = WIDTH / (speeds.length - 1);
  const points = speeds
    .map((speed, at) => {
      const y = HEIGHT - 1 - (speed / top) * (HEIGHT - 2);
      return `${(at * step).toFixed(1)},${y.toFixed(1)}`;
    })
    .join(" ");
  return (
    <svg
      aria-hidden
      className={styles["sparkline"]}
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
    >
      <polyline points={points} className={styles["line"]} />
    </svg>
  );
});
