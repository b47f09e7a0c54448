import { Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { useFormats } from "../../i18n/use-formats.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import type { ComposeNotice } from "./compose-store.ts";
import { useCompose, useComposeStore } from "./use-compose.ts";

/** What came of the last drop, paste or send, where the user should know. */
export function SendNotices(): ReactNode {
  const t = useTranslations("send");
  const app = useTranslations("app");
  const store = useComposeStore();
  const notice = useCompose((state) => state.notice);
  const failure = useCompose((state) => state.failure);
  const failures = useCompose((state) => state.failures);
  const dismiss = (what: "notice" | "failure"): ReactNode => (
    <Button
      variant="quiet"
      size="s"
      onPress={() => {
        store.getState().putAway(what);
      }}
    >
      {app("dismiss")}
    </Button>
  );
  return (
    <>
      {notice === undefined ? null : (
        <Notice tone="neutral" icon={Info} role="status" actions={dismiss("notice")}>
          <NoticeText notice={notice} />
        </Notice>
      )}
      {failure === undefined ? null : (
        <Notice
          tone="danger"
          icon={TriangleAlert}
          role="alert"
          title={t("failed")}
          actions={dismiss("failure")}
        >
          {failure.message} {failure.action ?? t("nothingLost")}
        </Notice>
      )}
      {failures.map(({ to, name, error }) => (
        <Notice
          key={to}
          tone="danger"
          icon={TriangleAlert}
          role="alert"
          title={t("failedFor", { name })}
          actions={dismiss("failure")}
        >
          {error.message} {error.action}
        </Notice>
      ))}
    </>
  );
}

interface NoticeTextProps {
  readonly notice: ComposeNotice;
}

function NoticeText({ notice }: NoticeTextProps): ReactNode {
  const t = useTranslations("send.notices");
  const formats = useFormats();
  switch (notice.name) {
    case "repeated":
      return t("repeated", { first: notice.first, count: notice.count - 1 });
    case "tooManyDropped":
      return t("tooManyDropped", { max: formats.count(notice.max) });
    case "lookFirst":
      return t("lookFirst", { person: notice.person });
    default:
      return t(notice.name);
  }
}
