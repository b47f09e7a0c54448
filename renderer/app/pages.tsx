import {
  ArrowDownUp,
  CircleUser,
  History,
  type LucideIcon,
  MonitorSmartphone,
  Send,
  Settings,
} from "lucide-react";
import type { ComponentType } from "react";
import type { PageName } from "../../shared/ipc/contract.ts";
import { DevicesPage } from "../features/devices/devices-page.tsx";
import { HistoryPage } from "../features/history/history-page.tsx";
import { PeoplePage } from "../features/people/people-page.tsx";
import { SendPage } from "../features/send/send-page.tsx";
import { SettingsPage } from "../features/settings/settings-page.tsx";
import { TransfersPage } from "../features/transfers/transfers-page.tsx";
import type { CommandId } from "./commands.ts";

export interface PageSpec {
  readonly name: PageName;
  readonly label: `app.pages.${PageName}`;
  readonly icon: LucideIcon;
  readonly command: CommandId;
  readonly Component: ComponentType;
}

/** In the order of the sidebar. */
export const PAGES: readonly PageSpec[] = [
  {
    name: "send",
    label: "app.pages.send",
    icon: Send,
    command: "pageSend",
    Component: SendPage,
  },
  {
    name: "transfers",
    label: "app.pages.transfers",
    icon: ArrowDownUp,
    command: "pageTransfers",
    Component: TransfersPage,
  },
  {
    name: "history",
    label: "app.pages.history",
    icon: History,
    command: "pageHistory",
    Component: HistoryPage,
  },
  {
    name: "people",
    label: "app.pages.people",
    icon: CircleUser,
    command: "pagePeople",
    Component: PeoplePage,
  },
  {
    name: "devices",
    label: "app.pages.devices",
    icon: MonitorSmartphone,
    command: "pageDevices",
    Component: DevicesPage,
  },
  {
    name: "settings",
    label: "app.pages.settings",
    icon: Settings,
    command: "settings",
    Component: SettingsPage,
  },
];
