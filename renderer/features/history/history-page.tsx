import { History as HistoryIcon, MoreHorizontal, SearchX } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useStore } from "zustand";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { useCommand } from "../../app/command-runner.tsx";
import { navigate, usePlace } from "../../app/navigation.ts";
import { useStores } from "../../ipc/stores.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Menu } from "../../ui/menu.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Page } from "../../ui/page.tsx";
import { PageHeading } from "../../ui/page-heading.tsx";
import { ForgetAllDialog } from "./forget-all-dialog.tsx";
import { HistoryFilters } from "./history-filters.tsx";
import { HistoryList } from "./history-list.tsx";
import { isFiltered, NO_FILTER, PAGE_SIZE } from "./history-query.ts";
import { createHistoryStore, type HistoryStore } from "./history-store.ts";

/** Everything that was sent and received on this device, both directions in one list. */
export function HistoryPage(): ReactNode {
  const t = useTranslations("history");
  const store = useHistoryStore();
  const filter = useStore(store, (state) => state.filter);
  const pages = useStore(store, (state) => state.pages);
  const searchRef = useRef<HTMLInputElement>(null);
  const [exported, setExported] = useState<string>();
  const [isForgetting, setForgetting] = useState(false);
  const isNarrowed = isFiltered(filter);
  const isEmpty = pages.cards.length === 0 && !pages.isLoading && pages.failure === undefined;
  useCommand("search", () => {
    searchRef.current?.focus();
    searchRef.current?.select();
  });
  useResultsAnnounced(store);

  return (
    <Page>
      <PageHeading
        title={t("title")}
        actions={
          <MoreMenu
            isEmpty={isEmpty && !isNarrowed}
            onExported={setExported}
            onForgetAll={() => {
              setForgetting(true);
            }}
          />
        }
      />
      {isEmpty && !isNarrowed ? (
        <EmptyState
          icon={HistoryIcon}
          text={t("empty")}
          action={
            <Button
              variant="primary"
              onPress={() => {
                navigate("send");
              }}
            >
              {t("emptyAction")}
            </Button>
          }
        />
      ) : (
        <HistoryFilters
          filter={filter}
          inputRef={searchRef}
          onChange={store.getState().setFilter}
        />
      )}
      {exported === undefined ? null : (
        <Notice tone="success" icon={HistoryIcon} role="status">
          {t("exported", { path: exported })}
        </Notice>
      )}
      {pages.failure === undefined ? null : (
        <Notice
          tone="danger"
          icon={SearchX}
          role="alert"
          title={t("failed")}
          actions={
            <Button
              size="s"
              onPress={() => {
                void store.getState().load();
              }}
            >
              {t("tryAgain")}
            </Button>
          }
        >
          {pages.failure.message}
        </Notice>
      )}
      {isEmpty && isNarrowed ? (
        <EmptyState
          icon={SearchX}
          text={
            filter.text.trim() === ""
              ? t("noMatchFilters")
              : t("noMatch", { text: filter.text.trim() })
          }
          action={
            <Button
              onPress={() => {
                store.getState().setFilter(NO_FILTER);
              }}
            >
              {t("clearFilters")}
            </Button>
          }
        />
      ) : null}
      {pages.cards.length === 0 ? null : <HistoryList store={store} />}
      <ForgetAllDialog
        isOpen={isForgetting}
        onClose={() => {
          setForgetting(false);
        }}
        onForgotten={() => {
          void store.getState().load();
        }}
      />
    </Page>
  );
}

/** As long as the page is shown; what changes meanwhile changes in it too. */
function useHistoryStore(): HistoryStore {
  const { client } = useStores();
  const { params } = usePlace();
  const [store] = useState(() => createHistoryStore({ client, nowMs: () => Date.now() }));
  const { peer = "", q: text = "" } = params;
  useEffect(() => {
    store.getState().setFilter({ peer, text });
  }, [store, peer, text]);
  useEffect(() => {
    const { dispatch, changed } = store.getState();
    const undo = [
      client.on("cards.changed", changed),
      client.on("cards.removed", (ids) => {
        dispatch({ do: "forget", ids });
      }),
    ];
    return () => {
      for (const end of undo) end();
    };
  }, [client, store]);
  return store;
}

function useResultsAnnounced(store: HistoryStore): void {
  const t = useTranslations("history");
  const announce = useAnnounce();
  const pages = useStore(store, (state) => state.pages);
  const isNarrowed = useStore(store, (state) => isFiltered(state.filter));
  const { isLoading, hasMore, cards } = pages;
  const count = cards.length;
  useEffect(() => {
    if (isLoading || !isNarrowed) return;
    const text = hasMore
      ? t("resultsMore", { count: String(PAGE_SIZE) })
      : t("resultCount", { count });
    announce({ text, politeness: "polite", settleKey: "history" });
  }, [isLoading, isNarrowed, hasMore, count, announce, t]);
}

interface MoreMenuProps {
  readonly isEmpty: boolean;
  readonly onExported: (path: string | undefined) => void;
  readonly onForgetAll: () => void;
}

function MoreMenu({ isEmpty, onExported, onForgetAll }: MoreMenuProps): ReactNode {
  const t = useTranslations("history");
  const { client, window: windowStore } = useStores();
  const exportAs = async (format: "csv" | "json"): Promise<void> => {
    const answer = await client.request("history.export", { format });
    if (answer.ok) onExported(answer.value ?? undefined);
    else windowStore.getState().fail(answer.error);
  };
  return (
    <Menu
      label={t("more")}
      entries={[
        {
          id: "csv",
          label: t("exportCsv"),
          isDisabled: isEmpty,
          run: () => {
            void exportAs("csv");
          },
        },
        {
          id: "json",
          label: t("exportJson"),
          isDisabled: isEmpty,
          run: () => {
            void exportAs("json");
          },
        },
        {
          id: "forget",
          label: t("forgetAll"),
          isDanger: true,
          isDisabled: isEmpty,
          startsGroup: true,
          run: onForgetAll,
        },
      ]}
    >
      <IconButton label={t("more")}>
        <MoreHorizontal aria-hidden size={18} />
      </IconButton>
    </Menu>
  );
}
