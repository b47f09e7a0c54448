import { ArrowDownUp } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { useTranslations } from "use-intl";
import { useCommandRunner } from "../../app/command-runner.tsx";
import { navigate, usePlace } from "../../app/navigation.ts";
import { useCards, useStores } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { PageHeading } from "../../ui/page-heading.tsx";
import { listRows } from "./list-rows.ts";
import { SelectionBar } from "./selection-bar.tsx";
import { TransferList } from "./transfer-list.tsx";

/** What runs, and what has happened today. */
export function TransfersPage(): ReactNode {
  const t = useTranslations("transfers");
  const isEmpty = useCards((cards) => {
    const { active, today } = listRows(cards);
    return active.length + today.length === 0;
  });
  useSelectFromPlace();
  return (
    <>
      <PageHeading title={t("title")} actions={<SelectionBar />} />
      {isEmpty ? <NoTransfers /> : <TransferList />}
    </>
  );
}

function NoTransfers(): ReactNode {
  const t = useTranslations("transfers");
  const runner = useCommandRunner();
  return (
    <EmptyState
      icon={ArrowDownUp}
      text={t("empty")}
      action={
        <Button
          variant="primary"
          onPress={() => {
            if (!runner.run("chooseFiles")) navigate("send");
          }}
        >
          {t("emptyAction")}
        </Button>
      }
    />
  );
}

/** `#/transfers?card=…` selects that card. */
function useSelectFromPlace(): void {
  const { params } = usePlace();
  const { window: windowStore } = useStores();
  const wanted = params["card"];
  useEffect(() => {
    if (wanted !== undefined) windowStore.getState().select([wanted]);
  }, [wanted, windowStore]);
}
