/** A key press as the page reports it. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  readonly metaKey: boolean;
}

const MODIFIERS: Record<string, "ctrlKey" | "altKey" | "shiftKey" | "metaKey"> = {
  ctrl: "ctrlKey",
  control: "ctrlKey",
  alt: "altKey",
  option: "altKey",
  shift: "shiftKey",
  super: "metaKey",
  meta: "metaKey",
  cmd: "metaKey",
  command: "metaKey",
};
const KEYS: Record<string, string> = {
  plus: "+",
  space: " ",
  return: "enter",
  esc: "escape",
  up: "arrowup",
  down: "arrowdown",
  left: "arrowleft",
  right: "arrowright",
};

/** Whether a key press is the one that an accelerator such as `CmdOrCtrl+Shift+P` names. */
export function isAccelerator(
  accelerator: string,
  press: KeyPress,
  platform: string = process.platform,
): boolean {
  const wanted = { ctrlKey: false, altKey: false, shiftKey: false, metaKey: false };
  let key = "";
  for (const part of accelerator.toLowerCase().split("+")) {
    const isCommand = part === "cmdorctrl" || part === "commandorcontrol";
    const either = platform === "darwin" ? "metaKey" : "ctrlKey";
    const modifier = isCommand ? either : MODIFIERS[part];
    if (modifier === undefined) {
      key = KEYS[part] ?? part;
    } else {
      wanted[modifier] = true;
    }
  }
  const pressed = press.key.toLowerCase();
  // A key that is typed with Shift, such as "+", names no Shift of its own.
  const isShiftFree = /^[^a-z0-9]$/.test(key) && !wanted.shiftKey;
  return (
    pressed === key &&
    press.ctrlKey === wanted.ctrlKey &&
    press.altKey === wanted.altKey &&
    press.metaKey === wanted.metaKey &&
    (isShiftFree || press.shiftKey === wanted.shiftKey)
  );
}
