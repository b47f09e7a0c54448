import { FilePlus, FolderPlus, Info, TriangleAlert, Upload } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import { useTranslations } from "use-intl";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { useCommandKeys } from "../../app/command-runner.tsx";
import { navigate, usePlace } from "../../app/navigation.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useApp, useStores, useWindow } from "../../ipc/stores.tsx";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/cx.ts";
import { Notice } from "../../ui/notice.tsx";
import { Page } from "../../ui/page.tsx";
import { PageHeading } from "../../ui/page-heading.tsx";
import { TextField } from "../../ui/text-field.tsx";
import {
  composeRows,
  MANY_FILES,
  MAX_TEXT,
  type Recipient,
  sendableFiles,
  sendButton,
  totalOctets,
} from "./compose.ts";
import { FileList } from "./file-list.tsx";
import { RecipientField } from "./recipient-field.tsx";
import { SendButton } from "./send-button.tsx";
import { SendGuide } from "./send-guide.tsx";
import { SendNotices } from "./send-notices.tsx";
import styles from "./send-page.module.css";
import { useCompose, useComposeStore } from "./use-compose.ts";
import { useRecipientOf } from "./use-recipient-of.ts";

export function SendPage(): ReactNode {
  const t = useTranslations("send");
  const formats = useFormats();
  const store = useComposeStore();
  const { dispatch } = store.getState();
  const { window: windowStore } = useStores();
  const compose = useCompose((state) => state.compose);
  const isSending = useCompose((state) => state.isSending);
  const limits = useApp((app) => app.limits);
  const isSignedOut = useApp((app) => app.account === undefined);
  const fieldRef = useRef<HTMLInputElement>(null);
  const rows = useMemo(() => composeRows(compose.files, limits), [compose.files, limits]);
  const sendable = sendableFiles(rows);
  const leftOut = rows.length - sendable.length;
  const button = sendButton(compose, rows, isSending);
  useFilled();
  useSummaryAnnounced(sendable.length, totalOctets(sendable));

  const send = async (): Promise<void> => {
    const ids = await store.getState().send();
    // Whoever could not be offered the files is told here, so the page stays.
    if (ids.length === 0 || store.getState().failures.length > 0) return;
    windowStore.getState().select(ids.slice(0, 1));
    navigate("transfers");
  };

  return (
    <Page>
      <PageHeading title={t("title")} />
      <SendGuide />
      {isSignedOut ? (
        <Notice tone="warn" icon={TriangleAlert}>
          {t("notSignedIn")}
        </Notice>
      ) : null}
      <RecipientField
        recipients={compose.recipients}
        inputRef={fieldRef}
        onAdd={(recipient) => {
          dispatch({ do: "addRecipient", recipient });
        }}
        onRemove={(aor) => {
          dispatch({ do: "removeRecipient", aor });
        }}
      />
      <section className={styles["files"]} aria-label={t("filesLabel")}>
        <DropZone isSmall={rows.length > 0} />
        {rows.length === 0 ? null : (
          <>
            <div className={styles["summary"]}>
              <p>
                <strong>
                  {t("summary", {
                    count: sendable.length,
                    size: formats.size(totalOctets(sendable)),
                  })}
                </strong>
                {leftOut === 0 ? null : (
                  <span className={styles["leftOut"]}>
                    {" · "}
                    {t("summaryLeftOut", { count: leftOut })}
                  </span>
                )}
              </p>
              <Button
                variant="quiet"
                size="s"
                onPress={() => {
                  dispatch({ do: "clearFiles" });
                }}
              >
                {t("clearFiles")}
              </Button>
            </div>
            <FileList
              rows={rows}
              previews={compose.previews}
              unwanted={compose.unwanted}
              onRemove={(path) => {
                dispatch({ do: "removeFile", path });
              }}
              onWantPreview={(path, isWanted) => {
                dispatch({ do: "wantPreview", path, isWanted });
              }}
            />
          </>
        )}
        {sendable.length > MANY_FILES ? (
          <Notice tone="neutral" icon={Info}>
            {t("manyFiles", { count: formats.count(sendable.length) })}
          </Notice>
        ) : null}
      </section>
      <TextField
        label={t("message")}
        placeholder={t("messagePlaceholder")}
        isMultiline
        value={compose.text}
        maxLength={MAX_TEXT}
        onChange={(text) => {
          dispatch({ do: "setText", text });
        }}
      />
      <footer className={styles["footer"]}>
        <div className={styles["notices"]}>
          <SendNotices />
        </div>
        <OfferFacts recipients={compose.recipients} />
        <SendButton
          button={button}
          isSignedOut={isSignedOut}
          onSend={() => {
            void send();
          }}
          onChoosePerson={() => {
            fieldRef.current?.focus();
          }}
        />
      </footer>
    </Page>
  );
}

interface DropZoneProps {
  /** Files are there already, so the list gets the room. */
  readonly isSmall: boolean;
}

/** Files can be dropped anywhere in the window; this says so, and has the buttons for those who do not drag. */
function DropZone({ isSmall }: DropZoneProps): ReactNode {
  const t = useTranslations("send");
  const keys = useCommandKeys("paste");
  const store = useComposeStore();
  const choose = (kind: "files" | "folder") => () => {
    void store.getState().choose(kind);
  };
  return (
    <div className={cx(styles["zone"], isSmall && styles["small"])}>
      <Upload aria-hidden size={isSmall ? 20 : 28} strokeWidth={1.75} className={styles["arrow"]} />
      <div className={styles["zoneWords"]}>
        <p className={styles["zoneTitle"]}>{t("dropTitle")}</p>
        {isSmall || keys === undefined ? null : (
          <p className={styles["zoneHint"]}>{t("dropHint", { keys })}</p>
        )}
      </div>
      <div className={styles["zoneActions"]}>
        <Button onPress={choose("files")} size={isSmall ? "s" : "m"}>
          <FilePlus aria-hidden size={16} />
          {t("chooseFiles")}
        </Button>
        <Button onPress={choose("folder")} size={isSmall ? "s" : "m"}>
          <FolderPlus aria-hidden size={16} />
          {t("chooseFolder")}
        </Button>
      </div>
    </div>
  );
}

interface OfferFactsProps {
  readonly recipients: readonly Recipient[];
}

function OfferFacts({ recipients }: OfferFactsProps): ReactNode {
  const t = useTranslations("send");
  const { arePreviewsOn, ringTimeS } = useApp((app) => app.settings);
  const facts = [
    arePreviewsOn ? t("facts.previewsOn") : t("facts.previewsOff"),
    t("facts.fingerprints"),
    t("facts.wait", { minutes: Math.max(1, Math.round(ringTimeS / 60)) }),
  ];
  return (
    <p className={styles["facts"]}>
      {recipients.length > 1 ? t("severalHint") : facts.join(" · ")}
    </p>
  );
}

/** Takes what was handed over by a link, a second start or another page. */
function useFilled(): void {
  const store = useComposeStore();
  const { window: windowStore } = useStores();
  const fill = useWindow((state) => state.composeFill);
  const { params } = usePlace();
  const recipientOf = useRecipientOf();
  useEffect(() => {
    if (fill === undefined) return;
    windowStore.getState().fillCompose(undefined);
    if (fill.to !== undefined) {
      store.getState().dispatch({ do: "addRecipient", recipient: recipientOf(fill.to) });
    }
    if (fill.files.length > 0) store.getState().addPicked(fill.files);
  }, [fill, store, windowStore, recipientOf]);
  const to = params["to"];
  useEffect(() => {
    if (to === undefined) return;
    store.getState().dispatch({ do: "addRecipient", recipient: recipientOf(to) });
    // Once: removed by the user, the person does not come back.
    navigate("send");
  }, [to, store, recipientOf]);
}

function useSummaryAnnounced(count: number, octets: number): void {
  const t = useTranslations("send");
  const formats = useFormats();
  const announce = useAnnounce();
  const before = useRef(count);
  useEffect(() => {
    if (before.current === count) return;
    before.current = count;
    if (count === 0) return;
    announce({
      text: t("filesAdded", { count, size: formats.sizeAloud(octets) }),
      politeness: "polite",
      settleKey: "compose",
    });
  }, [count, octets, announce, formats, t]);
}
