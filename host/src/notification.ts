import { EventEmitter } from "node:events";
import { withDefaults } from "./defaults.ts";
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

const DEFAULTS = {
  groupId: "",
  title: "",
  subtitle: "",
  body: "",
  silent: false,
  urgency: "normal" as const,
  timeoutType: "default" as const,
  actions: [],
  closeButtonText: "",
  hasReply: false,
  replyPlaceholder: "",
  sound: "",
  toastXml: "",
};

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
    const all = withDefaults({ ...DEFAULTS, id: crypto.randomUUID() }, options);
    this.id = all.id;
    this.groupId = all.groupId;
    this.title = all.title;
    this.subtitle = all.subtitle;
    this.body = all.body;
    this.silent = all.silent;
    this.icon = options.icon;
    this.urgency = all.urgency;
    this.timeoutType = all.timeoutType;
    this.actions = all.actions;
    this.closeButtonText = all.closeButtonText;
    this.hasReply = all.hasReply;
    this.replyPlaceholder = all.replyPlaceholder;
    this.sound = all.sound;
    this.toastXml = all.toastXml;
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
