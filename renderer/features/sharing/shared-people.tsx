import { MoreHorizontal } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { formatAddress } from "../../../shared/format/person.ts";
import type { Invitation, SharedPerson } from "../../../shared/model/sharing.ts";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { useNow } from "../../app/use-now.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useAsk } from "../../ipc/stores.tsx";
import { Avatar } from "../../ui/avatar.tsx";
import { IconButton } from "../../ui/button.tsx";
import { Menu } from "../../ui/menu.tsx";
import { InvitationDialog } from "./invitation-dialog.tsx";
import { InviteForm } from "./invite-form.tsx";
import styles from "./sharing.module.css";
import { SureDialog } from "./sure-dialog.tsx";

interface SharedPeopleProps {
  readonly people: readonly SharedPerson[];
}

interface Question {
  readonly what: "renew" | "remove";
  readonly person: SharedPerson;
}

/** Who has an account here, and the ways to give and to take one. */
export function SharedPeople({ people }: SharedPeopleProps): ReactNode {
  const t = useTranslations("sharing");
  const ask = useAsk();
  const announce = useAnnounce();
  const [question, setQuestion] = useState<Question>();
  const [invitation, setInvitation] = useState<Invitation>();
  const close = (): void => {
    setQuestion(undefined);
  };
  const answer = async ({ what, person: { aor, name } }: Question): Promise<void> => {
    close();
    if (what === "renew") setInvitation(await ask("sharing.renew", { aor }));
    else if ((await ask("sharing.remove", { aor })) !== undefined)
      announce({ text: t("removed", { name }), politeness: "polite" });
  };
  return (
    <>
      <InviteForm onInvited={setInvitation} />
      {people.some(({ isHost }) => !isHost) ? null : (
        <p className={styles["text"]}>{t("nobody")}</p>
      )}
      <ul className={styles["people"]} aria-label={t("people")}>
        {people.map((person) => (
          <PersonRow
            key={person.aor}
            person={person}
            onAsk={(what) => {
              setQuestion({ what, person });
            }}
          />
        ))}
      </ul>
      {question === undefined ? null : (
        <SureDialog
          isOpen
          title={t(`${question.what}Title`, { name: question.person.name })}
          text={t(`${question.what}Text`, { name: question.person.name })}
          no={t("keep")}
          yes={t(`${question.what}Confirm`)}
          onNo={close}
          onYes={() => void answer(question)}
        />
      )}
      <InvitationDialog
        invitation={invitation}
        onClose={() => {
          setInvitation(undefined);
        }}
      />
    </>
  );
}

interface PersonRowProps {
  readonly person: SharedPerson;
  readonly onAsk: (what: Question["what"]) => void;
}

function PersonRow({ person, onAsk }: PersonRowProps): ReactNode {
  const t = useTranslations("sharing");
  const { aor, name, isHost } = person;
  return (
    <li className={styles["person"]}>
      <Avatar name={name} address={aor} />
      <div className={styles["words"]}>
        <p className={styles["name"]}>
          <bdi>{name}</bdi>
        </p>
        <p className={styles["hint"]}>
          {formatAddress(aor)} · {isHost ? t("you") : <Presence person={person} />}
        </p>
      </div>
      {isHost ? null : (
        <Menu
          label={t("actions", { name })}
          entries={[
            {
              id: "renew",
              label: t("renew"),
              run: () => {
                onAsk("renew");
              },
            },
            {
              id: "remove",
              label: t("remove"),
              isDanger: true,
              run: () => {
                onAsk("remove");
              },
            },
          ]}
        >
          <IconButton label={t("actions", { name })}>
            <MoreHorizontal aria-hidden size={16} />
          </IconButton>
        </Menu>
      )}
    </li>
  );
}

interface PresenceProps {
  readonly person: SharedPerson;
}

function Presence({ person: { isOnline, lastSeenMs } }: PresenceProps): ReactNode {
  const t = useTranslations("sharing");
  const { shortDate } = useFormats();
  const nowMs = useNow(60_000);
  if (isOnline) return t("online");
  return lastSeenMs === undefined
    ? t("neverSeen")
    : t("lastSeen", { when: shortDate(lastSeenMs, nowMs) });
}
