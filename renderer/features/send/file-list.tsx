import { Image as ImageIcon, TriangleAlert, X } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { GridList, GridListItem, ListLayout, Virtualizer } from "react-aria-components";
import { useTranslations } from "use-intl";
import type { Limits } from "../../../shared/model/app-state.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useApp } from "../../ipc/stores.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { cx } from "../../ui/cx.ts";
import { FileIcon } from "../../ui/file-icon.tsx";
import { useListKeys } from "../../ui/use-list-keys.ts";
import { VisuallyHidden } from "../../ui/visually-hidden.tsx";
import type { ComposeRow, FileProblem, Preview } from "./compose.ts";
import styles from "./file-list.module.css";

const ROW_PX = 48;
const LAYOUT = { estimatedRowSize: ROW_PX };

interface FileListProps {
  readonly rows: readonly ComposeRow[];
  readonly previews: ReadonlyMap<string, Preview>;
  readonly unwanted: ReadonlySet<string>;
  readonly onRemove: (path: string) => void;
  readonly onWantPreview: (path: string, isWanted: boolean) => void;
}

/** The files of the offer; only rows in sight are drawn, for there may be thousands. */
export function FileList(props: FileListProps): ReactNode {
  const { rows, previews, unwanted, onRemove } = props;
  const t = useTranslations("send");
  const items = useMemo(
    () =>
      rows.map((row) => ({
        ...row,
        id: row.file.path,
        preview: previews.get(row.file.path),
        isWanted: !unwanted.has(row.file.path),
      })),
    [rows, previews, unwanted],
  );
  const list = useListKeys((event, path) => {
    if (event.key !== "Delete" && event.key !== "Backspace") return;
    event.preventDefault();
    onRemove(path);
  });
  return (
    <div className={styles["frame"]}>
      <Virtualizer layout={ListLayout} layoutOptions={LAYOUT}>
        <GridList
          ref={list}
          aria-label={t("filesLabel")}
          items={items}
          className={cx(styles["list"])}
          keyboardNavigationBehavior="tab"
        >
          {(item) => (
            <GridListItem
              id={item.id}
              textValue={item.file.name}
              className={cx(styles["row"], item.problem?.isBlocking === true && styles["out"])}
            >
              <Row item={item} {...props} />
            </GridListItem>
          )}
        </GridList>
      </Virtualizer>
    </div>
  );
}

interface RowItem extends ComposeRow {
  readonly preview: Preview | undefined;
  readonly isWanted: boolean;
}

interface RowProps extends FileListProps {
  readonly item: RowItem;
}

function Row({ item, onRemove, onWantPreview }: RowProps): ReactNode {
  const t = useTranslations("send");
  const formats = useFormats();
  const { file, problem, preview } = item;
  const picture = usePicture(preview);
  return (
    <>
      <FileIcon type={file.type} picture={picture} />
      <span className={styles["words"]}>
        <span className={styles["name"]} title={file.path}>
          {file.shownAs ?? file.name}
        </span>
        {problem === undefined ? null : <ProblemLine problem={problem} />}
      </span>
      {problem === undefined ? (
        <PreviewChoice
          name={file.name}
          preview={preview}
          isWanted={item.isWanted}
          onChange={(isWanted) => {
            onWantPreview(file.path, isWanted);
          }}
        />
      ) : null}
      <span className={styles["size"]} title={formats.exactSize(file.sizeOctets)}>
        {formats.size(file.sizeOctets)}
      </span>
      <IconButton
        label={t("removeFile", { name: file.name })}
        onPress={() => {
          onRemove(file.path);
        }}
      >
        <X aria-hidden size={16} />
      </IconButton>
    </>
  );
}

interface ProblemLineProps {
  readonly problem: FileProblem;
}

function ProblemLine({ problem }: ProblemLineProps): ReactNode {
  const limits = useApp((app) => app.limits);
  const text = useProblemText(problem, limits);
  return (
    <span className={cx(styles["problem"], problem.isBlocking && styles["blocking"])}>
      <TriangleAlert aria-hidden size={14} className={styles["sign"]} />
      {text}
    </span>
  );
}

function useProblemText({ code }: FileProblem, limits: Limits): string {
  const t = useTranslations("send.problems");
  const formats = useFormats();
  if (code === "tooMany") return t("tooMany", { max: formats.count(limits.maxFiles) });
  if (code !== "tooLarge") return t(code);
  return limits.maxSizeOctets === undefined
    ? t("tooLargeSomehow")
    : t("tooLarge", { limit: formats.size(limits.maxSizeOctets) });
}

interface PreviewChoiceProps {
  readonly name: string;
  readonly preview: Preview | undefined;
  readonly isWanted: boolean;
  readonly onChange: (isWanted: boolean) => void;
}

function PreviewChoice({ name, preview, isWanted, onChange }: PreviewChoiceProps): ReactNode {
  const t = useTranslations("send");
  const formats = useFormats();
  const arePreviewsOn = useApp((app) => app.settings.arePreviewsOn);
  if (!arePreviewsOn || preview === undefined || preview.name === "none") return null;
  if (preview.name === "making") {
    return (
      <span className={styles["preview"]}>
        <ImageIcon aria-hidden size={14} />
        <span className={styles["previewText"]}>{t("previewMaking")}</span>
      </span>
    );
  }
  return (
    <Checkbox className={styles["preview"]} isSelected={isWanted} onChange={onChange}>
      <span className={styles["previewText"]}>
        {t("preview", { size: formats.size(preview.bytes.length) })}
      </span>
      <VisuallyHidden>{t("sendPreview", { name })}</VisuallyHidden>
    </Checkbox>
  );
}

/** Address of the small picture, never of the large file it was made of. */
function usePicture(preview: Preview | undefined): string | undefined {
  const bytes = preview?.name === "ready" ? preview.bytes : undefined;
  return useMemo(() => (bytes === undefined ? undefined : pictureAddress(bytes)), [bytes]);
}

function pictureAddress(bytes: Uint8Array): string {
  const text = Array.from(bytes, (octet) => String.fromCharCode(octet)).join("");
  return `data:image/jpeg;base64,${btoa(text)}`;
}
