import { app, Menu, type MenuItemConstructorOptions } from "electron";
import type { PageName, WindowAction } from "../../../shared/ipc/contract.ts";
import type { ShellTexts } from "./i18n.ts";

export interface MenuActions {
  /** The main window comes to the front and shows this. */
  readonly show: (what: { page?: PageName; action?: WindowAction }) => void;
  readonly quit: () => void;
}

type Item = MenuItemConstructorOptions;

const PAGES: readonly PageName[] = [
  ...(["send", "transfers", "history", "people", "devices", "settings"] as const),
];

/** The application's menu: on macOS in the menu bar, elsewhere behind Alt; everything in it is in the windows too. */
export function setAppMenu(texts: ShellTexts, actions: MenuActions): void {
  const isMac = process.platform === "darwin";
  const template: Item[] = [
    ...(isMac ? [macMenu(texts, actions)] : []),
    fileMenu(texts, actions, isMac),
    { id: "edit", label: texts.menuEdit, role: "editMenu" },
    viewMenu(texts, actions),
    { id: "window", label: texts.menuWindow, role: "windowMenu" },
    {
      id: "help",
      label: texts.menuHelp,
      role: "help",
      submenu: [
        {
          id: "shortcuts",
          label: texts.shortcuts,
          click: () => {
            actions.show({ action: "shortcuts" });
          },
        },
      ],
    },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

function quitItem(texts: ShellTexts, { quit }: MenuActions): Item {
  return { id: "quit", label: texts.quit, accelerator: "CmdOrCtrl+Q", click: quit };
}

function settingsItem(texts: ShellTexts, { show }: MenuActions): Item {
  return {
    id: "settings",
    label: texts.settings,
    accelerator: "CmdOrCtrl+,",
    click: () => {
      show({ page: "settings" });
    },
  };
}

function macMenu(texts: ShellTexts, actions: MenuActions): Item {
  return {
    id: "app",
    label: texts.appName,
    submenu: [
      { role: "about" },
      { type: "separator" },
      settingsItem(texts, actions),
      { type: "separator" },
      { role: "services" },
      { type: "separator" },
      ...(["hide", "hideOthers", "unhide"] as const).map((role) => ({ role })),
      { type: "separator" },
      quitItem(texts, actions),
    ],
  };
}

function fileMenu(texts: ShellTexts, actions: MenuActions, isMac: boolean): Item {
  const { show } = actions;
  return {
    id: "file",
    label: texts.menuFile,
    submenu: [
      {
        id: "newOffer",
        label: texts.newOffer,
        accelerator: "CmdOrCtrl+N",
        click: () => {
          show({ page: "send" });
        },
      },
      {
        id: "chooseFiles",
        label: texts.choose,
        accelerator: "CmdOrCtrl+O",
        click: () => {
          show({ page: "send", action: "chooseFiles" });
        },
      },
      {
        id: "newDevice",
        label: texts.newDevice,
        accelerator: "CmdOrCtrl+Shift+N",
        click: () => {
          show({ page: "devices" });
        },
      },
      { type: "separator" },
      ...(isMac ? [] : [settingsItem(texts, actions), { type: "separator" as const }]),
      { id: "closeWindow", label: texts.closeWindow, role: "close" },
      ...(isMac ? [] : [quitItem(texts, actions)]),
    ],
  };
}

function viewMenu(texts: ShellTexts, { show }: MenuActions): Item {
  const labels: Readonly<Record<PageName, string>> = { ...texts, settings: texts.settingsPage };
  const pages = PAGES.map((page, i) => ({
    id: `page-${page}`,
    label: labels[page],
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
    label: texts.menuView,
    submenu: [
      ...pages,
      { type: "separator" },
      action("palette", texts.palette, "CmdOrCtrl+K"),
      action("search", texts.search, "CmdOrCtrl+F"),
      action("focusOffer", texts.focusOffer, "CmdOrCtrl+I"),
      { type: "separator" },
      ...(["resetZoom", "zoomIn", "zoomOut"] as const).map((role) => ({ role })),
      { type: "separator" },
      { role: "togglefullscreen" },
      // A page's inside is shown to developers of a checkout only.
      ...(app.isPackaged
        ? []
        : [
            { type: "separator" as const },
            { role: "reload" as const },
            { role: "toggleDevTools" as const, label: texts.developerTools },
          ]),
    ],
  };
}
