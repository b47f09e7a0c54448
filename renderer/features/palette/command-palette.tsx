import { Search } from "lucide-react";
import { type ReactNode, useMemo, useState } from "react";
import {
  Autocomplete,
  Dialog,
  Heading,
  Input,
  ListBox,
  ListBoxItem,
  Modal,
  ModalOverlay,
  SearchField,
} from "react-aria-components";
import { useTranslations } from "use-intl";
import { useStores, useWindow } from "../../ipc/stores.tsx";
import { cx } from "../../ui/cx.ts";
import { Kbd } from "../../ui/kbd.tsx";
import visuallyHidden from "../../ui/visually-hidden.module.css";
import styles from "./command-palette.module.css";
import { rank } from "./rank.ts";
import { type PaletteEntry, usePaletteEntries } from "./use-palette-entries.ts";

const MAX_SHOWN = 40;
const MAX_RECENT = 8;

/** Shown while the window store's `layer` is `palette`: every command, person and setting by its words. */
export function CommandPalette(): ReactNode {
  const t = useTranslations("palette");
  const { window: windowStore } = useStores();
  const isOpen = useWindow((state) => state.layer === "palette");
  const [recent, setRecent] = useState<readonly string[]>([]);
  const close = (): void => {
    windowStore.getState().show(undefined);
  };
  return (
    <ModalOverlay
      isOpen={isOpen}
      isDismissable
      onOpenChange={(open) => {
        if (!open) close();
      }}
      className={cx(styles["scrim"])}
    >
      <Modal className={cx(styles["modal"])}>
        <Dialog className={cx(styles["dialog"])}>
          <Heading slot="title" className={visuallyHidden["hidden"] ?? ""}>
            {t("title")}
          </Heading>
          <Palette
            recent={recent}
            onRun={(entry) => {
              close();
              setRecent([entry.id, ...recent.filter((id) => id !== entry.id)].slice(0, MAX_RECENT));
              // After the layer has given the focus back, so that the command may take it.
              setTimeout(entry.run, 0);
            }}
          />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

interface PaletteProps {
  readonly recent: readonly string[];
  readonly onRun: (entry: PaletteEntry) => void;
}

function Palette({ recent, onRun }: PaletteProps): ReactNode {
  const t = useTranslations("palette");
  const entries = usePaletteEntries();
  const [text, setText] = useState("");
  const shown = useMemo(
    () => rank(entries, text, recent).slice(0, MAX_SHOWN),
    [entries, text, recent],
  );
  return (
    <Autocomplete inputValue={text} onInputChange={setText}>
      <SearchField aria-label={t("placeholder")} autoFocus className={cx(styles["field"])}>
        <Search aria-hidden size={18} className={styles["glass"]} />
        <Input
          role="combobox"
          aria-expanded
          aria-haspopup="listbox"
          className={cx(styles["input"])}
          placeholder={t("placeholder")}
        />
      </SearchField>
      <ListBox
        aria-label={t("list")}
        items={shown}
        className={cx(styles["list"])}
        onAction={(key) => {
          const entry = shown.find(({ id }) => id === key);
          if (entry !== undefined) onRun(entry);
        }}
        renderEmptyState={() => <p className={styles["empty"]}>{t("noMatch", { text })}</p>}
      >
        {(entry) => (
          <ListBoxItem id={entry.id} textValue={entry.label} className={cx(styles["item"])}>
            <entry.icon aria-hidden size={16} className={styles["icon"]} />
            <span className={styles["label"]}>{entry.label}</span>
            {entry.keys === undefined ? (
              <span className={styles["group"]}>{t(`groups.${entry.group}`)}</span>
            ) : (
              <Kbd keys={entry.keys} />
            )}
          </ListBoxItem>
        )}
      </ListBox>
      <p className={styles["foot"]}>{t("hint")}</p>
    </Autocomplete>
  );
}
