import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";

const FOCUSABLE = "button:not([disabled]), input:not([disabled])";

/**
 * Keeps the focus on a card whose content is replaced: after Accept it goes to the card's next button, for example Cancel.
 * @param content anything that is different when the content is
 */
export function useKeptFocus(card: RefObject<HTMLElement | null>, content: string): void {
  const hadFocus = useRef(false);
  useEffect(() => {
    const element = card.current;
    if (element === null) return;
    const enter = (): void => {
      hadFocus.current = true;
    };
    const leave = ({ target }: FocusEvent): void => {
      // An element that is taken away loses the focus without the user's doing.
      queueMicrotask(() => {
        const isThere = target instanceof Node && target.isConnected;
        if (isThere && !element.contains(document.activeElement)) hadFocus.current = false;
      });
    };
    element.addEventListener("focusin", enter);
    element.addEventListener("focusout", leave);
    return () => {
      element.removeEventListener("focusin", enter);
      element.removeEventListener("focusout", leave);
    };
  }, [card]);
  const shown = useRef(content);
  useLayoutEffect(() => {
    if (shown.current === content) return;
    shown.current = content;
    const isLost = document.activeElement === null || document.activeElement === document.body;
    if (!hadFocus.current || !isLost) return;
    const next = card.current?.querySelector<HTMLElement>(FOCUSABLE) ?? card.current;
    next?.focus();
  }, [card, content]);
}
