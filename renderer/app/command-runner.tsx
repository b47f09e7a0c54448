import { createContext, type ReactNode, use, useEffect, useRef, useState } from "react";
import type { Platform } from "../features/keyboard/shortcut.ts";
import { formatShortcut, isSingleKey, matchesShortcut } from "../features/keyboard/shortcut.ts";
import { useApp } from "../ipc/stores.tsx";
import { COMMANDS, type CommandId, commandOf } from "./commands.ts";

type Handler = () => void;

/** Who does what now; the view that came last wins, so a page's search goes before the window's. */
export interface CommandRunner {
  readonly handle: (id: CommandId, handler: Handler) => () => void;
  /** @returns false where nobody can do it now */
  readonly run: (id: CommandId) => boolean;
  readonly canRun: (id: CommandId) => boolean;
}

export function createCommandRunner(): CommandRunner {
  const handlers = new Map<CommandId, readonly Handler[]>();
  return {
    handle: (id, handler) => {
      handlers.set(id, [...(handlers.get(id) ?? []), handler]);
      return () => {
        handlers.set(
          id,
          (handlers.get(id) ?? []).filter((known) => known !== handler),
        );
      };
    },
    run: (id) => {
      const handler = handlers.get(id)?.at(-1);
      handler?.();
      return handler !== undefined;
    },
    canRun: (id) => (handlers.get(id)?.length ?? 0) > 0,
  };
}

const RunnerContext = createContext<CommandRunner | undefined>(undefined);

export function useCommandRunner(): CommandRunner {
  const runner = use(RunnerContext);
  if (runner === undefined) throw new Error("no CommandProvider above");
  return runner;
}

/** Does the command while this view is there. */
export function useCommand(id: CommandId, handler: Handler): void {
  const runner = useCommandRunner();
  const latest = useRef(handler);
  useEffect(() => {
    latest.current = handler;
  });
  useEffect(
    () =>
      runner.handle(id, () => {
        latest.current();
      }),
    [runner, id],
  );
}

export function usePlatform(): Platform {
  return useApp((app) => app.instance.platform);
}

/** The keys of a command as people read them; undefined where it has none. */
export function useCommandKeys(id: CommandId): string | undefined {
  const platform = usePlatform();
  const [first] = commandOf(id).keys;
  return first === undefined ? undefined : formatShortcut(first, platform);
}

/** Whether a key that was pressed inside a view is that command; for commands of a scope. */
export function useCommandMatch(): (press: KeyPress, id: CommandId) => boolean {
  const platform = usePlatform();
  const hasSingleKeys = useApp((app) => app.settings.hasSingleKeys);
  return (press, id) =>
    commandOf(id).keys.some(
      (keys) =>
        matchesShortcut(press, keys, platform) &&
        (!isSingleKey(keys) || (hasSingleKeys && !isTyping(press.target))),
    );
}

type KeyPress = Pick<
  KeyboardEvent,
  "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey" | "target"
>;

/** Whether letters go into a text now. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  return (
    target instanceof HTMLInputElement &&
    !["checkbox", "radio", "range", "button"].includes(target.type)
  );
}

/** A dialog is answered first. */
function isInDialog(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest("[role='dialog'],[role='alertdialog']") !== null
  );
}

/** What text fields do themselves with the same keys. */
const LEFT_TO_TEXT: ReadonlySet<CommandId> = new Set(["paste"]);

interface CommandProviderProps {
  readonly children: ReactNode;
}

/** Listens to the keys of the whole window. */
export function CommandProvider({ children }: CommandProviderProps): ReactNode {
  const [runner] = useState(createCommandRunner);
  const matches = useCommandMatch();
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.isComposing || isInDialog(event.target)) return;
      const command = COMMANDS.find(
        ({ id, scope }) =>
          scope === "anywhere" &&
          matches(event, id) &&
          !(LEFT_TO_TEXT.has(id) && isTyping(event.target)),
      );
      if (command === undefined || !runner.run(command.id)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    // Before lists and fields, which keep most keys to themselves.
    window.addEventListener("keydown", press, { capture: true });
    return () => {
      window.removeEventListener("keydown", press, { capture: true });
    };
  }, [runner, matches]);
  return <RunnerContext value={runner}>{children}</RunnerContext>;
}
