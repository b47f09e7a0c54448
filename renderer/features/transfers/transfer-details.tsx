import { ArrowLeft, Copy, X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { formatAddress } from "../../../shared/format/person.ts";
import type { Card } from "../../../shared/model/card.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useAsk, useCard, useStores, useWindow } from "../../ipc/stores.tsx";
import { Avatar } from "../../ui/avatar.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { FileName } from "../../ui/file-name.tsx";
import { detailsText } from "./details-text.ts";
import { StateChip } from "./state-chip.tsx";
import styles from "./transfer-details.module.css";
import { useTookWords } from "./use-words.ts";

/** Facts of the transfer that was selected last, beside the list; in a small window, over it. */
export function TransferDetails(): ReactNode {
  const selected = useWindow((state) => state.selected);
  const isChosen = useWindow((state) => state.isChosen);
  const id = selected.at(-1);
  const card = useCard(id ?? "");
  if (card === undefined || selected.length !== 1) return null;
  return <Details key={card.id} card={card} isChosen={isChosen} />;
}

interface DetailsProps extends PartProps {
  readonly isChosen: boolean;
}

function Details({ card, isChosen }: DetailsProps): ReactNode {
  const t = useTranslations("transfers");
  const ask = useAsk();
  const { window: windowStore } = useStores();
  const close = (): void => {
    windowStore.getState().select([]);
    document.querySelector<HTMLElement>("[data-page-title]")?.focus();
  };
  const pane = useRef<HTMLElement>(null);
  useEffect(() => {
    // Over the list the keys belong to it.
    if (pane.current !== null && getComputedStyle(pane.current).position === "fixed")
      pane.current.focus();
  }, []);
  return (
    <aside
      className={cx(styles["pane"], !isChosen && styles["beside"])}
      aria-label={t("detailsTitle")}
      data-region
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key === "Escape") close();
      }}
      ref={pane}
    >
      <header className={styles["head"]}>
        <IconButton label={t("back")} onPress={close} className={styles["back"]}>
          <ArrowLeft aria-hidden size={18} />
        </IconButton>
        <h2 className={styles["title"]}>{t("detailsTitle")}</h2>
        <IconButton label={t("closeDetails")} onPress={close} className={styles["close"]}>
          <X aria-hidden size={16} />
        </IconButton>
      </header>
      <div className={styles["body"]}>
        <div className={styles["person"]}>
          <Avatar name={card.peerName} address={card.peer} size="l" />
          <div className={styles["who"]}>
            <bdi className={styles["name"]}>{card.peerName}</bdi>
            <span className={styles["address"]}>{formatAddress(card.peer)}</span>
          </div>
        </div>
        <div>
          <StateChip card={card} />
        </div>
        <Facts card={card} />
        <Fingerprints card={card} />
        <Button size="s" onPress={() => void ask("text.copy", { text: detailsText(card) })}>
          <Copy aria-hidden size={14} />
          {t("copyDetails")}
        </Button>
      </div>
    </aside>
  );
}

interface PartProps {
  readonly card: Card;
}

function Facts({ card }: PartProps): ReactNode {
  const t = useTranslations("transfers");
  const { dateTime, exactSize } = useFormats();
  const took = useTookWords()(card);
  const octets = card.files.reduce((sum, { sizeOctets }) => sum + sizeOctets, 0);
  const { endedMs, problem } = card;
  const facts = [
    [t("started"), dateTime(card.startedMs)],
    [t("ended"), endedMs === undefined ? undefined : `${dateTime(endedMs)} · ${took}`],
    [t("size"), exactSize(octets)],
    [t("folder"), card.direction === "incoming" ? card.folder : undefined],
    [t("device"), card.device],
    [t("seen"), card.seenMs === undefined ? undefined : dateTime(card.seenMs)],
    [t("connection"), card.isEncrypted === true ? t("encrypted") : undefined],
    [t("message"), card.text],
    [t("problem"), problem?.message],
    [t("status"), problem?.status === undefined ? undefined : String(problem.status)],
  ] as const;
  return (
    <dl className={styles["facts"]}>
      {facts.map(([name, value]) =>
        value === undefined || value === "" ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

/** A list of fingerprints that nobody reads would only slow the pane down. */
const MAX_PRINTS = 20;

function Fingerprints({ card }: PartProps): ReactNode {
  const t = useTranslations("transfers");
  const files = card.files.filter(({ hash }) => hash !== undefined).slice(0, MAX_PRINTS);
  if (files.length === 0) return null;
  return (
    <dl className={styles["facts"]}>
      {files.map((file) => (
        <div key={file.index}>
          <dt>
            <span className={styles["print"]}>
              {t("fingerprint")} <FileName name={file.name} />
            </span>
          </dt>
          <dd className={styles["hash"]}>{file.hash}</dd>
        </div>
      ))}
    </dl>
  );
}
