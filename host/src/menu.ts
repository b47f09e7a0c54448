import { EventEmitter } from "node:events";
import { isAccelerator, type KeyPress } from "./accelerator.ts";
import { withDefaults } from "./defaults.ts";
import type { Records } from "./records.ts";
import { HostEvent, strictClass } from "./strict.ts";

type Template = Electron.MenuItemConstructorOptions | HostMenuItem;
type Role = NonNullable<Electron.MenuItemConstructorOptions["role"]>;
type Click = (item: HostMenuItem, window?: RoleWindow, event?: object) => void;
type Surface = Pick<
  Electron.MenuItem,
  "label" | "type" | "enabled" | "visible" | "checked" | "id" | "toolTip" | "sublabel"
>;

/** What a role does, it does to one of these. */
export interface RoleWindow {
  readonly webContents: {
    copy(): void;
    cut(): void;
    paste(): void;
    pasteAndMatchStyle(): void;
    delete(): void;
    undo(): void;
    redo(): void;
    selectAll(): void;
    reload(): void;
    reloadIgnoringCache(): void;
    toggleDevTools(): void;
    getZoomLevel(): number;
    setZoomLevel(level: number): void;
  };
  close(): void;
  minimize(): void;
  isFullScreen(): boolean;
  setFullScreen(isFull: boolean): void;
}

const LABELS: Partial<Record<Role, readonly [label: string, accelerator?: string]>> = {
  undo: ["&Undo", "CmdOrCtrl+Z"],
  redo: ["&Redo", "Shift+CmdOrCtrl+Z"],
  cut: ["Cu&t", "CmdOrCtrl+X"],
  copy: ["&Copy", "CmdOrCtrl+C"],
  paste: ["&Paste", "CmdOrCtrl+V"],
  pasteAndMatchStyle: ["Paste and Match Style", "Shift+CmdOrCtrl+V"],
  delete: ["Delete"],
  selectAll: ["Select &All", "CmdOrCtrl+A"],
  reload: ["&Reload", "CmdOrCtrl+R"],
  forceReload: ["&Force Reload", "Shift+CmdOrCtrl+R"],
  toggleDevTools: ["Toggle &Developer Tools", "Ctrl+Shift+I"],
  resetZoom: ["Actual Size", "CmdOrCtrl+0"],
  zoomIn: ["Zoom In", "CmdOrCtrl+Plus"],
  zoomOut: ["Zoom Out", "CmdOrCtrl+-"],
  togglefullscreen: ["Toggle &Full Screen", "F11"],
  minimize: ["Mi&nimize", "CmdOrCtrl+M"],
  close: ["&Close Window", "CmdOrCtrl+W"],
  quit: ["&Quit", "CmdOrCtrl+Q"],
  about: ["About"],
  editMenu: ["&Edit"],
  viewMenu: ["&View"],
  windowMenu: ["&Window"],
  fileMenu: ["&File"],
  help: ["&Help"],
};

const SUBMENUS: Partial<Record<Role, readonly (Role | "-")[]>> = {
  editMenu: ["undo", "redo", "-", "cut", "copy", "paste", "delete", "-", "selectAll"],
  viewMenu: [
    "reload",
    "forceReload",
    "toggleDevTools",
    "-",
    "resetZoom",
    "zoomIn",
    "zoomOut",
    "-",
    "togglefullscreen",
  ],
  windowMenu: ["minimize", "close"],
  fileMenu: ["quit"],
};

/** Chromium has these keys itself: doing them again would do them twice. */
const NATIVE_KEYS = new Set<string>([
  "undo",
  "redo",
  "cut",
  "copy",
  "paste",
  "pasteAndMatchStyle",
  "delete",
  "selectAll",
]);

const ROLE_ACTIONS: Partial<Record<Role, (window: RoleWindow) => void>> = {
  undo: ({ webContents }) => {
    webContents.undo();
  },
  redo: ({ webContents }) => {
    webContents.redo();
  },
  cut: ({ webContents }) => {
    webContents.cut();
  },
  copy: ({ webContents }) => {
    webContents.copy();
  },
  paste: ({ webContents }) => {
    webContents.paste();
  },
  pasteAndMatchStyle: ({ webContents }) => {
    webContents.pasteAndMatchStyle();
  },
  delete: ({ webContents }) => {
    webContents.delete();
  },
  selectAll: ({ webContents }) => {
    webContents.selectAll();
  },
  reload: ({ webContents }) => {
    webContents.reload();
  },
  forceReload: ({ webContents }) => {
    webContents.reloadIgnoringCache();
  },
  toggleDevTools: ({ webContents }) => {
    webContents.toggleDevTools();
  },
  resetZoom: ({ webContents }) => {
    webContents.setZoomLevel(0);
  },
  zoomIn: ({ webContents }) => {
    webContents.setZoomLevel(webContents.getZoomLevel() + 0.5);
  },
  zoomOut: ({ webContents }) => {
    webContents.setZoomLevel(webContents.getZoomLevel() - 0.5);
  },
  togglefullscreen: (window) => {
    window.setFullScreen(!window.isFullScreen());
  },
  minimize: (window) => {
    window.minimize();
  },
  close: (window) => {
    window.close();
  },
};

const ITEM_DEFAULTS = {
  id: "",
  sublabel: "",
  toolTip: "",
  enabled: true,
  visible: true,
  checked: false,
  registerAccelerator: true,
};

let lastCommandId = 0;

function labelOf(role: Role | undefined): readonly [label: string, accelerator?: string] {
  return role === undefined ? [""] : (LABELS[role] ?? [role]);
}

function submenuOf(options: Electron.MenuItemConstructorOptions): HostMenu | undefined {
  const { submenu, role } = options;
  if (submenu !== undefined) {
    return Array.isArray(submenu) ? HostMenu.from(submenu) : (submenu as unknown as HostMenu);
  }
  const roles = role === undefined ? undefined : SUBMENUS[role];
  return roles === undefined
    ? undefined
    : HostMenu.from(roles.map((one) => (one === "-" ? { type: "separator" } : { role: one })));
}

/** An entry of a menu. `click()` does what choosing it does. */
export class HostMenuItem implements Surface {
  readonly commandId: number = ++lastCommandId;
  readonly role: Role | undefined;
  readonly type: Electron.MenuItem["type"];
  readonly submenu: HostMenu | undefined;
  readonly accelerator: string | null;
  readonly registerAccelerator: boolean;
  readonly click: Click;
  id: string;
  label: string;
  sublabel: string;
  toolTip: string;
  icon: unknown;
  enabled: boolean;
  visible: boolean;
  checked: boolean;
  menu: HostMenu | undefined;

  constructor(options: Electron.MenuItemConstructorOptions) {
    const [label, accelerator = null] = labelOf(options.role);
    const all = withDefaults({ ...ITEM_DEFAULTS, label, accelerator }, options);
    this.role = options.role;
    this.submenu = submenuOf(options);
    this.type = options.type ?? (this.submenu === undefined ? "normal" : "submenu");
    this.id = all.id;
    this.label = all.label;
    this.sublabel = all.sublabel;
    this.toolTip = all.toolTip;
    this.icon = options.icon;
    this.enabled = all.enabled;
    this.visible = all.visible;
    this.checked = all.checked;
    this.accelerator = all.accelerator;
    this.registerAccelerator = all.registerAccelerator;
    const own = options.click as unknown as Click | undefined;
    // Electron also lets `item.click()` be called without the arguments its types name.
    this.click = (...args) => {
      this.#choose(own, args);
    };
  }

  #choose(own: Click | undefined, args: unknown[]): void {
    if (!this.enabled) {
      return;
    }
    if (this.type === "checkbox") {
      this.checked = !this.checked;
    } else if (this.type === "radio") {
      this.menu?.chooseRadio(this);
    }
    const [first, second] = args;
    const window = [first, second].find(isRoleWindow) ?? HostMenu.roleWindow();
    const action = this.role === undefined ? undefined : ROLE_ACTIONS[this.role];
    if (own !== undefined) {
      own(this, window, {});
    } else if (this.role === "quit") {
      HostMenu.quit();
    } else if (action !== undefined && window !== undefined) {
      action(window);
    }
  }
}

function isRoleWindow(value: unknown): value is RoleWindow {
  return typeof value === "object" && value !== null && "webContents" in value;
}

strictClass("MenuItem", HostMenuItem);

/** A menu: entries and their handlers; the host draws none of them. */
export class HostMenu extends EventEmitter {
  /** Wired by the module: which window a role acts on, and how to quit. */
  static roleWindow: () => RoleWindow | undefined = () => undefined;
  static quit: () => void = () => undefined;
  static records: Records | undefined;
  static application: HostMenu | null = null;
  readonly items: HostMenuItem[] = [];

  static from(template: readonly Template[]): HostMenu {
    const menu = new HostMenu();
    for (const entry of template) {
      menu.append(entry instanceof HostMenuItem ? entry : new HostMenuItem(entry));
    }
    return menu;
  }

  static buildFromTemplate(template: readonly Template[]): HostMenu {
    if (!Array.isArray(template)) {
      throw new TypeError("Invalid template for Menu: Menu template must be an array");
    }
    return HostMenu.from(template);
  }

  static setApplicationMenu(menu: HostMenu | null): void {
    HostMenu.application = menu;
  }

  static getApplicationMenu(): HostMenu | null {
    return HostMenu.application;
  }

  append(item: HostMenuItem): void {
    this.insert(this.items.length, item);
  }

  insert(position: number, item: HostMenuItem): void {
    item.menu = this;
    this.items.splice(position, 0, item);
  }

  getMenuItemById(id: string): HostMenuItem | null {
    for (const item of this.items) {
      const found = item.id === id ? item : item.submenu?.getMenuItemById(id);
      if (found !== undefined && found !== null) {
        return found;
      }
    }
    return null;
  }

  popup(): void {
    HostMenu.records?.popups.push(this);
    this.emit("menu-will-show", new HostEvent(this));
  }

  closePopup(): void {
    this.emit("menu-will-close", new HostEvent(this));
  }

  chooseRadio(chosen: HostMenuItem): void {
    for (const item of this.items) {
      item.checked = item.type === "radio" ? item === chosen : item.checked;
    }
  }

  /** Chooses the entry with this accelerator; true if there was one. */
  press(key: KeyPress, window: RoleWindow): boolean {
    return this.items.some((item) => {
      if (!item.enabled || !item.registerAccelerator) {
        return false;
      }
      if (item.submenu?.press(key, window) === true) {
        return true;
      }
      const isPressed =
        item.accelerator !== null &&
        !NATIVE_KEYS.has(item.role ?? "") &&
        isAccelerator(item.accelerator, key);
      if (isPressed) {
        item.click(item, window, {});
      }
      return isPressed;
    });
  }
}

strictClass("Menu", HostMenu);
