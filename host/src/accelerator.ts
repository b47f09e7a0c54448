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

interface Wanted {
  readonly key: string;
  readonly held: readonly (typeof HELD)[number][];
}

const HELD = ["ctrlKey", "altKey", "shiftKey", "metaKey"] as const;

function parse(accelerator: string, platform: string): Wanted {
  const either = platform === "darwin" ? "metaKey" : "ctrlKey";
  const held: Wanted["held"][number][] = [];
  let key = "";
  for (const part of accelerator.toLowerCase().split("+")) {
    const isCommand = part === "cmdorctrl" || part === "commandorcontrol";
    const modifier = isCommand ? either : MODIFIERS[part];
    if (modifier === undefined) {
      key = KEYS[part] ?? part;
    } else {
      held.push(modifier);
    }
  }
  return { key, held };
}

/** Whether a key press is the one that an accelerator such as `CmdOrCtrl+Shift+P` names. */
export function isAccelerator(
  accelerator: string,
  press: KeyPress,
  platform: string = process.platform,
): boolean {
  const { key, held } = parse(accelerator, platform);
  // A key that is typed with Shift, such as "+", names no Shift of its own.
  const isTyped = /^[^a-z0-9]$/.test(key) && !held.includes("shiftKey");
  const modifiers = isTyped ? HELD.filter((name) => name !== "shiftKey") : HELD;
  return (
    press.key.toLowerCase() === key &&
    modifiers.every((name) => press[name] === held.includes(name))
  );
}
