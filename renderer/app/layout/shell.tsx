import { type ReactNode, useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { ShortcutsSheet } from "../../features/keyboard/shortcuts-sheet.tsx";
import { OfferStack } from "../../features/offers/offer-stack.tsx";
import { CommandPalette } from "../../features/palette/command-palette.tsx";
import { DropLayer } from "../../features/send/drop-layer.tsx";
import { CardQuestion } from "../../features/transfers/card-question.tsx";
import { TransferDetails } from "../../features/transfers/transfer-details.tsx";
import { useApp } from "../../ipc/stores.tsx";
import { ErrorBoundary } from "../error-boundary.tsx";
import { usePlace } from "../navigation.ts";
import { PAGES } from "../pages.tsx";
import { useWindowCommands } from "../window-commands.ts";
import { Banners } from "./banners.tsx";
import { QuitDialog } from "./quit-dialog.tsx";
import styles from "./shell.module.css";
import { Sidebar } from "./sidebar.tsx";
import { StatusBar } from "./status-bar.tsx";
import { TitleBar } from "./title-bar.tsx";

/** The main window of a signed-in user. */
export function Shell(): ReactNode {
  const t = useTranslations("app");
  const { page } = usePlace();
  useWindowCommands();
  useTitle();
  const main = useFocusOnPage(page);
  const spec = PAGES.find(({ name }) => name === page) ?? PAGES[0];
  const Page = spec?.Component;
  return (
    <div className={styles["shell"]}>
      <TitleBar />
      <Banners />
      <div className={styles["body"]}>
        <Sidebar />
        <main
          className={styles["main"]}
          aria-label={t("content")}
          data-region
          tabIndex={-1}
          ref={main}
        >
          <OfferStack />
          <div className={styles["page"]}>
            <ErrorBoundary key={page}>{Page === undefined ? null : <Page />}</ErrorBoundary>
          </div>
        </main>
        {page === "transfers" ? <TransferDetails /> : null}
      </div>
      <StatusBar />
      <DropLayer />
      <CommandPalette />
      <ShortcutsSheet />
      <CardQuestion />
      <QuitDialog />
    </div>
  );
}

/** So that the system's window switcher tells instances apart. */
function useTitle(): void {
  const t = useTranslations("app");
  const account = useApp((app) => app.account);
  const title =
    account === undefined
      ? t("name")
      : t("titleOf", { user: account.displayName, device: account.deviceName });
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** A page that is shown by a key takes the focus; one that is shown by the sidebar leaves it there. */
function useFocusOnPage(page: string): React.RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null);
  const shown = useRef(page);
  useEffect(() => {
    if (shown.current === page) return;
    shown.current = page;
    const active = document.activeElement;
    const isElsewhere = active?.closest("nav, [data-region='offers'], [role='dialog']") ?? null;
    if (isElsewhere !== null) return;
    main.current?.querySelector<HTMLElement>("[data-page-title]")?.focus();
  }, [page]);
  return main;
}
