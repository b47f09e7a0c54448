import { ChevronDown } from "lucide-react";
import { createContext, type ReactNode, use } from "react";
import { type Selection as AriaSelection, GridList, GridListItem } from "react-aria-components";
import { useTranslations } from "use-intl";
import type { CardFile, ConflictPolicy } from "../../../shared/model/card.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { cx } from "../../ui/cx.ts";
import { FileIcon } from "../../ui/file-icon.tsx";
import { endingOf, FileName, shortName } from "../../ui/file-name.tsx";
import { Menu } from "../../ui/menu.tsx";
import { VirtualList, WHOLE_ROWS } from "../../ui/virtual-list.tsx";
import styles from "./offer-files.module.css";
import type { FileChoice, Selection, TickReason } from "./selection.ts";

interface OfferFilesProps {
  readonly files: readonly CardFile[];
  readonly selection: Selection;
  readonly arePicturesShown: boolean;
  readonly onTick: (indexes: ReadonlySet<number>) => void;
  readonly onConflict: (index: number, conflict: ConflictPolicy) => void;
}

/** The files of an offer, each with its tick; one of them needs no line for all. */
export function OfferFiles(props: OfferFilesProps): ReactNode {
  const { files, selection, onTick } = props;
  const t = useTranslations("offers");
  const { size, count } = useFormats();
  const { ticked, restFiles } = selection;
  const isAll = ticked.length === files.length;
  return (
    <div className={styles["box"]}>
      {files.length < 2 ? null : (
        <div className={styles["all"]}>
          <Checkbox
            isSelected={isAll}
            isIndeterminate={!isAll && ticked.length > 0}
            onChange={() => {
              onTick(new Set(isAll ? [] : files.map(({ index }) => index)));
            }}
          >
            {restFiles === 0
              ? t("all")
              : t("firstOf", {
                  count: count(files.length),
                  total: count(files.length + restFiles),
                })}
          </Checkbox>
          <span className={styles["size"]}>{size(selection.offeredOctets)}</span>
        </div>
      )}
      <FileRows {...props} />
    </div>
  );
}

const ROW_PX = 48;

/** What the rows look up, so that a tick draws rows anew and not the whole list of 5,000. */
interface RowContext {
  readonly choices: ReadonlyMap<number, FileChoice>;
  readonly isPictureShown: boolean;
  readonly onConflict: (index: number, conflict: ConflictPolicy) => void;
}

const Rows = createContext<RowContext | undefined>(undefined);

function FileRows({
  files,
  selection,
  arePicturesShown,
  onTick,
  onConflict,
}: OfferFilesProps): ReactNode {
  const t = useTranslations("offers");
  const change = (keys: AriaSelection): void => {
    onTick(new Set(keys === "all" ? files.map(({ index }) => index) : [...keys].map(Number)));
  };
  const context: RowContext = {
    choices: new Map(selection.files.map((choice) => [choice.file.index, choice])),
    isPictureShown: arePicturesShown,
    onConflict,
  };
  return (
    <Rows value={context}>
      <VirtualList rows={files.length} rowHeightPx={ROW_PX}>
        <GridList
          aria-label={t("files")}
          className={cx(styles["list"], files.length > WHOLE_ROWS && styles["virtual"])}
          items={files}
          selectionMode="multiple"
          selectedKeys={selection.ticked.map(({ file }) => file.index)}
          onSelectionChange={change}
          escapeKeyBehavior="none"
          disallowTypeAhead
        >
          {(file) => <FileItem file={file} />}
        </GridList>
      </VirtualList>
    </Rows>
  );
}

interface FileItemProps {
  readonly file: CardFile;
}

/** Drawn for every file, seen or not: nothing in here may change with a tick. */
function FileItem({ file }: FileItemProps): ReactNode {
  const t = useTranslations("offers");
  const { sizeAloud } = useFormats();
  const type = endingOf(file.name);
  const spoken = t("fileName", {
    name: file.name,
    type: type === "" ? file.type : type,
    size: sizeAloud(file.sizeOctets),
  });
  const notes = [
    ...(file.isDangerous ? [t("reasonDangerous")] : []),
    ...(file.isAlreadyHere === true ? [t("reasonAlreadyHere")] : []),
    ...(file.savedAs === undefined ? [] : [t("savedAs", { name: file.savedAs })]),
  ];
  return (
    <GridListItem
      id={file.index}
      textValue={[spoken, ...notes].join(", ")}
      className={cx(styles["row"])}
    >
      <FileRow file={file} />
    </GridListItem>
  );
}

const REASONS = {
  dangerous: "reasonDangerous",
  alreadyHere: "reasonAlreadyHere",
  noRoom: "reasonNoRoom",
  skipped: "reasonTaken",
} as const satisfies Record<TickReason, string>;

function FileRow({ file }: FileItemProps): ReactNode {
  const t = useTranslations("offers");
  const { size, exactSize } = useFormats();
  const rows = use(Rows);
  const { reason, conflict, isTicked } = rows?.choices.get(file.index) ?? {};
  const type = endingOf(file.name);
  return (
    <>
      <Checkbox slot="selection" />
      <FileIcon
        type={file.type}
        picture={rows?.isPictureShown === true ? file.icon : undefined}
        isDangerous={file.isDangerous}
      />
      <div className={cx(styles["words"], isTicked === false && styles["off"])}>
        <FileName name={file.name} className={styles["name"]} />
        <div className={styles["facts"]}>
          <span className={styles["size"]} title={exactSize(file.sizeOctets)}>
            {size(file.sizeOctets)}
          </span>
          {type === "" ? null : <span className={styles["type"]}>{type}</span>}
          {reason === undefined || reason === "skipped" ? null : (
            <span className={cx(styles["part"], styles["reason"])}>{t(REASONS[reason])}</span>
          )}
          {file.savedAs === undefined ? null : (
            <span className={cx(styles["part"], styles["savedAs"])} dir="auto" title={file.savedAs}>
              {t("savedAs", { name: shortName(file.savedAs) })}
            </span>
          )}
          {conflict === undefined ? null : (
            <span className={styles["part"]}>
              <ConflictMenu
                name={file.name}
                conflict={conflict}
                onChange={(policy) => {
                  rows?.onConflict(file.index, policy);
                }}
              />
            </span>
          )}
        </div>
      </div>
    </>
  );
}

interface ConflictMenuProps {
  readonly name: string;
  readonly conflict: ConflictPolicy;
  readonly onChange: (conflict: ConflictPolicy) => void;
}

const POLICIES = ["keepBoth", "replace", "skip"] as const;

function ConflictMenu({ name, conflict, onChange }: ConflictMenuProps): ReactNode {
  const t = useTranslations("offers");
  return (
    <Menu
      label={t("conflictMenu", { name })}
      entries={POLICIES.map((policy) => ({
        id: policy,
        label: t(policy),
        hint: t(`${policy}Hint`),
        isChosen: policy === conflict,
        run: () => {
          onChange(policy);
        },
      }))}
    >
      <Button variant="quiet" size="s" className={styles["conflict"]}>
        {t("nameExists")}
        <span aria-hidden className={styles["arrow"]}>
          →
        </span>
        {t(conflict)}
        <ChevronDown aria-hidden size={14} />
      </Button>
    </Menu>
  );
}
