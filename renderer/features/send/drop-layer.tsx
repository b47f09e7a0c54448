import { Ban, Plus } from "lucide-react";
import {
  type ReactNode,
  type DragEvent as TargetDragEvent,
  useCallback,
  useEffect,
  useState,
} from "react";
import { useTranslations } from "use-intl";
import { isTyping, useCommand } from "../../app/command-runner.tsx";
import { navigate, usePlace } from "../../app/navigation.ts";
import { useApp, useStores } from "../../ipc/stores.tsx";
import { Avatar } from "../../ui/avatar.tsx";
import { cx } from "../../ui/cx.ts";
import styles from "./drop-layer.module.css";
import { droppedFiles, hasFiles } from "./dropped.ts";
import { knownRecipients, type RecipientChoice } from "./recipients.ts";
import { useCompose, useComposeStore } from "./use-compose.ts";
import { useSendDropped } from "./use-send-dropped.ts";

const MAX_PEOPLE = 24;

type Refusal = "notFiles" | "signedOut" | "busy";

/** Laid over the whole window while something is dragged over it: one target for the offer, one for each person. */
export function DropLayer(): ReactNode {
  const t = useTranslations("send.drop");
  const store = useComposeStore();
  const { client } = useStores();
  const sendDropped = useSendDropped();
  const drag = useWindowDrag();
  const count = useCompose((state) => state.compose.files.length);
  const people = usePeople();
  // There every row is a target itself, so the layer leaves them free.
  const isBar = usePlace().page === "people";
  const refusal = useRefusal(drag.isOver && !drag.hasFiles);
  useSendCommands();
  if (!drag.isOver) return null;

  const add = (event: TargetDragEvent): void => {
    const paths = client.pathsOf(droppedFiles(event.dataTransfer));
    navigate("send");
    void store.getState().addPaths(paths);
  };
  const sendTo = (person: RecipientChoice) => (event: TargetDragEvent) => {
    sendDropped(person, event.dataTransfer);
  };
  return (
    <section
      className={cx(styles["layer"], isBar && refusal === undefined && styles["bar"])}
      aria-label={t("layer")}
    >
      {refusal === undefined ? (
        <ul className={styles["targets"]}>
          <Target onDrop={add} onEnd={drag.end} isMain>
            <Plus aria-hidden size={32} strokeWidth={1.75} />
            <span className={styles["title"]}>{t("add")}</span>
            {count === 0 ? null : <span className={styles["hint"]}>{t("addHint", { count })}</span>}
          </Target>
          {(isBar ? [] : people).map((person) => (
            <Target key={person.aor} onDrop={sendTo(person)} onEnd={drag.end}>
              <Avatar name={person.name} address={person.aor} size="l" />
              <span className={styles["words"]}>
                <span className={styles["title"]}>
                  {person.kind === "self" ? t("atOnceSelf") : t("atOnce", { name: person.name })}
                </span>
                <span className={styles["hint"]}>{person.address}</span>
              </span>
            </Target>
          ))}
        </ul>
      ) : (
        <Refused refusal={refusal} />
      )}
    </section>
  );
}

interface TargetProps {
  readonly onDrop: (event: TargetDragEvent) => void;
  readonly onEnd: () => void;
  readonly isMain?: boolean;
  readonly children: ReactNode;
}

function Target({ onDrop, onEnd, isMain = false, children }: TargetProps): ReactNode {
  const [isOver, setOver] = useState(false);
  return (
    <li
      className={cx(styles["target"], isMain && styles["main"], isOver && styles["over"])}
      onDragEnter={() => {
        setOver(true);
      }}
      onDragLeave={(event) => {
        const to = event.relatedTarget;
        if (!(to instanceof Node) || !event.currentTarget.contains(to)) setOver(false);
      }}
      onDragOver={(event) => {
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
      }}
      onDrop={(event) => {
        event.preventDefault();
        onDrop(event);
        onEnd();
      }}
    >
      {children}
    </li>
  );
}

interface RefusedProps {
  readonly refusal: Refusal;
}

function Refused({ refusal }: RefusedProps): ReactNode {
  const t = useTranslations("send.drop");
  const texts: Readonly<Record<Refusal, string>> = {
    notFiles: t("refusedText"),
    signedOut: t("signedOut"),
    busy: t("busy"),
  };
  return (
    <div className={cx(styles["target"], styles["main"], styles["refused"])} role="status">
      <Ban aria-hidden size={32} strokeWidth={1.75} />
      <span className={styles["title"]}>{t("refusedTitle")}</span>
      <span className={styles["hint"]}>{texts[refusal]}</span>
    </div>
  );
}

function useRefusal(isWrongKind: boolean): Refusal | undefined {
  const isSending = useCompose((state) => state.isSending);
  const isSignedOut = useApp((app) => app.account === undefined);
  if (isWrongKind) return "notFiles";
  if (isSignedOut) return "signedOut";
  return isSending ? "busy" : undefined;
}

function usePeople(): readonly RecipientChoice[] {
  const t = useTranslations("send");
  const app = useApp((state) => state);
  return knownRecipients(app, t("selfName")).slice(0, MAX_PEOPLE);
}

interface WindowDrag {
  readonly isOver: boolean;
  readonly hasFiles: boolean;
  readonly end: () => void;
}

const NO_DRAG = { isOver: false, hasFiles: false };

/** Follows a drag from outside over the window. What is dragged inside the window is none of it. */
function useWindowDrag(): WindowDrag {
  const [state, setState] = useState(NO_DRAG);
  const end = useCallback(() => {
    setState(NO_DRAG);
  }, []);
  useEffect(() => {
    let isOwn = false;
    // A file of a row: the page lets the system drag it, and is told neither of its way nor of its end.
    let isSystems = false;
    const ended = (): void => {
      isOwn = false;
    };
    const listeners = new AbortController();
    const { signal } = listeners;
    const over = (event: DragEvent): void => {
      if (isOwn) return;
      // Without this the window would leave its page for the file that is dropped. A target says otherwise later.
      event.preventDefault();
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = "none";
      const next = { isOver: true, hasFiles: hasFiles(event.dataTransfer) };
      setState((last) => (last.isOver && last.hasFiles === next.hasFiles ? last : next));
    };
    window.addEventListener(
      "dragstart",
      ({ defaultPrevented }) => {
        isOwn = true;
        isSystems = defaultPrevented;
      },
      { signal },
    );
    window.addEventListener("dragend", ended, { signal });
    window.addEventListener(
      "pointermove",
      ({ buttons }) => {
        if (buttons === 0) ended();
      },
      { signal },
    );
    // On their way down, so that what a target decides stands.
    window.addEventListener("dragenter", over, { signal, capture: true });
    window.addEventListener("dragover", over, { signal, capture: true });
    window.addEventListener(
      "dragleave",
      ({ relatedTarget }) => {
        if (relatedTarget instanceof Node) return;
        if (isSystems) ended();
        end();
      },
      { signal },
    );
    // On its way up: the target must still be there when it is dropped on.
    window.addEventListener(
      "drop",
      (event) => {
        if (!isOwn) event.preventDefault();
        end();
      },
      { signal },
    );
    return () => {
      listeners.abort();
    };
  }, [end]);
  return { ...state, end };
}

/** Commands that lead to the page Send from wherever the user is. */
function useSendCommands(): void {
  const store = useComposeStore();
  useCommand("chooseFiles", () => {
    navigate("send");
    void store.getState().choose("files");
  });
  useCommand("paste", () => {
    navigate("send");
    void store.getState().paste();
  });
  usePasted();
}

/** Pasted by a menu, or into a text that cannot take files. */
function usePasted(): void {
  const store = useComposeStore();
  const { page } = usePlace();
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => {
      const isText = isTyping(event.target);
      // A text on another page is no place to begin an offer.
      if (event.defaultPrevented || (isText && page !== "send")) return;
      if (isText && !hasFiles(event.clipboardData)) return;
      event.preventDefault();
      navigate("send");
      void store.getState().paste();
    };
    window.addEventListener("paste", paste);
    return () => {
      window.removeEventListener("paste", paste);
    };
  }, [store, page]);
}
