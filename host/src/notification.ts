import { EventEmitter } from "node:events";
import type { Records } from "./records.ts";
import { HostEvent, strictClass } from "./strict.ts";

type Surface = Pick<
  Electron.Notification,
  | "show"
  | "close"
  | "title"
  | "subtitle"
  | "body"
  | "silent"
  | "urgency"
  | "timeoutType"
  | "actions"
  | "closeButtonText"
  | "hasReply"
  | "replyPlaceholder"
  | "sound"
  | "toastXml"
  | "id"
  | "groupId"
>;

/** A notification without a desktop: `show` and `close` are events, and a test emits `click` and `action`. */
export class HostNotification extends EventEmitter implements Surface {
  readonly id: string;
  readonly groupId: string;
  title: string;
  subtitle: string;
  body: string;
  silent: boolean;
  icon: unknown;
  urgency: Electron.Notification["urgency"];
  timeoutType: Electron.Notification["timeoutType"];
  actions: Electron.NotificationAction[];
  closeButtonText: string;
  hasReply: boolean;
  replyPlaceholder: string;
  sound: string;
  toastXml: string;
  readonly #records: Records;
  #isShown = false;

  constructor(records: Records, options: Electron.NotificationConstructorOptions = {}) {
    super();
    this.#records = records;
    this.id = options.id ?? crypto.randomUUID();
    this.groupId = options.groupId ?? "";
    this.title = options.title ?? "";
    this.subtitle = options.subtitle ?? "";
    this.body = options.body ?? "";
    this.silent = options.silent ?? false;
    this.icon = options.icon;
    this.urgency = options.urgency ?? "normal";
    this.timeoutType = options.timeoutType ?? "default";
    this.actions = options.actions ?? [];
    this.closeButtonText = options.closeButtonText ?? "";
    this.hasReply = options.hasReply ?? false;
    this.replyPlaceholder = options.replyPlaceholder ?? "";
    this.sound = options.sound ?? "";
    this.toastXml = options.toastXml ?? "";
  }

  show(): void {
    this.close();
    this.#isShown = true;
    this.#records.notifications.push(this);
    setImmediate(() => {
      this.emit("show", new HostEvent(this));
    });
  }

  close(): void {
    if (!this.#isShown) {
      return;
    }
    this.#isShown = false;
    this.#records.notifications.splice(this.#records.notifications.indexOf(this), 1);
    setImmediate(() => {
      this.emit("close", new HostEvent(this));
    });
  }
}

strictClass("Notification", HostNotification);
