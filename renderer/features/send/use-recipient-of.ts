import { useCallback } from "react";
import { useTranslations } from "use-intl";
import { readAddress } from "../../../shared/format/address.ts";
import { formatPerson } from "../../../shared/format/person.ts";
import { useStores } from "../../ipc/stores.tsx";
import type { Recipient } from "./compose.ts";
import { knownRecipients, ownDomain } from "./recipients.ts";

/** The person behind an address, by the name under which the user knows them. */
export function useRecipientOf(): (address: string) => Recipient {
  const t = useTranslations("send");
  const { app: store } = useStores();
  const selfName = t("selfName");
  return useCallback(
    (address) => {
      const { app } = store.getState();
      const aor = readAddress(address, ownDomain(app?.account)) ?? address;
      const known = app === undefined ? [] : knownRecipients(app, selfName);
      const name = known.find((choice) => choice.aor === aor)?.name ?? formatPerson(aor);
      return { aor, name };
    },
    [store, selfName],
  );
}
