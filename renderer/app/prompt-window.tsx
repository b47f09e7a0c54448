import { type ReactNode, useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { OfferStack } from "../features/offers/offer-stack.tsx";
import { CardQuestion } from "../features/transfers/card-question.tsx";
import { useStores } from "../ipc/stores.tsx";
import { VisuallyHidden } from "../ui/visually-hidden.tsx";
import { usePlace } from "./navigation.ts";
import styles from "./prompt-window.module.css";
import { useAnnouncements } from "./use-announcements.ts";

/** Offers alone, in a window that is as high as they are. */
export function PromptWindow(): ReactNode {
  useAnnouncements();
  const t = useTranslations("offers");
  const { client } = useStores();
  const content = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = content.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      const heightPx = Math.max(1, Math.ceil(element.getBoundingClientRect().height));
      void client.request("window.fit", { heightPx });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [client]);
  useShownInMain();
  return (
    // No window is higher than the screen; what it wants to be is measured without that.
    <div className={styles["window"]}>
      <main className={styles["prompt"]} ref={content}>
        <VisuallyHidden>
          <h1>{t("region")}</h1>
        </VisuallyHidden>
        <OfferStack isAlone />
        <CardQuestion />
      </main>
    </div>
  );
}

/** There are no pages here: what leads to one leads to the main window. */
function useShownInMain(): void {
  const { client, window: windowStore } = useStores();
  const { page, params } = usePlace();
  useEffect(() => {
    if (window.location.hash === "") return;
    const cardId = params["card"] ?? windowStore.getState().selected.at(-1);
    void client.request("window.showMain", { page, ...(cardId === undefined ? {} : { cardId }) });
    windowStore.getState().select([]);
    window.location.hash = "";
  }, [client, windowStore, page, params]);
}
