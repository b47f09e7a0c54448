import type { ReactNode } from "react";
import { ProgressBar } from "react-aria-components";
import { useTranslations } from "use-intl";
import { type Card, type CardFile, isHalted } from "../../../shared/model/card.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import type { Progress } from "../../ipc/progress-store.ts";
import { cx } from "../../ui/cx.ts";
import { type CardSummary, octetsOf, summaryOf } from "./card-summary.ts";
import styles from "./transfer-bar.module.css";
import { useCardTitle } from "./use-words.ts";

interface TransferBarProps {
  readonly card: Card;
  readonly progress?: Progress | undefined;
  readonly isThin?: boolean;
}

/** More files than this are narrower than the gaps between them. */
const MAX_SEGMENTS = 40;

/** One bar for the whole transfer; what is damaged or failed is hatched, not only red. */
export function TransferBar({ card, progress, isThin = false }: TransferBarProps): ReactNode {
  const summary = summaryOf(card, progress);
  const label = useBarLabel(card);
  const valueText = useValueText(summary);
  const { fraction } = summary;
  const isProven = summary.taken.length > 0 && summary.verifiedFiles === summary.taken.length;
  const isStill = card.state === "stalled" || isHalted(card) || card.state === "reconnecting";
  return (
    <ProgressBar
      aria-label={label}
      value={fraction * 100}
      valueLabel={valueText}
      className={cx(
        styles["bar"],
        isThin && styles["thin"],
        (isStill || card.endedMs !== undefined) && styles["halted"],
      )}
    >
      {card.state === "preparing" || summary.taken.length > MAX_SEGMENTS ? (
        <span className={styles["segment"]} style={{ flexGrow: 1 }}>
          <span
            className={cx(styles["fill"], isProven && styles["proven"])}
            style={{ inlineSize: `${fraction * 100}%` }}
          />
        </span>
      ) : (
        summary.taken.map((file) => (
          <Segment key={file.index} file={file} octets={octetsOf(file, progress)} />
        ))
      )}
    </ProgressBar>
  );
}

const BAD: ReadonlySet<CardFile["state"]> = new Set(["damaged", "failed", "interrupted"]);

interface SegmentProps {
  readonly file: CardFile;
  readonly octets: number;
}

function Segment({ file, octets }: SegmentProps): ReactNode {
  const isBad = BAD.has(file.state);
  const isWhole = file.state === "damaged" || file.state === "failed" || file.sizeOctets === 0;
  const percent = isWhole && isBad ? 100 : (octets / Math.max(1, file.sizeOctets)) * 100;
  const isProven = file.state === "verified";
  return (
    <span className={styles["segment"]} style={{ flexGrow: Math.max(1, file.sizeOctets) }}>
      <span
        className={cx(
          styles["fill"],
          isBad && styles["bad"],
          file.state === "interrupted" && styles["broken"],
          isProven && styles["proven"],
        )}
        style={{ inlineSize: `${percent}%` }}
      />
    </span>
  );
}

function useBarLabel(card: Card): string {
  const t = useTranslations("transfers");
  const what = useCardTitle()(card);
  if (card.state === "preparing") return t("barPreparing", { what });
  return card.direction === "incoming"
    ? t("barReceiving", { what, name: card.peerName })
    : t("barSending", { what, name: card.peerName });
}

function useValueText(summary: CardSummary): string {
  const t = useTranslations("transfers");
  const { percent, sizeAloud } = useFormats();
  const { fraction } = summary;
  return t("barValue", {
    percent: percent(fraction),
    done: sizeAloud(fraction * summary.totalOctets),
    total: sizeAloud(summary.totalOctets),
  });
}
