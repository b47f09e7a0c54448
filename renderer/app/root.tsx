import { type ReactNode, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { useStore } from "zustand";
import { FirstRun } from "../features/first-run/first-run.tsx";
import { JoinDialog } from "../features/join/join-dialog.tsx";
import { type Stores, useStores } from "../ipc/stores.tsx";
import { follow } from "../ipc/sync.ts";
import { VisuallyHidden } from "../ui/visually-hidden.tsx";
import { CommandProvider } from "./command-runner.tsx";
import { ErrorBoundary } from "./error-boundary.tsx";
import { Shell } from "./layout/shell.tsx";
import { PromptWindow } from "./prompt-window.tsx";
import { Providers } from "./providers.tsx";
import styles from "./root.module.css";
import { useAnnouncements } from "./use-announcements.ts";
import { type View, ViewContext } from "./view.ts";

interface RootProps {
  readonly stores: Stores;
  readonly view: View;
}

export function Root({ stores, view }: RootProps): ReactNode {
  useEffect(() => follow(stores, () => performance.now()), [stores]);
  return (
    <Providers stores={stores}>
      <ViewContext value={view}>
        <Opened view={view} />
      </ViewContext>
    </Providers>
  );
}

interface OpenedProps {
  readonly view: RootProps["view"];
}

function Opened({ view }: OpenedProps): ReactNode {
  const isKnown = useStore(useStores().app, (state) => state.app !== undefined);
  if (!isKnown) return <Opening />;
  return (
    <CommandProvider>
      <ErrorBoundary>{view === "prompt" ? <PromptWindow /> : <MainWindow />}</ErrorBoundary>
    </CommandProvider>
  );
}

function MainWindow(): ReactNode {
  useAnnouncements();
  const { app } = useStores();
  const hasAccount = useStore(app, (state) => state.app?.account !== undefined);
  const arrival = useStore(app, (state) => state.app?.arrival);
  // An account that is on its way needs no first steps.
  const isArriving = arrival !== undefined && arrival.failure === undefined;
  const Content = hasAccount ? Shell : isArriving ? SigningIn : FirstRun;
  return (
    <>
      <Content />
      <JoinDialog />
    </>
  );
}

function SigningIn(): ReactNode {
  const t = useTranslations("app");
  const isSlow = useSlow();
  return (
    <main className={styles["opening"]}>
      <h1>
        <VisuallyHidden>{t("name")}</VisuallyHidden>
      </h1>
      <p role="status">{isSlow ? t("signingIn") : null}</p>
    </main>
  );
}

/** Said only when it takes long enough to be wondered at. */
const SLOW_MS = 400;

function useSlow(): boolean {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSlow(true);
    }, SLOW_MS);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  return isSlow;
}

function Opening(): ReactNode {
  const t = useTranslations("app");
  const isSlow = useSlow();
  const failure = useStore(useStores().window, (state) => state.failures.at(-1));
  return (
    <main className={styles["opening"]}>
      {failure === undefined ? isSlow ? t("loading") : null : <p role="alert">{failure.message}</p>}
    </main>
  );
}
