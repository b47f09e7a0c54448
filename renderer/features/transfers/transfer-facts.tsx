import { ShieldCheck } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { type Card, isEnded, isGoingOn } from "../../../shared/model/card.ts";
import { shortPath } from "../../app/path-words.ts";
import { useNow } from "../../app/use-now.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import type { Progress } from "../../ipc/progress-store.ts";
import { Expiry } from "../offers/offer-head.tsx";
import { endedOctets, summaryOf } from "./card-summary.ts";
import { Sparkline } from "./sparkline.tsx";
import styles from "./transfer-facts.module.css";
import { useLeftWords, useTookWords } from "./use-words.ts";

interface TransferFactsProps {
  readonly card: Card;
  readonly progress: Progress | undefined;
}

/** The numbers of a card in one line of words. */
export function TransferFacts({ card, progress }: TransferFactsProps): ReactNode {
  return (
    <div className={styles["facts"]}>
      {isEnded(card.state) ? (
        <EndedFacts card={card} />
      ) : (
        <RunningFacts card={card} progress={progress} />
      )}
      <Proven card={card} progress={progress} />
    </div>
  );
}

function RunningFacts({ card, progress }: TransferFactsProps): ReactNode {
  const t = useTranslations("transfers");
  const { sizePair, size, rate, exactSize, percent } = useFormats();
  const leftWords = useLeftWords();
  const { octets, totalOctets, fraction } = summaryOf(card, progress);
  const isMoving = card.state === "transferring";
  if (!isGoingOn(card))
    return (
      <span className={styles["line"]}>
        {card.state === "preparing" ? (
          <span className={styles["percent"]}>{percent(fraction)}</span>
        ) : null}
        <span>{size(totalOctets)}</span>
        <Until card={card} />
      </span>
    );
  const [done, total] = sizePair(octets, totalOctets);
  return (
    <span className={styles["line"]}>
      <span className={styles["percent"]}>{percent(fraction)}</span>
      <span title={exactSize(octets)}>{t("bytes", { done, total })}</span>
      {isMoving && progress?.octetsPerS !== undefined ? (
        <span className={styles["speed"]}>
          {rate(progress.octetsPerS)}
          <Sparkline speeds={progress.speeds} />
        </span>
      ) : null}
      {isMoving && progress?.leftS !== undefined ? <span>{leftWords(progress.leftS)}</span> : null}
      {card.retryAtMs === undefined ? null : <NextTry atMs={card.retryAtMs} />}
    </span>
  );
}

interface NextTryProps {
  readonly atMs: number;
}

function NextTry({ atMs }: NextTryProps): ReactNode {
  const t = useTranslations("transfers");
  const seconds = Math.ceil((atMs - useNow(1000)) / 1000);
  return seconds < 1 ? null : <span>{t("nextTry", { seconds: String(seconds) })}</span>;
}

/** What was answered expires no more. */
function Until({ card: { state, expiresMs } }: EndedFactsProps): ReactNode {
  return expiresMs === undefined || state === "accepting" ? null : <Expiry atMs={expiresMs} />;
}

interface EndedFactsProps {
  readonly card: Card;
}

const WITHOUT_TIME: ReadonlySet<Card["state"]> = new Set(["verified", "confirmed", "partly"]);

function EndedFacts({ card }: EndedFactsProps): ReactNode {
  const t = useTranslations("transfers");
  const { size, exactSize, time, dateTime } = useFormats();
  const { seenMs } = card;
  const took = useTookWords()(card);
  const { completeFiles } = summaryOf(card);
  const octets = endedOctets(card);
  return (
    <span className={styles["line"]}>
      <span title={exactSize(octets)}>{size(octets)}</span>
      <span>{time(card.endedMs ?? card.startedMs)}</span>
      {took !== "" && WITHOUT_TIME.has(card.state) ? <span>{took}</span> : null}
      {seenMs === undefined ? null : (
        <span title={dateTime(seenMs)}>{t("seenAt", { time: time(seenMs) })}</span>
      )}
      {card.direction === "incoming" && completeFiles > 0 && card.folder !== undefined ? (
        <span title={card.folder}>
          <bdi>{shortPath(card.folder)}</bdi>
        </span>
      ) : null}
    </span>
  );
}

const WITH_PROOF: ReadonlySet<Card["state"]> = new Set([
  "transferring",
  "stalled",
  "verifying",
  "paused",
  "reconnecting",
  "waitingForSpace",
  "partly",
  "damaged",
  "interrupted",
]);

function Proven({ card, progress }: TransferFactsProps): ReactNode {
  const t = useTranslations("transfers");
  const { count } = useFormats();
  const { taken, verifiedFiles } = summaryOf(card, progress);
  if (!WITH_PROOF.has(card.state) || taken.length < 2) return null;
  return (
    <span className={styles["proven"]}>
      <ShieldCheck aria-hidden size={14} />
      {t("verifiedCount", { done: count(verifiedFiles), total: count(taken.length) })}
    </span>
  );
}
