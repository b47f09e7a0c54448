import { CircleUser, MoreHorizontal, SearchX, Send, UserPlus } from "lucide-react";
import { type DragEvent, type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { formatAddress } from "../../../shared/format/person.ts";
import type { Person } from "../../../shared/model/app-state.ts";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { useCommand } from "../../app/command-runner.tsx";
import { navigate } from "../../app/navigation.ts";
import { useNow } from "../../app/use-now.ts";
import { useFormats } from "../../i18n/use-formats.ts";
import { useApp, useAsk, useStores } from "../../ipc/stores.tsx";
import { Avatar } from "../../ui/avatar.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Chip } from "../../ui/chip.tsx";
import { cx } from "../../ui/cx.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Menu, type MenuEntry } from "../../ui/menu.tsx";
import { Page } from "../../ui/page.tsx";
import { PageHeading } from "../../ui/page-heading.tsx";
import { SearchField } from "../../ui/search-field.tsx";
import { useSendDropped } from "../send/use-send-dropped.ts";
import styles from "./people-page.module.css";
import { PersonDialog, type PersonDialogState } from "./person-dialog.tsx";
import { findPeople, savable, sortPeople } from "./person-form.ts";
import { personMarks } from "./person-marks.ts";
import { RemovePersonDialog } from "./remove-person-dialog.tsx";

/** From here on a list is worth searching. */
const SEARCHABLE = 6;

export function PeoplePage(): ReactNode {
  const t = useTranslations("people");
  const people = useApp((app) => app.people);
  const [text, setText] = useState("");
  const [dialog, setDialog] = useState<PersonDialogState>({ name: "closed" });
  const [removing, setRemoving] = useState<Person>();
  const searchRef = useRef<HTMLInputElement>(null);
  const shown = useMemo(() => findPeople(sortPeople(people), text), [people, text]);
  useCommand("search", () => {
    searchRef.current?.focus();
  });
  useFoundAnnounced(text, shown.length);
  const add = (
    <Button
      variant="primary"
      onPress={() => {
        setDialog({ name: "add" });
      }}
    >
      <UserPlus aria-hidden size={16} />
      {t("add")}
    </Button>
  );
  return (
    <Page>
      <PageHeading title={t("title")} actions={people.length === 0 ? undefined : add} />
      {people.length < SEARCHABLE ? null : (
        <SearchField
          label={t("search")}
          placeholder={t("searchPlaceholder")}
          value={text}
          onChange={setText}
          inputRef={searchRef}
        />
      )}
      {people.length === 0 ? <EmptyState icon={CircleUser} text={t("empty")} action={add} /> : null}
      {people.length > 0 && shown.length === 0 ? (
        <EmptyState
          icon={SearchX}
          text={t("noMatch", { text })}
          action={
            <Button
              onPress={() => {
                setText("");
              }}
            >
              {t("showAll")}
            </Button>
          }
        />
      ) : null}
      {shown.length === 0 ? null : (
        <Card className={styles["card"] ?? ""}>
          <ul aria-label={t("list")}>
            {shown.map((person) => (
              <PersonRow
                key={person.aor}
                person={person}
                onEdit={() => {
                  setDialog({ name: "edit", person });
                }}
                onRemove={() => {
                  setRemoving(person);
                }}
              />
            ))}
          </ul>
        </Card>
      )}
      {text === "" ? <OnNetwork /> : null}
      {text === "" ? <JoinLine /> : null}
      <PersonDialog
        state={dialog}
        onClose={() => {
          setDialog({ name: "closed" });
        }}
      />
      <RemovePersonDialog
        person={removing}
        onClose={() => {
          setRemoving(undefined);
        }}
      />
    </Page>
  );
}

/** The way to people whom no list and no network here knows. */
function JoinLine(): ReactNode {
  const t = useTranslations("people");
  const { window: windowStore } = useStores();
  return (
    <p className={styles["join"]}>
      {t("joinHint")}{" "}
      <Button
        size="s"
        onPress={() => {
          windowStore.getState().askJoin({});
        }}
      >
        {t("join")}
      </Button>
    </p>
  );
}

function useFoundAnnounced(text: string, count: number): void {
  const t = useTranslations("people");
  const announce = useAnnounce();
  useEffect(() => {
    if (text === "") return;
    announce({ text: t("resultCount", { count }), politeness: "polite", settleKey: "people" });
  }, [text, count, announce, t]);
}

interface PersonRowProps {
  readonly person: Person;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

function PersonRow({ person, onEdit, onRemove }: PersonRowProps): ReactNode {
  const t = useTranslations("people");
  const drop = useDropTarget(person);
  const entries = useEntries({ person, onEdit, onRemove });
  const { name, aor, isBlocked } = person;
  return (
    <li
      className={cx(styles["row"], drop.isOver && styles["over"], isBlocked && styles["blocked"])}
      {...drop.handlers}
    >
      <Avatar name={name} address={aor} size="l" />
      <div className={styles["words"]}>
        <p className={styles["name"]}>
          <span className={styles["nameWord"]}>{name}</span>
          <Marks person={person} />
        </p>
        {drop.isOver ? (
          <p className={styles["facts"]}>{t("dropHere", { name })}</p>
        ) : (
          <PersonFacts person={person} />
        )}
      </div>
      <span className={styles["buttons"]}>
        {isBlocked ? null : (
          <Button
            size="s"
            aria-label={t("sendTo", { name })}
            onPress={() => {
              navigate("send", { to: aor });
            }}
          >
            <Send aria-hidden size={14} />
            <span className={styles["sendWord"]}>{t("send")}</span>
          </Button>
        )}
        <Menu label={t("actions", { name })} entries={entries}>
          <IconButton label={t("actions", { name })}>
            <MoreHorizontal aria-hidden size={16} />
          </IconButton>
        </Menu>
      </span>
    </li>
  );
}

function PersonFacts({ person }: { readonly person: Person }): ReactNode {
  const t = useTranslations("people");
  const formats = useFormats();
  const nowMs = useNow(60_000);
  const { lastMs } = person;
  const last =
    lastMs === undefined ? t("never") : t("lastOffer", { when: formats.shortDate(lastMs, nowMs) });
  return (
    <p className={styles["facts"]}>
      <bdi>{formatAddress(person.aor)}</bdi>
      <span
        className={styles["last"]}
        title={lastMs === undefined ? undefined : formats.dateTime(lastMs)}
      >
        {last}
      </span>
    </p>
  );
}

function Marks({ person }: { readonly person: Person }): ReactNode {
  const t = useTranslations("people");
  const formats = useFormats();
  return personMarks(person).map(({ name, tone, icon }) => (
    <Chip key={name} tone={tone} icon={icon}>
      {name === "autoAccept"
        ? t(name, { size: formats.size(person.autoAccept?.maxSizeOctets ?? 0) })
        : t(name)}
    </Chip>
  ));
}

function useEntries({ person, onEdit, onRemove }: PersonRowProps): readonly MenuEntry[] {
  const t = useTranslations("people");
  const ask = useAsk();
  const announce = useAnnounce();
  const { name, aor, isBlocked } = person;
  const say = (text: string): void => {
    announce({ text, politeness: "polite" });
  };
  const block = async (): Promise<void> => {
    const saved = await ask("people.save", {
      person: { ...savable(person), isBlocked: !isBlocked },
    });
    if (saved !== undefined)
      say(isBlocked ? t("unblockedNow", { name }) : t("blockedNow", { name }));
  };
  const copy = async (): Promise<void> => {
    if ((await ask("text.copy", { text: formatAddress(aor) })) !== undefined) say(t("copied"));
  };
  return [
    { id: "edit", label: t("edit"), run: onEdit },
    {
      id: "history",
      label: t("history"),
      run: () => {
        navigate("history", { peer: aor });
      },
    },
    { id: "copy", label: t("copyAddress"), run: () => void copy() },
    {
      id: "block",
      label: isBlocked ? t("unblock") : t("block"),
      startsGroup: true,
      run: () => void block(),
    },
    { id: "remove", label: t("remove"), isDanger: true, run: onRemove },
  ];
}

interface DropTarget {
  readonly isOver: boolean;
  readonly handlers: {
    readonly onDragOver?: (event: DragEvent) => void;
    readonly onDragLeave?: (event: DragEvent) => void;
    readonly onDrop?: (event: DragEvent) => void;
  };
}

/** For a drag that the layer over the window does not take, as one from a page of the window itself. */
function useDropTarget(person: Person): DropTarget {
  const sendDropped = useSendDropped();
  const [isOver, setOver] = useState(false);
  if (person.isBlocked) return { isOver: false, handlers: {} };
  return {
    isOver,
    handlers: {
      onDragOver: (event) => {
        if (!event.dataTransfer.types.includes("Files")) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        setOver(true);
      },
      onDragLeave: () => {
        setOver(false);
      },
      onDrop: (event) => {
        event.preventDefault();
        setOver(false);
        sendDropped(person, event.dataTransfer);
      },
    },
  };
}

/** Users of the built-in network whom the list does not have yet. */
function OnNetwork(): ReactNode {
  const t = useTranslations("people");
  const ask = useAsk();
  const people = useApp((app) => app.people);
  const suggestions = useApp((app) => app.suggestions);
  const others = suggestions.filter(({ aor }) => !people.some((person) => person.aor === aor));
  if (others.length === 0) return null;
  return (
    <section className={styles["network"]} aria-labelledby="people-network">
      <h2 className={styles["section"]} id="people-network">
        {t("onNetwork")}
      </h2>
      <Card className={styles["card"] ?? ""}>
        <ul>
          {others.map(({ aor, name }) => (
            <li key={aor} className={styles["row"]}>
              <Avatar name={name} address={aor} size="l" />
              <div className={styles["words"]}>
                <p className={styles["name"]}>{name}</p>
                <p className={styles["facts"]}>
                  {formatAddress(aor)} · {t("onNetworkHint")}
                </p>
              </div>
              <span className={styles["buttons"]}>
                <Button
                  size="s"
                  aria-label={t("sendTo", { name })}
                  onPress={() => {
                    navigate("send", { to: aor });
                  }}
                >
                  <Send aria-hidden size={14} />
                  <span className={styles["sendWord"]}>{t("send")}</span>
                </Button>
                <IconButton
                  label={t("keep")}
                  onPress={() => {
                    void ask("people.save", {
                      person: { aor, name, isMe: false, isBlocked: false },
                    });
                  }}
                >
                  <UserPlus aria-hidden size={16} />
                </IconButton>
              </span>
            </li>
          ))}
        </ul>
      </Card>
    </section>
  );
}
