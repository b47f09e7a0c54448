import { Copy, Ellipsis, ExternalLink, FolderOpen, X } from "lucide-react";
import { type ReactNode, type RefObject, useEffect, useRef } from "react";
import { GridList, GridListItem, ListLayout, Virtualizer } from "react-aria-components";
import { useTranslations } from "use-intl";
import { type Card, type CardFile, isEnded } from "../../../shared/model/card.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useFileOctets } from "../../ipc/stores.tsx";
import { IconButton } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { FileIcon } from "../../ui/file-icon.tsx";
import { endingOf, FileName } from "../../ui/file-name.tsx";
import { Menu, type MenuEntry } from "../../ui/menu.tsx";
import { WHOLE_ROWS } from "../../ui/virtual-list.tsx";
import { type CardActions, canOpen } from "./card-actions.ts";
import styles from "./file-rows.module.css";
import { fileLookOf } from "./state-words.ts";
import { useCardTitle } from "./use-words.ts";

interface FileRowsProps {
  readonly card: Card;
  readonly actions: CardActions;
}

const ROW_PX = 40;

/** The files of a transfer; few stand as they are, many in a list that draws only what is seen. */
export function FileRows({ card, actions }: FileRowsProps): ReactNode {
  const t = useTranslations("transfers");
  const label = t("filesOf", { what: useCardTitle()(card) });
  const list = (
    <GridList
      aria-label={label}
      className={cx(styles["list"], card.files.length > WHOLE_ROWS && styles["virtual"])}
      items={card.files}
      keyboardNavigationBehavior="tab"
      dependencies={[card]}
      onAction={(key) => {
        const file = card.files.find(({ index }) => index === key);
        if (file !== undefined && canOpen(file)) actions.open(file);
      }}
    >
      {(file) => (
        <GridListItem id={file.index} textValue={file.name} className={cx(styles["row"])}>
          <FileRow card={card} file={file} actions={actions} />
        </GridListItem>
      )}
    </GridList>
  );
  if (card.files.length <= WHOLE_ROWS) return list;
  return (
    <Virtualizer layout={ListLayout} layoutOptions={{ rowSize: ROW_PX }}>
      {list}
    </Virtualizer>
  );
}

interface FileRowProps extends FileRowsProps {
  readonly file: CardFile;
}

function FileRow({ card, file, actions }: FileRowProps): ReactNode {
  const t = useTranslations("transfers");
  const { size, exactSize } = useFormats();
  const isHere = canOpen(file);
  const row = useDragOut(isHere, () => {
    actions.drag(file);
  });
  const ending = endingOf(file.name);
  return (
    <div className={styles["file"]} title={isHere ? t("dragHint") : undefined} ref={row}>
      <FileIcon type={file.type} picture={file.icon} isDangerous={file.isDangerous} size="s" />
      <div className={styles["words"]}>
        <FileName name={file.name} />
        {file.isGone === true ? (
          <span className={styles["note"]}>{t("missing")}</span>
        ) : file.reason === undefined ? null : (
          <span className={styles["note"]}>{file.reason}</span>
        )}
      </div>
      <span className={styles["size"]} title={exactSize(file.sizeOctets)} data-type={ending}>
        {size(file.sizeOctets)}
      </span>
      <FileState card={card} file={file} />
      <FileButtons card={card} file={file} actions={actions} />
    </div>
  );
}

interface FileStateProps {
  readonly card: Card;
  readonly file: CardFile;
}

function FileState({ card, file }: FileStateProps): ReactNode {
  const t = useTranslations("states");
  const { sizePair } = useFormats();
  const { tone, icon: Icon, word } = fileLookOf(file, card);
  const told = useFileOctets(card.id, file.index) ?? 0;
  const [done, total] = sizePair(Math.max(told, file.octets), file.sizeOctets);
  return (
    <span className={cx(styles["state"], styles[tone])}>
      <Icon aria-hidden size={14} />
      {t(word, { done, total, name: card.peerName })}
    </span>
  );
}

const CANCELLABLE: ReadonlySet<CardFile["state"]> = new Set(["waiting", "transferring"]);

function FileButtons({ card, file, actions }: FileRowProps): ReactNode {
  const t = useTranslations("transfers");
  if (!isEnded(card.state) && CANCELLABLE.has(file.state))
    return (
      <IconButton
        label={t("cancelFile")}
        onPress={() => {
          actions.cancelFile(file);
        }}
      >
        <X aria-hidden size={16} />
      </IconButton>
    );
  if (!canOpen(file)) return <span className={styles["noButton"]} />;
  const entries: readonly MenuEntry[] = [
    {
      id: "open",
      label: t("open"),
      icon: ExternalLink,
      run: () => {
        actions.open(file);
      },
    },
    {
      id: "reveal",
      label: t("reveal"),
      icon: FolderOpen,
      run: () => {
        actions.reveal(file);
      },
    },
    {
      id: "path",
      label: t("copyPath"),
      icon: Copy,
      run: () => {
        actions.copyPath(file);
      },
    },
  ];
  return (
    <Menu label={t("fileActions", { name: file.name })} entries={entries}>
      <IconButton label={t("fileActions", { name: file.name })}>
        <Ellipsis aria-hidden size={16} />
      </IconButton>
    </Menu>
  );
}

/** Dragging the row out of the window: the system's own drag takes over, with the true file. */
function useDragOut(isHere: boolean, drag: () => void): RefObject<HTMLDivElement | null> {
  const row = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = row.current;
    if (element === null || !isHere) return;
    const start = (event: DragEvent): void => {
      event.preventDefault();
      drag();
    };
    element.draggable = true;
    element.addEventListener("dragstart", start);
    return () => {
      element.draggable = false;
      element.removeEventListener("dragstart", start);
    };
  });
  return row;
}
