import { type ReactNode, useEffect, useMemo } from "react";
import { I18nProvider } from "react-aria-components";
import { IntlProvider } from "use-intl";
import { useStore } from "zustand";
import { isRightToLeft, localeFor } from "../../shared/i18n/locales.ts";
import { messagesFor } from "../i18n/messages.ts";
import { type Stores, StoresProvider } from "../ipc/stores.tsx";
import { AnnouncerProvider } from "./announcer-regions.tsx";

interface ProvidersProps {
  readonly stores: Stores;
  readonly children: ReactNode;
}

/** Everything a view may ask for: the stores, the texts, the announcer; and the settings that the whole page wears. */
export function Providers({ stores, children }: ProvidersProps): ReactNode {
  const settings = useStore(stores.app, (state) => state.app?.settings);
  const locale = localeFor(settings?.language ?? "system");
  const messages = useMemo(() => messagesFor(locale), [locale]);
  const timeZone = useMemo(() => Intl.DateTimeFormat().resolvedOptions().timeZone, []);

  useEffect(() => {
    const { documentElement } = document;
    documentElement.lang = locale;
    documentElement.dir = isRightToLeft(locale) ? "rtl" : "ltr";
    documentElement.dataset["theme"] = settings?.theme ?? "system";
    documentElement.dataset["density"] = settings?.density ?? "comfortable";
    documentElement.dataset["motion"] = settings?.isMotionReduced === true ? "reduced" : "full";
  }, [locale, settings?.theme, settings?.density, settings?.isMotionReduced]);

  return (
    <StoresProvider stores={stores}>
      <IntlProvider locale={locale} messages={messages} timeZone={timeZone}>
        <I18nProvider locale={locale}>
          <AnnouncerProvider>{children}</AnnouncerProvider>
        </I18nProvider>
      </IntlProvider>
    </StoresProvider>
  );
}
