import { Send } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useFormats } from "../../i18n/use-formats.ts";
import { Button } from "../../ui/button.tsx";
import type { SendButton as ButtonState } from "./compose.ts";
import styles from "./send-page.module.css";

/** Names up to this many people; more are counted. */
const MAX_NAMES = 2;

interface SendButtonProps {
  readonly button: ButtonState;
  readonly isSignedOut: boolean;
  readonly onSend: () => void;
  readonly onChoosePerson: () => void;
}

/** Says what pressing it will really do, or what it waits for. */
export function SendButton({
  button,
  isSignedOut,
  onSend,
  onChoosePerson,
}: SendButtonProps): ReactNode {
  const text = useButtonText(button);
  const isBusy = button.name === "sending" || button.name === "checking";
  const canPress = button.name === "ready" || button.name === "noRecipient";
  return (
    <Button
      variant={button.name === "noRecipient" ? "secondary" : "primary"}
      className={styles["send"]}
      isPending={isBusy}
      isDisabled={!isBusy && (!canPress || isSignedOut)}
      onPress={button.name === "ready" ? onSend : onChoosePerson}
    >
      {button.name === "ready" ? <Send aria-hidden size={16} /> : null}
      {text}
    </Button>
  );
}

function useButtonText(button: ButtonState): string {
  const t = useTranslations("send.button");
  const formats = useFormats();
  switch (button.name) {
    case "ready": {
      const people =
        button.people.length > MAX_NAMES
          ? t("people", { count: formats.count(button.people.length) })
          : formats.list(button.people);
      return t("send", { count: button.count, people });
    }
    case "noRecipient":
      return t("noRecipient", { count: button.count });
    case "checking":
      return t("checking", {
        done: formats.count(button.done),
        total: formats.count(button.total),
      });
    default:
      return t(button.name);
  }
}
