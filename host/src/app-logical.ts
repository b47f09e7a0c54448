import { EventEmitter } from "node:events";
import { HostImage } from "./native-image.ts";
import { type ProcessFigures, processFigures } from "./process-figures.ts";
import { strictClass } from "./strict.ts";

type Surface = Pick<
  Electron.App,
  | "setBadgeCount"
  | "getBadgeCount"
  | "setAppUserModelId"
  | "setAsDefaultProtocolClient"
  | "isDefaultProtocolClient"
  | "removeAsDefaultProtocolClient"
  | "getApplicationNameForProtocol"
  | "addRecentDocument"
  | "clearRecentDocuments"
  | "setUserTasks"
  | "setJumpList"
  | "setLoginItemSettings"
  | "setAboutPanelOptions"
  | "showAboutPanel"
  | "disableHardwareAcceleration"
  | "enableSandbox"
  | "isAccessibilitySupportEnabled"
  | "setAccessibilitySupportEnabled"
  | "getLocale"
  | "getSystemLocale"
  | "getPreferredSystemLanguages"
  | "getLocaleCountryCode"
  | "isEmojiPanelSupported"
  | "isInApplicationsFolder"
  | "isHardwareAccelerationEnabled"
  | "setSecureKeyboardEntryEnabled"
  | "isSecureKeyboardEntryEnabled"
>;

function localeOf(env: NodeJS.ProcessEnv): string {
  const posix = env["LC_ALL"] ?? env["LC_MESSAGES"] ?? env["LANG"] ?? "";
  const tag = (posix.split(".")[0] ?? "").replace("_", "-");
  return tag === "" || tag === "C" || tag === "POSIX" ? "en-US" : tag;
}

/** What `app` tells the system: remembered, and readable again where Electron lets it be read. */
export class LogicalApp extends EventEmitter implements Surface {
  /** What has no getter in Electron, for tests that run on the host only. */
  readonly __host: Record<string, unknown> = {};
  readonly #protocols = new Set<string>();
  #badgeCount = 0;
  #isAccessible = false;
  #loginItem: Electron.LoginItemSettingsOptions & { openAtLogin?: boolean } = {};

  /** Only macOS has one. */
  get dock(): undefined {
    return undefined;
  }

  get badgeCount(): number {
    return this.#badgeCount;
  }

  set badgeCount(count: number) {
    this.setBadgeCount(count);
  }

  get runningUnderARM64Translation(): boolean {
    return false;
  }

  get accessibilitySupportEnabled(): boolean {
    return this.#isAccessible;
  }

  set accessibilitySupportEnabled(isEnabled: boolean) {
    this.setAccessibilitySupportEnabled(isEnabled);
  }

  setBadgeCount(count = 0): boolean {
    this.#badgeCount = count;
    return true;
  }

  getBadgeCount(): number {
    return this.#badgeCount;
  }

  setAppUserModelId(id: string): void {
    this.__host["appUserModelId"] = id;
  }

  setDesktopName(name: string): void {
    this.__host["desktopName"] = name;
  }

  setAsDefaultProtocolClient(protocol: string): boolean {
    this.#protocols.add(protocol);
    return true;
  }

  isDefaultProtocolClient(protocol: string): boolean {
    return this.#protocols.has(protocol);
  }

  removeAsDefaultProtocolClient(protocol: string): boolean {
    return this.#protocols.delete(protocol);
  }

  getApplicationNameForProtocol(): string {
    return "";
  }

  addRecentDocument(path: string): void {
    const before = this.__host["recentDocuments"] as readonly string[] | undefined;
    this.__host["recentDocuments"] = [...(before ?? []), path];
  }

  clearRecentDocuments(): void {
    this.__host["recentDocuments"] = [];
  }

  setUserTasks(tasks: Electron.Task[]): boolean {
    this.__host["userTasks"] = tasks;
    return true;
  }

  setJumpList(
    categories: Electron.JumpListCategory[] | null,
  ):
    | "ok"
    | "error"
    | "invalidSeparatorError"
    | "fileTypeRegistrationError"
    | "customCategoryAccessDeniedError" {
    this.__host["jumpList"] = categories;
    return "ok";
  }

  setLoginItemSettings(settings: Electron.Settings): void {
    this.#loginItem = { ...settings };
  }

  getLoginItemSettings(): {
    openAtLogin: boolean;
    openAsHidden: boolean;
    wasOpenedAtLogin: boolean;
  } {
    return {
      openAtLogin: this.#loginItem.openAtLogin ?? false,
      openAsHidden: false,
      wasOpenedAtLogin: false,
    };
  }

  setAboutPanelOptions(options: Electron.AboutPanelOptionsOptions): void {
    this.__host["aboutPanelOptions"] = options;
  }

  showAboutPanel(): void {
    this.__host["isAboutPanelShown"] = true;
  }

  disableHardwareAcceleration(): void {
    this.__host["isHardwareAccelerated"] = false;
  }

  isHardwareAccelerationEnabled(): boolean {
    return this.__host["isHardwareAccelerated"] !== false;
  }

  /** Every page of the host is in Chromium's own sandbox. */
  enableSandbox(): void {}

  isAccessibilitySupportEnabled(): boolean {
    return this.#isAccessible;
  }

  setAccessibilitySupportEnabled(isEnabled: boolean): void {
    this.#isAccessible = isEnabled;
  }

  getLocale(): string {
    return localeOf(process.env);
  }

  getSystemLocale(): string {
    return localeOf(process.env);
  }

  getPreferredSystemLanguages(): string[] {
    return [localeOf(process.env)];
  }

  getLocaleCountryCode(): string {
    return localeOf(process.env).split("-")[1] ?? "";
  }

  isEmojiPanelSupported(): boolean {
    return false;
  }

  isInApplicationsFolder(): boolean {
    return true;
  }

  setSecureKeyboardEntryEnabled(): void {}

  isSecureKeyboardEntryEnabled(): boolean {
    return false;
  }

  getFileIcon(): Promise<HostImage> {
    return Promise.resolve(new HostImage());
  }

  /** This process, and on Linux those of Chromium. */
  getAppMetrics(): ProcessFigures[] {
    return processFigures();
  }

  getGPUFeatureStatus(): object {
    return {};
  }
}

strictClass("app", LogicalApp);
