import { ChevronDown, Folder, FolderPlus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import type { Card } from "../../../shared/model/card.ts";
import { shortPath } from "../../app/path-words.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useApp, useAsk } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { Menu, type MenuEntry } from "../../ui/menu.tsx";
import styles from "./offer-folder.module.css";

interface OfferFolderProps {
  readonly card: Card;
}

/** Where the files go and whether they fit. */
export function OfferFolder({ card }: OfferFolderProps): ReactNode {
  const t = useTranslations("offers");
  const { size } = useFormats();
  const ask = useAsk();
  const recent = useApp((app) => app.recentFolders);
  const receiveFolder = useApp((app) => app.settings.receiveFolder);
  const current = card.folder ?? receiveFolder;

  const putInto = (folder: string): void => {
    void ask("offer.folder", { id: card.id, folder });
  };
  const choose = async (): Promise<void> => {
    const folder = await ask("folder.choose", { current });
    if (typeof folder === "string") putInto(folder);
  };
  const folders = [...new Set([current, receiveFolder, ...recent])].slice(0, 6);
  const entries: readonly MenuEntry[] = [
    ...folders.map((folder) => ({
      id: folder,
      label: shortPath(folder),
      hint: folder,
      isChosen: folder === current,
      run: () => {
        putInto(folder);
      },
    })),
    {
      id: "choose",
      label: t("chooseFolder"),
      icon: FolderPlus,
      startsGroup: true,
      run: () => void choose(),
    },
  ];
  return (
    <div className={styles["line"]}>
      <Menu label={t("folderMenu")} entries={entries} placement="top start">
        <Button size="s" variant="quiet" className={styles["folder"]}>
          <Folder aria-hidden size={16} />
          <span className={styles["label"]}>{t("saveTo")}</span>
          <bdi className={styles["path"]} title={current}>
            {shortPath(current)}
          </bdi>
          <ChevronDown aria-hidden size={14} />
        </Button>
      </Menu>
      {card.freeOctets === undefined ? null : (
        <span className={styles["free"]}>{t("free", { size: size(card.freeOctets) })}</span>
      )}
    </div>
  );
}
