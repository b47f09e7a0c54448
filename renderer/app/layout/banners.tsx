import {
  BellOff,
  History,
  LockOpen,
  MailQuestion,
  RadioTower,
  TriangleAlert,
  Unplug,
  X,
} from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import type { HistoryTrouble, Notice } from "../../../shared/model/app-state.ts";
import { useApp, useAsk, useStores, useWindow } from "../../ipc/stores.tsx";
import { Banner } from "../../ui/banner.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { useAnnounce } from "../announcer-regions.tsx";
import { navigate } from "../navigation.ts";
import { useNow } from "../use-now.ts";
import styles from "./banners.module.css";

/** What holds for the whole window: no network, failures, questions of others. The page below stays usable. */
export function Banners(): ReactNode {
  const t = useTranslations("app");
  return (
    <section aria-label={t("notices")} className={styles["banners"]} data-region tabIndex={-1}>
      <OfflineBanner />
      <SharingBanner />
      <DisturbBanner />
      <PasswordBanner />
      <HistoryBanner />
      <Notices />
      <Failures />
    </section>
  );
}

function OfflineBanner(): ReactNode {
  const t = useTranslations("app");
  const ask = useAsk();
  const registration = useApp((app) => app.registration);
  const isByLink = useApp((app) => app.account?.networkName !== undefined);
  const { window: windowStore } = useStores();
  if (registration.name !== "offline") return null;
  const needsPassword = registration.code === "wrongPassword";
  return (
    <Banner
      tone="warn"
      icon={Unplug}
      actions={
        <Button
          size="s"
          onPress={() => {
            if (needsPassword && isByLink) windowStore.getState().askJoin({});
            else if (needsPassword) navigate("settings", { section: "network" });
            else void ask("account.refresh", {});
          }}
        >
          {needsPassword ? t(isByLink ? "useOtherLink" : "enterPassword") : t("reconnect")}
        </Button>
      }
    >
      <p>
        {t("offlineBanner")} {registration.reason}{" "}
        {registration.retryAtMs === undefined ? null : <Retry atMs={registration.retryAtMs} />}
      </p>
    </Banner>
  );
}

interface RetryProps {
  readonly atMs: number;
}

function Retry({ atMs }: RetryProps): ReactNode {
  const t = useTranslations("app");
  const seconds = Math.max(0, Math.ceil((atMs - useNow(1000)) / 1000));
  return t("offlineRetry", { when: t("offlineSoon", { seconds }) });
}

/** As long as others can come in. */
function SharingBanner(): ReactNode {
  const t = useTranslations("sharing");
  const sharing = useApp((app) => app.sharing);
  if (sharing === undefined || sharing.state === "starting") return null;
  const { name, address, failure } = sharing;
  return (
    <Banner
      tone={failure === undefined ? "neutral" : "warn"}
      icon={RadioTower}
      actions={
        <Button
          size="s"
          onPress={() => {
            navigate("settings", { section: "network" });
          }}
        >
          {t("bannerManage")}
        </Button>
      }
    >
      {failure === undefined ? t("banner", { name, address }) : failure.message}
    </Banner>
  );
}

function DisturbBanner(): ReactNode {
  const t = useTranslations("app");
  const ask = useAsk();
  if (!useApp((app) => app.settings.isDoNotDisturb)) return null;
  return (
    <Banner
      tone="neutral"
      icon={BellOff}
      actions={
        <Button
          size="s"
          onPress={() => {
            void ask("settings.change", { isDoNotDisturb: false });
          }}
        >
          {t("turnOff")}
        </Button>
      }
    >
      {t("doNotDisturb")}
    </Banner>
  );
}

function PasswordBanner(): ReactNode {
  const t = useTranslations("app");
  const [isHidden, setHidden] = useState(false);
  const isWeak = useApp((app) => app.account?.isPasswordWeaklyKept === true);
  if (!isWeak || isHidden) return null;
  return (
    <Banner
      tone="warn"
      icon={LockOpen}
      actions={
        <IconButton
          label={t("dismiss")}
          onPress={() => {
            setHidden(true);
          }}
        >
          <X aria-hidden size={16} />
        </IconButton>
      }
    >
      {t("weakPassword")}
    </Banner>
  );
}

/** Put away in this window until it happens again. */
function HistoryBanner(): ReactNode {
  const t = useTranslations("app");
  const announce = useAnnounce();
  const trouble = useApp((app) => app.historyTrouble);
  const [hidden, setHidden] = useState<HistoryTrouble>();
  const text = trouble && t(trouble.kind === "unread" ? "historyUnread" : "historyUnwritten");
  useEffect(() => {
    if (trouble !== undefined && text !== undefined) announce({ politeness: "polite", text });
  }, [trouble, text, announce]);
  if (text === undefined || trouble === hidden) return null;
  return (
    <Banner
      tone="warn"
      icon={History}
      actions={
        <IconButton
          label={t("dismiss")}
          onPress={() => {
            setHidden(trouble);
          }}
        >
          <X aria-hidden size={16} />
        </IconButton>
      }
    >
      {text}
    </Banner>
  );
}

function Notices(): ReactNode {
  const notices = useApp((app) => app.notices);
  return notices.map((notice) => <NoticeBanner key={notice.id} notice={notice} />);
}

interface NoticeBannerProps {
  readonly notice: Notice;
}

/** Words of another user: "Bob missed your offer of 3 files and asks for it again"; or, from nobody, of the program. */
function NoticeBanner({ notice }: NoticeBannerProps): ReactNode {
  const t = useTranslations("app");
  const ask = useAsk();
  const { cards } = useStores();
  const dismiss = (): void => {
    void ask("notice.dismiss", { id: notice.id });
  };
  const sendAgain = async (): Promise<void> => {
    const { order, byId } = cards.getState();
    const last = order.find((id) => {
      const card = byId[id];
      return card?.direction === "outgoing" && card.peer === notice.from;
    });
    if (last === undefined) {
      navigate("send", { to: notice.from });
      dismiss();
      return;
    }
    const id = await ask("card.retry", { id: last });
    if (id === undefined) return;
    navigate("transfers", { card: id });
    dismiss();
  };
  return (
    <Banner
      tone="accent"
      icon={MailQuestion}
      actions={
        <>
          {notice.from === "" ? null : (
            <Button size="s" variant="primary" onPress={() => void sendAgain()}>
              {t("noticeSendAgain")}
            </Button>
          )}
          <IconButton label={t("dismiss")} onPress={dismiss}>
            <X aria-hidden size={16} />
          </IconButton>
        </>
      }
    >
      <p dir="auto">
        {notice.text.startsWith(notice.fromName)
          ? notice.text
          : t("noticeText", { name: notice.fromName, text: notice.text })}
      </p>
    </Banner>
  );
}

function Failures(): ReactNode {
  const t = useTranslations("app");
  const failures = useWindow((state) => state.failures);
  const dismiss = useWindow((state) => state.dismissFailure);
  if (failures.length === 0) return null;
  return (
    <>
      {failures.map(({ key, message, action }) => (
        <Banner
          key={key}
          tone="danger"
          icon={TriangleAlert}
          actions={
            <IconButton
              label={t("dismiss")}
              onPress={() => {
                dismiss(key);
              }}
            >
              <X aria-hidden size={16} />
            </IconButton>
          }
        >
          <p>
            {message} {action}
          </p>
        </Banner>
      ))}
    </>
  );
}
