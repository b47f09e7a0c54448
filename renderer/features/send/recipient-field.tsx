import { MonitorSmartphone, Plus, X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, type Ref, useId, useMemo, useState } from "react";
import { Autocomplete, Input, Label, ListBox, ListBoxItem, TextField } from "react-aria-components";
import { useTranslations } from "use-intl";
import { useShallow } from "zustand/react/shallow";
import { useAnnounce } from "../../app/announcer-regions.tsx";
import { useApp } from "../../ipc/stores.tsx";
import { Avatar } from "../../ui/avatar.tsx";
import { cx } from "../../ui/cx.ts";
import fieldStyles from "../../ui/field.module.css";
import menuStyles from "../../ui/menu.module.css";
import type { Recipient } from "./compose.ts";
import styles from "./recipient-field.module.css";
import {
  knownRecipients,
  ownDomain,
  type RecipientChoice,
  readRecipients,
  suggestRecipients,
} from "./recipients.ts";

const MAX_RECENT = 5;
const MAX_SUGGESTIONS = 8;

interface RecipientFieldProps {
  readonly recipients: readonly Recipient[];
  readonly onAdd: (recipient: Recipient) => void;
  readonly onRemove: (aor: string) => void;
  readonly inputRef: Ref<HTMLInputElement>;
}

/** Who gets the offer: names, numbers and addresses as chips, suggestions while typing. */
export function RecipientField({
  recipients,
  onAdd,
  onRemove,
  inputRef,
}: RecipientFieldProps): ReactNode {
  const t = useTranslations("send");
  const announce = useAnnounce();
  const known = useKnownRecipients();
  const domain = useApp((app) => ownDomain(app.account));
  const [text, setText] = useState("");
  const [unknown, setUnknown] = useState<string>();
  const [isOpen, setOpen] = useState(false);
  const listId = useId();

  // For an empty field there are the buttons below it; a list that opens after each person would be in the way.
  const suggestions = useMemo(
    () =>
      text.trim() === ""
        ? []
        : suggestRecipients(text, known, { chosen: recipients, domain }).slice(0, MAX_SUGGESTIONS),
    [text, known, recipients, domain],
  );

  const isListShown = isOpen && suggestions.length > 0;

  const add = ({ aor, name }: Recipient): void => {
    onAdd({ aor, name });
    setText("");
    setOpen(false);
    setUnknown(undefined);
    announce({ text: t("personAdded", { name }), politeness: "polite" });
  };
  const remove = ({ aor, name }: Recipient): void => {
    onRemove(aor);
    announce({ text: t("personRemoved", { name }), politeness: "polite" });
  };
  const change = (next: string): void => {
    setUnknown(undefined);
    setOpen(true);
    // A separator ends an address, typed or pasted.
    if (/[,;\n]/.test(next)) commit(next);
    else setText(next);
  };
  const commit = (typed: string): void => {
    const { found, rest } = readRecipients(typed, known, domain);
    for (const recipient of found) add(recipient);
    setText(rest);
    setOpen(false);
    setUnknown(rest === "" ? undefined : rest);
  };
  const press = (event: KeyboardEvent<HTMLInputElement>): void => {
    const last = recipients.at(-1);
    if (event.key === "Backspace" && text === "" && last !== undefined) remove(last);
    // With an entry of the list in focus, Enter takes that one.
    const hasEntry =
      isListShown && event.currentTarget.getAttribute("aria-activedescendant") !== null;
    if (event.key === "Escape" && isListShown) {
      event.stopPropagation();
      setOpen(false);
    }
    if (event.key === "ArrowDown" && !isOpen) setOpen(true);
    if (event.key === "Enter" && !hasEntry && text.trim() !== "") commit(text);
  };

  return (
    <div className={styles["field"]}>
      <Autocomplete inputValue={text} onInputChange={change}>
        <TextField
          className={cx(fieldStyles["field"])}
          isInvalid={unknown !== undefined}
          onBlur={({ relatedTarget }) => {
            if (relatedTarget instanceof Element && relatedTarget.closest(`[id="${listId}"]`))
              return;
            setOpen(false);
            // Only what is surely meant: a whole address, not the beginning of a name.
            if (/@|^\+|^(?:sips?|tel):/i.test(text.trim())) commit(text);
          }}
        >
          <Label className={cx(fieldStyles["label"])}>{t("to")}</Label>
          <div className={styles["anchor"]}>
            <div className={styles["box"]} data-invalid={unknown === undefined ? undefined : ""}>
              {recipients.length === 0 ? null : (
                <ul className={styles["chips"]} aria-label={t("chosenPeople")}>
                  {recipients.map((recipient) => (
                    <PersonChip
                      key={recipient.aor}
                      recipient={recipient}
                      onRemove={() => {
                        remove(recipient);
                      }}
                    />
                  ))}
                </ul>
              )}
              <Input
                ref={inputRef}
                role="combobox"
                aria-expanded={isListShown}
                aria-haspopup="listbox"
                className={cx(styles["input"])}
                placeholder={recipients.length === 0 ? t("toPlaceholder") : t("toMore")}
                onKeyDown={press}
                autoComplete="off"
                spellCheck={false}
              />
            </div>
            {isListShown ? (
              <div className={styles["popover"]} id={listId}>
                <ListBox
                  aria-label={t("suggestions")}
                  items={suggestions}
                  className={cx(menuStyles["menu"])}
                  onAction={(key) => {
                    const choice = suggestions.find(({ aor }) => aor === key);
                    if (choice !== undefined) add(choice);
                  }}
                >
                  {(choice) => (
                    <ListBoxItem
                      id={choice.aor}
                      textValue={choice.name}
                      className={cx(menuStyles["item"])}
                    >
                      <ChoiceLine choice={choice} />
                    </ListBoxItem>
                  )}
                </ListBox>
              </div>
            ) : null}
          </div>
        </TextField>
      </Autocomplete>
      {unknown === undefined ? null : (
        <p className={fieldStyles["error"]} role="alert">
          {t("toUnknown", { text: unknown })}
        </p>
      )}
      <Recent
        choices={known.filter(({ aor }) => !recipients.some((chosen) => chosen.aor === aor))}
        onAdd={add}
      />
    </div>
  );
}

function useKnownRecipients(): readonly RecipientChoice[] {
  const t = useTranslations("send");
  const selfName = t("selfName");
  const known = useApp(
    useShallow(({ account, people, devices, suggestions }) => ({
      account,
      people,
      devices,
      suggestions,
    })),
  );
  return useMemo(() => knownRecipients(known, selfName), [known, selfName]);
}

interface PersonChipProps {
  readonly recipient: Recipient;
  readonly onRemove: () => void;
}

function PersonChip({ recipient, onRemove }: PersonChipProps): ReactNode {
  const t = useTranslations("send");
  return (
    <li className={styles["chip"]}>
      <Avatar name={recipient.name} address={recipient.aor} size="s" />
      <span className={styles["chipName"]}>{recipient.name}</span>
      <button
        type="button"
        className={styles["chipRemove"]}
        aria-label={t("removePerson", { name: recipient.name })}
        onClick={onRemove}
      >
        <X aria-hidden size={14} />
      </button>
    </li>
  );
}

interface ChoiceLineProps {
  readonly choice: RecipientChoice;
}

function ChoiceLine({ choice }: ChoiceLineProps): ReactNode {
  const t = useTranslations("send");
  const detail =
    choice.kind === "person" ? choice.address : `${choice.address} · ${t(`kinds.${choice.kind}`)}`;
  return (
    <>
      {choice.kind === "self" ? (
        <MonitorSmartphone aria-hidden size={20} className={styles["self"]} />
      ) : (
        <Avatar name={choice.name} address={choice.aor} size="s" />
      )}
      <span className={menuStyles["words"]}>
        <span className={menuStyles["text"]}>{choice.name}</span>
        <span className={menuStyles["hint"]}>{detail}</span>
      </span>
    </>
  );
}

interface RecentProps {
  readonly choices: readonly RecipientChoice[];
  readonly onAdd: (recipient: Recipient) => void;
}

function Recent({ choices, onAdd }: RecentProps): ReactNode {
  const t = useTranslations("send");
  if (choices.length === 0) return null;
  return (
    <fieldset className={styles["recent"]} aria-label={t("recent")}>
      <span className={styles["recentLabel"]} aria-hidden>
        {t("recent")}
      </span>
      {choices.slice(0, MAX_RECENT).map((choice) => (
        <button
          key={choice.aor}
          type="button"
          className={styles["recentButton"]}
          title={choice.address}
          onClick={() => {
            onAdd(choice);
          }}
        >
          <Plus aria-hidden size={14} />
          {choice.name}
        </button>
      ))}
    </fieldset>
  );
}
