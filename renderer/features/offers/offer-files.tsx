import { ChevronDown } from "lucide-react";
import type { ReactNode } from "react";
import { type Selection as AriaSelection, GridList, GridListItem } from "react-aria-components";
import { useTranslations } from "use-intl";
import type { ConflictPolicy } from "../../../shared/model/card.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { cx } from "../../ui/cx.ts";
import { FileIcon } from "../../ui/file-icon.tsx";
import { endingOf, FileName } from "../../ui/file-name.tsx";
import { Menu } from "../../ui/menu.tsx";
import { VirtualList, WHOLE_ROWS } from "../../ui/virtual-list.tsx";
import styles from "./offer-files.module.css";
import type { FileChoice, Selection, TickReason } from "./selection.ts";

interface OfferFilesProps {
  readonly selection: Selection;
  readonly arePicturesShown: boolean;
  readonly onTick: (indexes: ReadonlySet<number>) => void;
  readonly onConflict: (index: number, conflict: ConflictPolicy) => void;
}

/** The files of an offer, each with its tick; one of them needs no line for all. */
export function OfferFiles(props: OfferFilesProps): ReactNode {
  const { selection, onTick } = props;
  const t = useTranslations("offers");
  const { size } = useFormats();
  const { files, ticked } = selection;
  const isAll = ticked.length === files.length;
  return (
    <div className={styles["box"]}>
      {files.length < 2 ? null : (
        <div className={styles["all"]}>
          <Checkbox
            isSelected={isAll}
            isIndeterminate={!isAll && ticked.length > 0}
            onChange={() => {
              onTick(new Set(isAll ? [] : files.map(({ file }) => file.index)));
            }}
          >
            {t("all")}
          </Checkbox>
          <span className={styles["size"]}>{size(selection.offeredOctets)}</span>
        </div>
      )}
      <FileRows {...props} />
    </div>
  );
}

const ROW_PX = 48;

function FileRows({ selection, arePicturesShown, onTick, onConflict }: OfferFilesProps): ReactNode {
  const t = useTranslations("offers");
  const { files, ticked } = selection;
  const change = (keys: AriaSelection): void => {
    onTick(new Set(keys === "all" ? files.map(({ file }) => file.index) : [...keys].map(Number)));
  };
  return (
    <VirtualList rows={files.length} rowHeightPx={ROW_PX}>
      <GridList
        aria-label={t("files")}
        className={cx(styles["list"], files.length > WHOLE_ROWS && styles["virtual"])}
        items={files}
        selectionMode="multiple"
        selectedKeys={ticked.map(({ file }) => file.index)}
        onSelectionChange={change}
        escapeKeyBehavior="none"
        disallowTypeAhead
        dependencies={[arePicturesShown, onConflict]}
      >
        {(choice) => (
          <FileRow
            choice={choice}
            isPictureShown={arePicturesShown}
            onConflict={(conflict) => {
              onConflict(choice.file.index, conflict);
            }}
          />
        )}
      </GridList>
    </VirtualList>
  );
}

interface FileRowProps {
  readonly choice: FileChoice;
  readonly isPictureShown: boolean;
  readonly onConflict: (conflict: ConflictPolicy) => void;
}

const REASONS = {
  dangerous: "reasonDangerous",
  noRoom: "reasonNoRoom",
  skipped: "reasonTaken",
} as const satisfies Record<TickReason, string>;

function FileRow({ choice, isPictureShown, onConflict }: FileRowProps): ReactNode {
  const t = useTranslations("offers");
  const { size, sizeAloud, exactSize } = useFormats();
  const { file, reason, conflict } = choice;
  const type = endingOf(file.name);
  const spoken = t("fileName", {
    name: file.name,
    type: type === "" ? file.type : type,
    size: sizeAloud(file.sizeOctets),
  });
  return (
    <GridListItem
      id={file.index}
      textValue={reason === undefined ? spoken : `${spoken}, ${t(REASONS[reason])}`}
      className={cx(styles["row"], !choice.isTicked && styles["off"])}
    >
      <Checkbox slot="selection" />
      <FileIcon
        type={file.type}
        picture={isPictureShown ? file.icon : undefined}
        isDangerous={file.isDangerous}
      />
      <div className={styles["words"]}>
        <FileName name={file.name} className={styles["name"]} />
        <div className={styles["facts"]}>
          <span className={styles["size"]} title={exactSize(file.sizeOctets)}>
            {size(file.sizeOctets)}
          </span>
          {type === "" ? null : <span className={styles["type"]}>{type}</span>}
          {reason === undefined || reason === "skipped" ? null : (
            <span className={cx(styles["part"], styles["reason"])}>{t(REASONS[reason])}</span>
          )}
          {conflict === undefined ? null : (
            <span className={styles["part"]}>
              <ConflictMenu name={file.name} conflict={conflict} onChange={onConflict} />
            </span>
          )}
        </div>
      </div>
    </GridListItem>
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
