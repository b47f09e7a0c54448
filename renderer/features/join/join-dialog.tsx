import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { navigate } from "../../app/navigation.ts";
import { useWindow } from "../../ipc/stores.tsx";
import type { JoinQuestion } from "../../ipc/window-store.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { JoinSteps } from "./join-steps.tsx";

/** Asks before a link is followed, whoever it came from. */
export function JoinDialog(): ReactNode {
  const question = useWindow((state) => state.join);
  return question === undefined ? null : <Asked question={question} />;
}

interface AskedProps {
  readonly question: JoinQuestion;
}

function Asked({ question }: AskedProps): ReactNode {
  const t = useTranslations("join");
  const askJoin = useWindow((state) => state.askJoin);
  const [isConfirming, setConfirming] = useState(question.asked !== undefined);
  const close = (): void => {
    askJoin(undefined);
  };
  return (
    <Dialog title={isConfirming ? t("confirmTitle") : t("title")} isOpen onClose={close}>
      <JoinSteps
        asked={question.asked}
        onStep={setConfirming}
        onJoined={() => {
          close();
          navigate("people");
        }}
        otherActions={<Button onPress={close}>{t("cancel")}</Button>}
      />
    </Dialog>
  );
}
