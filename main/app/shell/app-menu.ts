import { app, Menu, type MenuItemConstructorOptions } from "electron";
import type { PageName, WindowAction } from "../../../shared/ipc/contract.ts";
import type { english } from "../words/catalogue.ts";
import { said } from "../words/phrase.ts";
import type { Words } from "../words/words.ts";

export interface MenuActions {
  /** The main window comes to the front and shows this. */
  readonly show: (what: { page?: PageName; action?: WindowAction }) => void;
  readonly pauseAll: () => void;
  readonly resumeAll: () => void;
  readonly quit: () => void;
}

type Item = MenuItemConstructorOptions;

const PAGES: readonly PageName[] = [
  ...(["send", "transfers", "history", "people", "devices", "settings"] as const),
];

/** The application's menu: on macOS in the menu bar, elsewhere behind Alt; everything in it is in the windows too. */
export function setAppMenu(words: Words, actions: MenuActions): void {
  const isMac = process.platform === "darwin";
  const template: Item[] = [
    ...(isMac ? [macMenu(words, actions)] : []),
    fileMenu(words, actions, isMac),
    editMenu(words, isMac),
    viewMenu(words, actions),
    windowMenu(words, isMac),
    {
      id: "help",
      label: words.say(said("shell.menu.help")),
      role: "help",
      submenu: [
        {
          id: "shortcuts",
          label: words.say(said("shell.menu.shortcuts")),
          click: () => {
            actions.show({ action: "shortcuts" });
          },
        },
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

type Role = keyof typeof english.shell.menu.roles;

/** What Electron does by itself, but would call by an English name. */
function roleItem(words: Words, role: Role): Item {
  return { role, label: words.say(said(`shell.menu.roles.${role}`)) };
}

function editMenu(words: Words, isMac: boolean): Item {
  const roles: readonly Role[] = [
    ...(["cut", "copy", "paste"] as const),
    ...(isMac ? (["pasteAndMatchStyle"] as const) : []),
    "delete",
  ];
  return {
    id: "edit",
    label: words.say(said("shell.menu.edit")),
    submenu: [
      ...(["undo", "redo"] as const).map((role) => roleItem(words, role)),
      { type: "separator" },
      ...roles.map((role) => roleItem(words, role)),
      { type: "separator" },
      roleItem(words, "selectAll"),
    ],
  };
}

function windowMenu(words: Words, isMac: boolean): Item {
  const roles: readonly Role[] = isMac ? ["minimize", "zoom", "front"] : ["minimize", "close"];
  return {
    id: "window",
    label: words.say(said("shell.menu.window")),
    role: "window",
    submenu: roles.map((role) => roleItem(words, role)),
  };
}

function quitItem(words: Words, { quit }: MenuActions): Item {
  return {
    id: "quit",
    label: words.say(said("shell.menu.quit")),
    accelerator: "CmdOrCtrl+Q",
    click: quit,
  };
}

function settingsItem(words: Words, { show }: MenuActions): Item {
  return {
    id: "settings",
    label: words.say(said("shell.menu.settings")),
    accelerator: "CmdOrCtrl+,",
    click: () => {
      show({ page: "settings" });
    },
  };
}

function macMenu(words: Words, actions: MenuActions): Item {
  return {
    id: "app",
    label: words.say(said("shell.appName")),
    submenu: [
      roleItem(words, "about"),
      { type: "separator" },
      settingsItem(words, actions),
      { type: "separator" },
      roleItem(words, "services"),
      { type: "separator" },
      ...(["hide", "hideOthers", "unhide"] as const).map((role) => roleItem(words, role)),
      { type: "separator" },
      quitItem(words, actions),
    ],
  };
}

function fileMenu(words: Words, actions: MenuActions, isMac: boolean): Item {
  const { show } = actions;
  return {
    id: "file",
    label: words.say(said("shell.menu.file")),
    submenu: [
      {
        id: "newOffer",
        label: words.say(said("shell.menu.newOffer")),
        accelerator: "CmdOrCtrl+N",
        click: () => {
          show({ page: "send" });
        },
      },
      {
        id: "chooseFiles",
        label: words.say(said("shell.menu.choose")),
        accelerator: "CmdOrCtrl+O",
        click: () => {
          show({ page: "send", action: "chooseFiles" });
        },
      },
      {
        id: "newDevice",
        label: words.say(said("shell.menu.newDevice")),
        accelerator: "CmdOrCtrl+Shift+N",
        click: () => {
          show({ page: "devices" });
        },
      },
      { type: "separator" },
      {
        id: "pauseAll",
        label: words.say(said("shell.menu.pauseAll")),
        click: actions.pauseAll,
      },
      {
        id: "resumeAll",
        label: words.say(said("shell.menu.resumeAll")),
        click: actions.resumeAll,
      },
      { type: "separator" },
      ...(isMac ? [] : [settingsItem(words, actions), { type: "separator" as const }]),
      { id: "closeWindow", ...roleItem(words, "close") },
      ...(isMac ? [] : [quitItem(words, actions)]),
    ],
  };
}

function viewMenu(words: Words, { show }: MenuActions): Item {
  const pages = PAGES.map((page, i) => ({
    id: `page-${page}`,
    label: words.say(said(`shell.menu.pages.${page}`)),
    accelerator: `CmdOrCtrl+${i + 1}`,
    click: () => {
      show({ page });
    },
  }));
  const action = (name: WindowAction, label: string, accelerator: string): Item => ({
    id: name,
    label,
    accelerator,
    click: () => {
      show({ action: name });
    },
  });
  return {
    id: "view",
    label: words.say(said("shell.menu.view")),
    submenu: [
      ...pages,
      { type: "separator" },
      action("palette", words.say(said("shell.menu.palette")), "CmdOrCtrl+K"),
      action("search", words.say(said("shell.menu.search")), "CmdOrCtrl+F"),
      action("focusOffer", words.say(said("shell.menu.focusOffer")), "CmdOrCtrl+I"),
      { type: "separator" },
      ...(["resetZoom", "zoomIn", "zoomOut"] as const).map((role) => roleItem(words, role)),
      { type: "separator" },
      roleItem(words, "togglefullscreen"),
      // A page's inside is shown to developers of a checkout only.
      ...(app.isPackaged
        ? []
        : [
            { type: "separator" as const },
            roleItem(words, "reload"),
            roleItem(words, "toggleDevTools"),
          ]),
    ],
  };
}
