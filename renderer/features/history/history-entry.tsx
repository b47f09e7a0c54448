import {
  ArrowDownLeft,
  ArrowUpRight,
  ChevronDown,
  ChevronRight,
  MoreHorizontal,
} from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { type Formats, midnight } from "../../../shared/i18n/format.ts";
import type { Card, CardFile, CardState } from "../../../shared/model/card.ts";
import { canResume, isEnded, offeredFiles, offeredOctets } from "../../../shared/model/card.ts";
import { navigate } from "../../app/navigation.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { FileIcon } from "../../ui/file-icon.tsx";
import { Menu, type MenuEntry } from "../../ui/menu.tsx";
import { canOpen } from "../transfers/card-actions.ts";
import { StateChip } from "../transfers/state-chip.tsx";
import { goneCount, isThere } from "./card-text.ts";
import styles from "./history-page.module.css";
import { useDuration } from "./use-duration.ts";
import type { EntryActions } from "./use-entry-actions.ts";

/** Files shown of an open entry; the rest is counted. */
const MAX_FILES = 50;

/** States in which files of an incoming offer are not here and nowhere else of the user's. */
const MISSING: ReadonlySet<CardState> = new Set([
  ...(["missed", "cancelled", "noLongerRinging", "failed"] as const),
  ...(["damaged", "interrupted", "partly"] as const),
]);

interface HistoryEntryProps {
  readonly card: Card;
  readonly actions: EntryActions;
  /** Whether its files are shown. */
  readonly isOpen: boolean;
  readonly onToggle: (id: string) => void;
}

export function HistoryEntry({ card, actions, isOpen, onToggle }: HistoryEntryProps): ReactNode {
  const t = useTranslations("history");
  const formats = useFormats();
  const isIncoming = card.direction === "incoming";
  const Arrow = isIncoming ? ArrowDownLeft : ArrowUpRight;
  const gone = goneCount(card);
  return (
    <>
      <span
        className={cx(styles["arrow"], isIncoming ? styles["in"] : styles["out"])}
        title={isIncoming ? t("directions.incoming") : t("directions.outgoing")}
      >
        <Arrow aria-hidden size={16} />
      </span>
      <div className={styles["body"]}>
        <p className={styles["line"]}>
          <span className={styles["files"]} title={card.files.map(({ name }) => name).join(", ")}>
            <FilesText card={card} />
          </span>
        </p>
        <p className={styles["facts"]}>
          <Facts card={card} />
        </p>
        {gone === 0 || card.files.length === 1 ? null : (
          <p className={styles["gone"]}>{t("allNotFound", { count: gone })}</p>
        )}
      </div>
      <span className={styles["chip"]}>
        <StateChip card={card} />
      </span>
      <time className={styles["time"]} title={formats.dateTime(card.startedMs)}>
        {formats.time(card.startedMs)}
      </time>
      <span className={styles["buttons"]}>
        <IconButton
          label={isOpen ? t("details.hide") : t("details.show")}
          aria-expanded={isOpen}
          onPress={() => {
            onToggle(card.id);
          }}
        >
          {isOpen ? (
            <ChevronDown aria-hidden size={16} />
          ) : (
            <ChevronRight aria-hidden size={16} className={styles["pointer"]} />
          )}
        </IconButton>
        <EntryMenu card={card} actions={actions} />
      </span>
      {isOpen ? <Files card={card} actions={actions} /> : null}
    </>
  );
}

function FilesText({ card }: { readonly card: Card }): ReactNode {
  const t = useTranslations("history");
  const [first] = card.files;
  if (first === undefined) return t("noFiles");
  const rest = offeredFiles(card) - 1;
  return rest === 0 ? first.name : t("filesOf", { first: first.name, count: rest });
}

/** Who, how much, on which device and how long. */
function Facts({ card }: { readonly card: Card }): ReactNode {
  const t = useTranslations("history");
  const formats = useFormats();
  const duration = useDuration();
  const { peerName: name, seenMs } = card;
  const isOnlyGone = card.files.length === 1 && goneCount(card) === 1;
  const hasMoved = card.endedMs !== undefined && card.files.some(({ octets }) => octets > 0);
  const facts = [
    card.direction === "incoming" ? t("from", { name }) : t("to", { name }),
    formats.size(offeredOctets(card)),
    card.device === undefined ? undefined : t("onDevice", { device: card.device }),
    hasMoved
      ? t("tookTime", { duration: duration((card.endedMs ?? 0) - card.startedMs) })
      : undefined,
    seenMs === undefined
      ? undefined
      : t("seen", { time: momentWords(formats, seenMs, card.startedMs) }),
  ].filter((fact) => fact !== undefined);
  return (
    <>
      {facts.join(" · ")}
      {isOnlyGone ? <span className={styles["gone"]}> · {t("notFound")}</span> : null}
    </>
  );
}

/** The time alone, where the day is that of the entry. */
function momentWords({ time, dateTime }: Formats, ms: number, entryMs: number): string {
  return midnight(ms, 0) === midnight(entryMs, 0) ? time(ms) : dateTime(ms);
}

interface FilesProps {
  readonly card: Card;
  readonly actions: EntryActions;
}

function Files({ card, actions }: FilesProps): ReactNode {
  const t = useTranslations("history");
  const shown = card.files.slice(0, MAX_FILES);
  const rest = offeredFiles(card) - shown.length;
  return (
    <div className={styles["details"]}>
      {card.text === undefined ? null : (
        <p className={styles["message"]} dir="auto">
          “{card.text}”
        </p>
      )}
      <ul aria-label={t("details.files")} className={styles["fileList"]}>
        {shown.map((file) => (
          <FileLine key={file.index} card={card} file={file} actions={actions} />
        ))}
      </ul>
      {rest > 0 ? <p>{t("filesOf", { first: String(shown.length), count: rest })}</p> : null}
    </div>
  );
}

interface FileLineProps extends FilesProps {
  readonly file: CardFile;
}

function FileLine({ card, file, actions }: FileLineProps): ReactNode {
  const t = useTranslations("history");
  const formats = useFormats();
  return (
    <li className={styles["file"]}>
      <FileIcon type={file.type} picture={file.icon} isDangerous={file.isDangerous} size="s" />
      <span className={styles["fileWords"]}>
        <span>{file.name}</span>
        <span className={styles["facts"]}>
          {formats.size(file.sizeOctets)}
          {file.isGone === true ? <span className={styles["gone"]}> · {t("notFound")}</span> : null}
          {file.reason === undefined ? null : ` · ${file.reason}`}
        </span>
        {file.hash === undefined ? null : (
          <code className={styles["hash"]} title={t("details.fingerprint")}>
            {file.hash}
          </code>
        )}
      </span>
      <FileButtons card={card} file={file} actions={actions} />
    </li>
  );
}

/** What can be done with a file, by where it is and how it came. */
function FileButtons({ card, file, actions }: FileLineProps): ReactNode {
  const t = useTranslations("history");
  const { index, name } = file;
  const quiet = (label: string, onPress: () => void, ariaLabel = label): ReactNode => (
    <Button variant="quiet" size="s" aria-label={ariaLabel} onPress={onPress}>
      {label}
    </Button>
  );
  if (!isThere(file) && file.isGone !== true) return null;
  return (
    <span className={styles["fileButtons"]}>
      {file.isGone === true
        ? quiet(t("find"), () => void actions.locate(card, index), t("findFile", { name }))
        : null}
      {file.state === "damaged" && isThere(file) ? (
        <>
          {quiet(t("keepAnyway"), () => {
            actions.keep(card, index);
          })}
          {quiet(t("delete"), () => void actions.settle(card, index, "delete"))}
        </>
      ) : null}
      {canOpen(file) ? quiet(t("open"), () => void actions.open(card, index)) : null}
      {isThere(file) ? quiet(t("reveal"), () => void actions.reveal(card, index)) : null}
    </span>
  );
}

function EntryMenu({ card, actions }: FilesProps): ReactNode {
  const t = useTranslations("history");
  const name = card.peerName;
  const isMissing = card.direction === "incoming" && MISSING.has(card.state);
  const entries: readonly MenuEntry[] = [
    {
      id: "open",
      label: t("open"),
      isDisabled: !card.files.some(canOpen),
      run: () => void actions.open(card),
    },
    {
      id: "reveal",
      label: t("reveal"),
      isDisabled: !card.files.some(isThere),
      run: () => void actions.reveal(card),
    },
    ...(canResume(card)
      ? [
          {
            id: "resume",
            label: t("resume"),
            startsGroup: true,
            run: () => void actions.resume(card),
          },
        ]
      : []),
    ...(card.direction === "outgoing"
      ? [
          {
            id: "again",
            label: t("sendAgain"),
            startsGroup: true,
            isDisabled: !isEnded(card.state),
            run: () => void actions.sendAgain(card),
          },
        ]
      : []),
    ...(isMissing
      ? [
          {
            id: "ask",
            label: t("askAgain", { name }),
            startsGroup: true,
            run: () => void actions.askAgain(card),
          },
        ]
      : []),
    {
      id: "sendTo",
      label: t("sendTo", { name }),
      run: () => {
        navigate("send", { to: card.peer });
      },
    },
    {
      id: "copy",
      label: t("copyDetails"),
      startsGroup: true,
      run: () => void actions.copyDetails(card),
    },
    {
      id: "forget",
      label: t("forget"),
      isDanger: true,
      // What still runs is forgotten when it has ended.
      isDisabled: !isEnded(card.state),
      run: () => void actions.forget(card),
    },
  ];
  return (
    <Menu label={t("actions", { name })} entries={entries}>
      <IconButton label={t("actions", { name })}>
        <MoreHorizontal aria-hidden size={16} />
      </IconButton>
    </Menu>
  );
}
