import { type RefObject, useEffect, useRef } from "react";

/**
 * Keys that mean something to a row of a list: `press` gets the id of the row that has the focus itself, not a control
 * inside it.
 * @returns to be put on the list
 */
export function useListKeys(
  press: (event: KeyboardEvent, id: string) => void,
): RefObject<HTMLDivElement | null> {
  const list = useRef<HTMLDivElement>(null);
  const latest = useRef(press);
  useEffect(() => {
    latest.current = press;
  });
  useEffect(() => {
    const element = list.current;
    const listener = (event: KeyboardEvent): void => {
      const row = event.target instanceof HTMLElement ? event.target : undefined;
      const id = row?.role === "row" ? row.getAttribute("data-key") : null;
      if (id !== null) latest.current(event, id);
    };
    element?.addEventListener("keydown", listener);
    return () => {
      element?.removeEventListener("keydown", listener);
    };
  }, []);
  return list;
}
